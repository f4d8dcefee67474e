"""The image at work, with as few rights as an orchestrator leaves it: from readiness to its exit code."""

import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from engine import ENGINE, IMAGE, RESTRICTIONS, Container, engine, inspect, run_once

from harness import encoders, playlist, probe, web
from harness.media import media
from harness.waiting import wait_until


def make_recordings(test):
    """A directory of the host's for /recordings, as a volume that belongs to somebody else."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="sluice-image-"))
    path.chmod(0o777)
    remove = getattr(test, "addClassCleanup" if isinstance(test, type) else "addCleanup")
    remove(shutil.rmtree, path, ignore_errors=True)
    return path


def wait_segments(container, name, kind, count):
    def listed():
        found = playlist.open_media(container, f"/live/{name}/{kind}/index.m3u8")
        return found if found and len(found.media_segments()) >= count else None
    return wait_until(listed, f"{count} {kind} segments", 30)


class Commands(unittest.TestCase):
    def test_version(self):
        done = run_once("--version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^sluice \d+\.\d+\.\d+")

    def test_check_config_accepts_the_configuration_it_brings(self):
        done = run_once("check-config", "/etc/sluice/sluice.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_config_tells_the_faults_of_a_mounted_one(self):
        directory = make_recordings(self)
        (directory / "sluice.yaml").write_text("lifecycle:\n  slots: none\n")
        (directory / "sluice.yaml").chmod(0o644)
        done = run_once("check-config", "/etc/sluice/sluice.yaml", options=[f"--volume={directory}:/etc/sluice:ro"])
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"/etc/sluice/sluice\.yaml:2:\d+: lifecycle\.slots: ")

    def test_wrong_usage_is_exit_code_2(self):
        self.assertEqual(run_once("serv").returncode, 2)


class Serving(unittest.TestCase):
    """One container for all of these: a publisher is sending, in real time, while they look."""

    @classmethod
    def setUpClass(cls):
        cls.uid = random.randint(100_000, 2_000_000)
        cls.recordings = make_recordings(cls)
        # The group that OpenShift gives to its arbitrary users.
        cls.container = Container(cls, [*RESTRICTIONS, f"--user={cls.uid}:0", f"--volume={cls.recordings}:/recordings"])
        cls.container.wait_status("ready")
        cls.ready = cls.container.probe()
        cls.addClassCleanup(lambda: cls.publisher.kill())
        cls.publisher = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", media("av-long.flv"), "-c", "copy",
             "-f", "flv", cls.container.rtmp_url("x")])
        wait_segments(cls.container, "x", "fmp4", 3)

    def test_process_one_is_sluice_without_rights(self):
        status = dict(line.split(":\t", 1) for line in
                      pathlib.Path(f"/proc/{self.container.pid}/status").read_text().splitlines() if ":\t" in line)
        self.assertEqual(status["Name"], "sluice")
        self.assertEqual(status["NSpid"].split()[-1], "1")
        self.assertEqual(set(status["Uid"].split()), {str(self.uid)})
        self.assertEqual({status[c] for c in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}, {"0" * 16})
        self.assertEqual(status["NoNewPrivs"], "1")
        arguments = pathlib.Path(f"/proc/{self.container.pid}/cmdline").read_bytes().split(b"\0")
        self.assertEqual(arguments[:2], [b"/usr/bin/sluice", b"serve"])

    def test_probes_went_from_ready_to_busy(self):
        self.assertEqual(self.ready, (200, "ready"))
        self.assertEqual(self.container.probe("/readyz"), (503, "busy"))
        self.assertEqual(self.container.probe("/livez"), (200, "busy"))

    def test_second_publisher_is_refused(self):
        second = encoders.ffmpeg(self, media("av.flv"), self.container.rtmp_url("y"))
        self.assertNotEqual(second.wait(), 0)

    def test_fmp4_plays(self):
        self.check_plays("fmp4")

    def test_ts_plays(self):
        self.check_plays("ts")

    def check_plays(self, kind):
        wait_segments(self.container, "x", kind, 3)
        url = self.container.http_url(f"/live/x/{kind}/index.m3u8")
        self.assertEqual(sorted(s["codec_name"] for s in probe.streams(url)), ["aac", "h264"])
        self.assertEqual(probe.decode(url, "-t", "4"), "")

    def test_player_page_and_hls_js_are_served(self):
        url = self.container.http_url("/live/x/")
        page = web.get(url)
        self.assertEqual(page.status, 200)
        script = re.search(r'src="([^"]*hls[^"]*\.js)"', page.text()).group(1)
        self.assertEqual(web.get(urllib.parse.urljoin(url, script)).status, 200)

    def test_metrics_tell_of_the_busy_slot(self):
        text = web.get(self.container.admin_url("/metrics")).text()
        self.assertRegex(text, r"(?m)^sluice_publisher_slots(\{\})? 1$")
        self.assertRegex(text, r"(?m)^sluice_publisher_slots_free(\{\})? 0$")

    def test_recordings_belong_to_the_given_user(self):
        files = [p for p in self.recordings.rglob("*") if p.is_file()]
        self.assertTrue(files)
        self.assertEqual({p.stat().st_uid for p in files}, {self.uid})

    def test_it_stays_far_below_its_memory_limit(self):
        text = pathlib.Path(f"/proc/{self.container.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1)) * 1024
        self.assertLess(peak, 64 << 20)


class Ending(unittest.TestCase):
    def test_sigterm_lets_the_publish_end_seals_its_recording_and_exits_with_0(self):
        recordings = make_recordings(self)
        container = Container(self, [*RESTRICTIONS, "--user=12345:54321", f"--volume={recordings}:/recordings"],
                              {"SLUICE_LIFECYCLE__UNREADY_GRACE": "0s"})
        publisher = encoders.ffmpeg(self, media("av-long.flv"), container.rtmp_url("x"), rate=1)
        wait_segments(container, "x", "fmp4", 2)
        # As an orchestrator does it: the image's stop signal, and time to drain.
        stop = subprocess.Popen([ENGINE, "stop", "--time", "120", container.name], stdout=subprocess.DEVNULL)
        self.addCleanup(stop.kill)
        container.wait_status("draining")
        self.assertEqual(container.probe("/livez")[0], 200)
        self.assertIsNone(publisher.process.poll())
        publisher.interrupt()
        self.assertEqual(container.wait_exit(), 0, container.transcript())
        self.assertEqual(stop.wait(60), 0)
        self.assertFalse(inspect(container.name)["State"].get("OOMKilled"))

        files = [p for p in recordings.rglob("*") if p.is_file() and p.suffix == ".slog"]
        self.assertTrue(files, list(recordings.rglob("*")))
        volume = f"--volume={recordings}:/recordings:ro"
        verified = run_once("recording", "verify", "/recordings", options=[volume])
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        listed = run_once("recording", "ls", "--json", "/recordings", options=[volume])
        self.assertIn('"sealed"', listed.stdout, listed.stderr)

    def test_nothing_but_recordings_is_written_even_where_it_could_be(self):
        # Neither read-only nor with a volume of the host's: the engine makes one, which any user may write.
        user = "--user=23456:23456"
        container = Container(self, [user], {"SLUICE_LIFECYCLE__UNREADY_GRACE": "0s",
                                             "SLUICE_STREAM__RESUME_WINDOW": "0s"})
        encoders.ffmpeg(self, media("av.flv"), container.rtmp_url("x")).finish()
        container.wait_status("ready")
        engine("stop", "--time", "30", container.name)
        self.assertEqual(container.wait_exit(), 0)
        self.assertEqual(self.written(container.name), self.written(self.untouched(user)))
        listing = engine("run", "--rm", "--network=none", f"--volumes-from={container.name}", IMAGE,
                         "recording", "ls", "/recordings")
        self.assertIn("live/x", listing.stdout)

    def untouched(self, user):
        """A container that has only told its version: what the engine itself adds to one."""
        name = engine("run", "-d", "--network=host", user, IMAGE, "--version").stdout.strip()
        self.addCleanup(engine, "rm", "--volumes", name)
        engine("wait", name)
        return name

    def written(self, name):
        return {line for line in engine("diff", name).stdout.splitlines() if line}


if __name__ == "__main__":
    unittest.main()
