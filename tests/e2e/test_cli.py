"""The command line, the configuration, the log and the metrics as an operator meets them."""

import json
import pathlib
import re
import socket
import subprocess
import unittest

from harness import encoders, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient


class CommandLine(SluiceTest):
    def test_version_and_help(self):
        self.assertRegex(self.run_sluice("--version").stdout, r"^sluice \d+\.\d+\.\d+")
        for arguments in ((), ("serve",), ("check-config",), ("recording",), ("recording", "verify")):
            done = self.run_sluice(*arguments, "--help")
            self.assertEqual(done.returncode, 0, arguments)
            self.assertIn("--help", done.stdout)

    def test_wrong_usage_names_the_nearest(self):
        for arguments, nearest in ((("serve", "--confg", "x"), "--config"), (("serv",), "serve"),
                                   (("recording", "verfy"), "verify"),
                                   (("serve", "--set", "http.listn=127.0.0.1:0"), "http.listen")):
            done = self.run_sluice(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(nearest, done.stderr, arguments)

    def test_address_in_use_is_a_failure_while_running(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.run_sluice("serve", "--set", f"rtmp.listen={address}", "--set", "http.listen=127.0.0.1:0",
                                   "--set", "admin.listen=127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn(address, done.stdout + done.stderr)

    def test_recording_tools_reject_what_they_cannot_use(self):
        self.assertEqual(self.run_sluice("recording", "verify").returncode, 2)
        self.assertEqual(self.run_sluice("recording", "verify", self.directory / "none").returncode, 2)

    def test_damaged_recording_is_told(self):
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        self.wait_ended(server, "x")
        server.stop()
        path = next(server.recordings.rglob("*.slog"))
        self.assertEqual(self.run_sluice("recording", "verify", path).returncode, 0)
        listed = json.loads(self.run_sluice("recording", "ls", server.recordings, "--json").stdout)
        self.assertIn("x", json.dumps(listed))
        self.assertEqual(self.run_sluice("recording", "info", path, "--json").returncode, 0)
        data = bytearray(path.read_bytes())
        for at in range(len(data) // 2, len(data) // 2 + 100):
            data[at] ^= 0x55
        path.write_bytes(data)
        done = self.run_sluice("recording", "verify", path)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout + done.stderr, r"\d+")


class Configuration(SluiceTest):
    def check(self, text):
        path = self.directory / "sluice.yaml"
        path.write_text(text)
        done = self.run_sluice("check-config", path)
        return done, path

    def test_good_file(self):
        done, _ = self.check("http:\n  listen: 127.0.0.1:0\nlifecycle:\n  slots: 4\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_each_fault_has_its_line_and_column(self):
        done, path = self.check("http:\n  listn: x\nlifecycle:\n  slots: many\nhls:\n  segment_duration: 2\n")
        self.assertEqual(done.returncode, 2)
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 3, done.stderr)
        faults = ("2:3: http.listn", "4:10: lifecycle.slots", "6:21: hls.segment_duration")
        for line, fault in zip(lines, faults):
            self.assertTrue(line.startswith(f"{path}:{fault}: "), line)
        self.assertIn("http.listen", lines[0])

    def test_broken_files_start_nothing(self):
        for text in ("a: [", "- x\n", "http: 5\n", "http: {listen: a, listen: b}\n", "\0\1\2", "a: &a [*a]\n",
                     "record.enabled: true\n", "auth:\n  publish_webhook: x\n", "record:\n  enabled: maybe\n",
                     "hls: {window: 1000000000000000000000s}\n", "x: " + "[" * 20000):
            with self.subTest(text[:30]):
                done, path = self.check(text)
                self.assertEqual(done.returncode, 2)
                self.assertTrue(done.stderr.startswith(f"{path}:"), done.stderr)
                self.assertEqual(self.run_sluice("serve", "--config", path).returncode, 2)
        self.assertEqual(self.run_sluice("check-config", self.directory / "none.yaml").returncode, 2)

    def test_default_file_is_valid(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        done = self.run_sluice("check-config", root / "config" / "sluice.yaml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_precedence_and_environment(self):
        path = self.directory / "sluice.yaml"
        path.write_text("lifecycle:\n  slots: 2\n")

        def slots(environment, **options):
            server = self.start({"lifecycle.slots": None, **options}, environment=environment,
                                arguments=["--config", str(path)])
            total = web.get(server.admin_url("/readyz")).json()["slots"]["total"]
            server.stop()
            return total
        self.assertEqual(slots({}), 2)
        # A service named sluice makes an orchestrator set variables that look like ours.
        self.assertEqual(slots({"SLUICE_LIFECYCLE__SLOTS": "3", "SLUICE_PORT": "tcp://10.0.0.1:1935"}), 3)
        self.assertEqual(slots({"SLUICE_LIFECYCLE__SLOTS": "3"}, **{"lifecycle.slots": "4"}), 4)

    def test_unknown_variable_is_an_error(self):
        done = self.run_sluice("serve", environment={"SLUICE_LIFECYCLE__SLOT": "3"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("SLUICE_LIFECYCLE__SLOT", done.stderr)


class Operations(SluiceTest):
    def test_metrics_pass_promtool(self):
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        self.wait_playable(server, "x")
        answer = web.get(server.admin_url("/metrics"))
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        for name in ("sluice_publisher_slots", "sluice_publisher_slots_free"):
            self.assertRegex(answer.text(), rf"(?m)^{name} \d+$")
        own = set(re.findall(r"(?m)^([a-z_]+)[ {]", answer.text()))
        self.assertTrue(all(n.startswith(("sluice_", "process_")) for n in own), own)

    def test_every_log_line_is_one_json_object(self):
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        # Log injection: what a peer says stays inside its field.
        with RtmpClient(server.address("rtmp")) as client:
            client.open('evil"}\n{"event":"listening"\x1b[2J')
        self.wait_ended(server, "x")
        server.stop()
        for line, event in zip(server.lines, server.events):
            self.assertIsNotNone(event, line)
            self.assertLessEqual({"time", "level", "event", "message"}, event.keys(), line)
        self.assertEqual(len(server.find_events("listening")), 3)

    def test_keys_appear_nowhere(self):
        path = self.directory / "sluice.yaml"
        path.write_text("auth:\n  publish_keys:\n    - {app: live, stream: '*', key: tops3cret-key-0123}\n")
        server = self.start(arguments=["--config", str(path)])
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x?key=tops3cret-key-0123")).finish()
        for name in ("x", "x?key=wr0ng-key-4567"):
            refused = encoders.ffmpeg(self, media("av.flv"), server.rtmp_url(name))
            self.assertNotEqual(refused.wait(), 0)
        listed = self.wait_playable(server, "x")
        shown = [listed.text, *(web.get(server.admin_url(p)).text()
                                for p in ("/metrics", "/api/v1/streams", "/api/v1/config", "/api/v1/sessions", "/"))]
        server.stop()
        shown += server.lines
        for secret in ("tops3cret", "wr0ng-key"):
            self.assertFalse([text for text in shown if secret in text])

    def test_api_ends_a_publish(self):
        server = self.start()
        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1)
        self.wait_playable(server, "x")
        streams = web.get(server.admin_url("/api/v1/streams")).json()
        self.assertIn('"x"', json.dumps(streams))
        self.assertEqual(web.get(server.admin_url("/api/v1/streams/live/x")).status, 200)
        self.assertEqual(web.get(server.admin_url("/api/v1/streams/live/none")).status, 404)
        self.assertEqual(web.request("DELETE", server.admin_url("/api/v1/streams/live/none")).status, 404)
        self.assertLess(web.request("DELETE", server.admin_url("/api/v1/streams/live/x")).status, 300)
        self.assertNotEqual(encoder.wait(), 0)
        self.wait_ended(server, "x")
        self.assertTrue(web.get(server.admin_url("/api/v1/version")).json())
        recorded = web.get(server.admin_url("/api/v1/sessions")).json()["sessions"]
        self.assertEqual([(s["app"], s["stream"]) for s in recorded], [("live", "x")])


if __name__ == "__main__":
    unittest.main()
