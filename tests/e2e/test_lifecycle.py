"""Probes, slots and the end of the process."""

import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import flv, playlist, slog, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import Closed, RtmpClient
from harness.waiting import PATIENCE, wait_until


def av_tags():
    return flv.read(media("av.flv"))


class Probes(SluiceTest):
    def probe(self, server, path):
        answer = web.get(server.admin_url(path))
        return answer.status, answer.json()

    def test_ready_then_busy_then_ready_again(self):
        server = self.start({"lifecycle.slots": "1"})
        status, body = self.probe(server, "/readyz")
        self.assertEqual((status, body["status"], body["slots"]), (200, "ready", {"total": 1, "free": 1}))
        client = RtmpClient(server.address("rtmp")).open_publishing("x")
        # The slot is taken before the client hears of its success, so there is nothing to wait for.
        status, body = self.probe(server, "/readyz")
        self.assertEqual((status, body["status"], body["slots"]), (503, "busy", {"total": 1, "free": 0}))
        status, body = self.probe(server, "/livez")
        self.assertEqual((status, body["status"]), (200, "busy"))
        self.assertEqual(self.probe(server, "/readyz/ingest")[0], 503)
        self.assertEqual(self.probe(server, "/readyz/serve")[0], 200)
        client.close()
        self.wait_status(server, "ready")

    def test_probe_answers_are_json_and_not_cached(self):
        server = self.start()
        for path in ("/livez", "/readyz", "/readyz/ingest", "/readyz/serve"):
            for method in ("GET", "HEAD"):
                answer = web.request(method, server.admin_url(path))
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["content-type"].split(";")[0], "application/json")
                self.assertIn("no-store", answer.headers["cache-control"])
                self.assertEqual(bool(answer.body), method == "GET")

    def test_readiness_may_mean_serving(self):
        server = self.start({"lifecycle.slots": "1", "lifecycle.readiness": "serve"})
        with RtmpClient(server.address("rtmp")).open_publishing("x"):
            self.assertEqual(self.probe(server, "/readyz")[0], 200)
            self.assertEqual(self.probe(server, "/readyz/ingest")[0], 503)

    def test_recycle_fails_liveness_after_the_last_publish(self):
        server = self.start({"lifecycle.recycle": "true", "lifecycle.slots": "1"})
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags(av_tags(), speed=8)
            client.end_publish()
        self.wait_status(server, "finished")
        for path in ("/readyz", "/livez"):
            status, body = self.probe(server, path)
            self.assertEqual((status, body["status"]), (503, "finished"))

    def test_drain_by_request(self):
        server = self.start()
        self.assertLess(web.request("POST", server.admin_url("/api/v1/drain")).status, 300)
        try:
            status, body = self.probe(server, "/readyz")
            self.assertEqual((status, body["status"]), (503, "draining"))
            self.assertEqual(self.probe(server, "/livez")[0], 200)
        except OSError:
            pass  # with nothing to wait for, the process may be gone by now
        self.assertEqual(server.wait_exit(30), 0)


class Slots(SluiceTest):
    def test_of_two_publishers_for_one_slot_exactly_one_wins(self):
        server = self.start({"lifecycle.slots": "1", "stream.resume_window": "0s"})
        for attempt in range(20):
            clients = [RtmpClient(server.address("rtmp")) for _ in range(2)]
            for client in clients:
                client.handshake()
                client.connect()
                client.create_stream()
            barrier, answers = threading.Barrier(2), [None, None]

            def race(index):
                barrier.wait()
                answers[index] = clients[index].publish(f"x{attempt}-{index}")

            threads = [threading.Thread(target=race, args=(i,)) for i in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(a["code"] for a in answers),
                             ["NetStream.Publish.BadName", "NetStream.Publish.Start"])
            loser = next(i for i in range(2) if answers[i]["code"].endswith("BadName"))
            self.assertEqual(answers[loser]["level"], "error")
            self.assertIn("busy", answers[loser]["description"].lower())
            clients[loser].wait_closed()
            for client in clients:
                client.close()
            self.wait_status(server, "ready")

    def test_second_publisher_of_a_live_name_is_refused(self):
        server = self.start()
        with RtmpClient(server.address("rtmp")).open_publishing("x"):
            with RtmpClient(server.address("rtmp")) as second:
                self.assertEqual(second.open("x")["code"], "NetStream.Publish.BadName")
                second.wait_closed()

    def test_second_publisher_takes_over_when_told_so(self):
        server = self.start({"stream.takeover": "replace"})
        tags = av_tags()
        with RtmpClient(server.address("rtmp")).open_publishing("x") as first:
            first.send_tags(tags, speed=8)
            with RtmpClient(server.address("rtmp")).open_publishing("x") as second:
                first.wait_closed()
                second.send_tags(tags, speed=8)
                second.end_publish()
        self.assertEqual(len(self.wait_ended(server, "x").periods()), 2)

    def test_full_process_closes_its_rtmp_port_when_told_so(self):
        server = self.start({"lifecycle.slots": "1", "lifecycle.when_full": "close", "stream.resume_window": "0s"})

        def refused():
            try:
                socket.create_connection(server.address("rtmp"), timeout=5).close()
            except ConnectionRefusedError:
                return True
            return False

        client = RtmpClient(server.address("rtmp")).open_publishing("x")
        wait_until(refused, "the port is closed", 5)
        client.close()
        wait_until(lambda: not refused(), "the port is open again", 10)
        RtmpClient(server.address("rtmp")).open_publishing("y").close()


