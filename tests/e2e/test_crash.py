"""kill -9 in the middle of a publish: what was accepted is in the recording, and nothing is ever named twice."""

import threading
import time
import unittest

from harness import encoders, flv, playlist, slog
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient
from harness.waiting import PATIENCE
from harness.watch import PlaylistWatch

# The promise is 100 ms from acceptance; what a loaded test machine takes to deliver and read comes on top.
PROMISE_SECONDS = 0.1 + 0.05 * PATIENCE


def body_of(tag):
    """The access unit or frame inside an AVC or AAC tag."""
    return tag.payload[5:] if tag.kind == flv.VIDEO else tag.payload[2:]


class Publishing:
    """A client on a thread of its own that notes when each frame had been handed to the kernel."""

    def __init__(self, server, name):
        self.client = RtmpClient(server.address("rtmp")).open_publishing(name)
        self.sent = []  # (monotonic time, tag)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        tags = [t for t in flv.read(media("av-long.flv")) if t.kind != flv.SCRIPT]
        started = time.monotonic()
        try:
            for tag in tags:
                pause = started + tag.timestamp / 1000 - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                self.client.send_tag(tag)
                if tag.is_frame:
                    self.sent.append((time.monotonic(), tag))
        except OSError:
            pass  # the server was killed

    def join(self):
        self._thread.join()
        self.client.close()


class Crash(SluiceTest):
    def test_everything_accepted_100_ms_before_a_kill_is_recorded(self):
        for round_number, run_seconds in enumerate((2.0, 2.73, 3.41)):
            server = self.start()
            publishing = Publishing(server, f"x{round_number}")
            self.wait_playable(server, f"x{round_number}")
            while time.monotonic() < publishing.sent[0][0] + run_seconds:
                time.sleep(0.01)
            killed_at = time.monotonic()
            server.kill()
            publishing.join()
            due = [body_of(tag) for sent_at, tag in publishing.sent if sent_at < killed_at - PROMISE_SECONDS]
            folder = server.recordings / "live" / f"x{round_number}"
            self.check_frames(due, folder)
            # The next start recovers: sealed, whole, and nothing that was readable is lost.
            restarted = self.start()
            self.wait_status(restarted, "ready")
            restarted.stop()
            self.assertEqual({f.suffix for f in slog.files(folder)}, {".slog"})
            self.check_frames(due, folder)
            verified = self.run_sluice("recording", "verify", server.recordings)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def check_frames(self, due, folder):
        got = [p.body for p in slog.read_packets(slog.files(folder))]
        self.assertGreater(len(due), 50)
        self.assertGreaterEqual(len(got), len(due))
        self.assertEqual(got[:len(due)], due)

    def test_restarts_bring_no_name_and_no_number_twice(self):
        seen_names, last_number = set(), -1
        for _ in range(3):
            server = self.start()
            self.wait_status(server, "ready")
            watch = PlaylistWatch(self, server, "/live/x/index.m3u8")
            encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=2)
            self.wait_playable(server, "x", segments=4)
            server.kill()
            watch.stop()
            self.assertEqual(watch.faults, [])
            listed = watch.names()
            self.assertGreater(min(listed), last_number)
            self.assertFalse(seen_names & {url.split("/", 3)[3] for url in listed.values()})
            seen_names |= {url.split("/", 3)[3] for url in listed.values()}
            last_number = max(listed)
        numbers = list(slog.segment_numbers(slog.files(server.recordings)))
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_playlist_of_before_the_kill_leads_on_after_it(self):
        # A player holds the media playlist's URL; after a restart it must not be told of a past that never was.
        server = self.start({"http.listen": "127.0.0.1:0"})
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=2)
        before = self.wait_playable(server, "x", segments=3)
        server.kill()
        server = self.start()
        self.wait_status(server, "ready")
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=2)
        after = self.wait_playable(server, "x", segments=3)
        self.assertGreater(after.media_sequence, before.segments[-1].msn)
        old_path = before.url.split("/", 3)[3]
        from_old_url = playlist.open_media(server, f"/{old_path}")
        if from_old_url is not None:
            self.assertGreater(from_old_url.media_sequence, before.segments[-1].msn)


if __name__ == "__main__":
    unittest.main()