class Drain(SluiceTest):
    def publisher(self, server, name="x"):
        """A client that publishes in real time on a thread of its own until it is closed."""
        client = RtmpClient(server.address("rtmp")).open_publishing(name)
        tags = [t for t in flv.read(media("av-long.flv")) if t.kind != flv.SCRIPT]

        def send():
            try:
                client.send_tags(tags, speed=2)
            except OSError:
                pass

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(client.socket.close)
        return client

    def test_idle_process_ends_after_the_grace(self):
        server = self.start({"lifecycle.unready_grace": "2s"})
        started = time.monotonic()
        server.signal(signal.SIGTERM)
        self.wait_status(server, "draining", seconds=1)
        self.assertEqual(self.probe_status(server, "/livez")[0], 200)
        socket.create_connection(server.address("rtmp"), timeout=5).close()  # still open for those who do not know yet
        self.assertEqual(server.wait_exit(30), 0)
        self.assertGreaterEqual(time.monotonic() - started, 2)

    def test_running_publish_goes_on_up_to_the_drain_timeout(self):
        server = self.start({"lifecycle.drain_timeout": "4s"})
        client = self.publisher(server)
        self.wait_playable(server, "x")
        started = time.monotonic()
        server.signal(signal.SIGTERM)
        self.wait_status(server, "draining", seconds=1)
        client.wait_closed()
        lasted = time.monotonic() - started
        self.assertGreaterEqual(lasted, 4)
        self.assertLess(lasted, 4 + 4 * PATIENCE)
        # Viewers can still fetch the end, and its last segment is whole.
        ended = self.wait_ended(server, "x")
        playlist.download(ended.media_segments())
        self.assertEqual(ended.media_segments()[-1].duration, 1.0)
        self.assertEqual(server.wait_exit(60), 0)
        self.check_sealed(server)

    def test_drain_ends_when_the_publisher_does(self):
        server = self.start()
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags(av_tags(), speed=8)
            server.signal(signal.SIGTERM)
            self.wait_status(server, "draining", seconds=2)
            client.end_publish()
        self.assertEqual(server.wait_exit(60), 0)
        self.check_sealed(server)

    def test_second_signal_cuts_the_drain_short(self):
        server = self.start()
        client = self.publisher(server)
        self.wait_playable(server, "x")
        server.signal(signal.SIGTERM)
        self.wait_status(server, "draining", seconds=2)
        server.signal(signal.SIGTERM)
        client.wait_closed()
        self.assertEqual(server.wait_exit(15), 0)
        self.check_sealed(server)

    def test_third_signal_ends_at_once(self):
        server = self.start({"lifecycle.unready_grace": "1m"})
        self.publisher(server)
        self.wait_playable(server, "x")
        for _ in range(3):
            server.signal(signal.SIGTERM)
            try:
                server.process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue  # still running: the next signal is due
        code = server.wait_exit(2)
        self.assertIn(code, (0, 1, -signal.SIGTERM))

    def test_no_publish_is_accepted_once_the_grace_is_over(self):
        server = self.start()
        client = self.publisher(server)
        self.wait_playable(server, "x")
        server.signal(signal.SIGTERM)
        self.wait_status(server, "draining", seconds=2)

        def turned_away():
            try:
                with RtmpClient(server.address("rtmp"), seconds=2) as other:
                    return other.open("y")["level"] == "error"
            except (OSError, Closed, AssertionError):
                return True
        wait_until(turned_away, "new publishers are turned away", 5)
        client.socket.shutdown(socket.SHUT_RDWR)
        self.assertEqual(server.wait_exit(60), 0)

    def check_sealed(self, server):
        files = slog.files(server.recordings)
        self.assertTrue(files)
        self.assertTrue(all(f.suffix == ".slog" for f in files), files)
        verified = self.run_sluice("recording", "verify", server.recordings)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
