"""The recordings' disk fills up, goes away, is read-only: players get every frame, recordings heal by themselves."""

import os
import re
import shutil
import subprocess
import threading
import time
import unittest

from harness import disk, encoders, frames, playlist, probe, slog, web
from harness.case import SluiceTest
from harness.media import media
from harness.waiting import POLL_SECONDS, wait_until
from harness.watch import PlaylistWatch

SOURCE = "av-long.flv"  # a minute


def setUpModule():
    if not disk.enter_own_mounts():
        raise unittest.SkipTest("no mounts of our own: neither root nor a user namespace")


class Player:
    """Fetches every segment as soon as it is listed, until the playlist ends."""

    def __init__(self, test, server, path):
        self._test, self._server, self._path = test, server, path
        self._segments = {}
        self.fault = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        test.addCleanup(self.stop)

    def _run(self):
        try:
            while not self._ended.wait(POLL_SECONDS):
                found = playlist.open_media(self._server, self._path)
                for segment in found.media_segments() if found else []:
                    if segment.msn not in self._segments:
                        self._segments[segment.msn] = (segment, playlist.fetch(segment.url))
                if found and found.ended:
                    return
        except (AssertionError, OSError) as error:
            self.fault = error

    def stop(self):
        self._ended.set()
        self._thread.join()

    def packets(self):
        """Of all that was fetched, once the playlist has ended."""
        self._thread.join(60)
        self._test.assertFalse(self._thread.is_alive(), "the playlist has not ended")
        self._test.assertIsNone(self.fault)
        numbers = sorted(self._segments)
        self._test.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        init = playlist.fetch(self._segments[numbers[0]][0].map_url)
        path = self._test.directory / "played.mp4"
        path.write_bytes(init + b"".join(self._segments[n][1] for n in numbers))
        return probe.packets(path)


class DiskFaults(SluiceTest):
    def setUp(self):
        super().setUp()
        self.disk = disk.SmallDisk(self, self.directory / "recordings", 16)

    def play(self, options=None, rate=6):
        """A server with a publisher that sends SOURCE, and two viewers of it."""
        self.server = self.start({"record.rotate": "2s", "stream.resume_window": "0s", **(options or {})})
        self.wait_status(self.server, "ready")
        self.encoder = encoders.ffmpeg(self, media(SOURCE), self.server.rtmp_url("x"), rate=rate)
        self.wait_playable(self.server, "x", segments=2)
        self.watch = PlaylistWatch(self, self.server, "/live/x/index.m3u8")
        self.player = Player(self, self.server, "/live/x/index.m3u8")

    def end(self):
        """After the whole of it: the player has missed nothing."""
        self.encoder.finish()
        frames.assert_same(self, self.player.packets(), media(SOURCE), "fmp4")
        self.watch.stop()
        self.assertEqual(self.watch.faults, [])

    def reasons(self):
        return " ".join(web.get(self.server.admin_url("/readyz")).json()["reasons"])

    def wait_reason(self, pattern):
        wait_until(lambda: re.search(pattern, self.reasons()), f"readiness names {pattern}: {self.reasons()}")
        self.assertEqual(self.probe_status(self.server), (503, "degraded"))
        self.assertEqual(web.get(self.server.admin_url("/livez")).status, 200)

    def metric(self, name):
        text = web.get(self.server.admin_url("/metrics")).text()
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))

    def wait_sealed(self):
        """The recording files, once the last is sealed."""
        def sealed():
            found = slog.files(self.server.recordings)
            return found if found and all(f.suffix == ".slog" for f in found) else None
        return wait_until(sealed, "all files are sealed")

    def verify(self):
        """What `recording verify` says; it must find nothing damaged."""
        done = self.run_sluice("recording", "verify", self.server.recordings)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def recorded_frames(self):
        return sum(p.video and not p.hidden for p in slog.read_packets(self.wait_sealed()))

    def test_disk_that_is_full_for_a_moment_costs_nothing(self):
        self.play()
        self.disk.fill()
        self.wait_reason("write: No space left on device")
        time.sleep(2)
        self.disk.empty()
        self.wait_status(self.server, "ready")
        self.end()
        self.assertEqual(self.recorded_frames(), len(probe.packets(media(SOURCE))["video"]))
        self.assertNotIn("not recorded", self.verify())
        self.assertEqual(self.metric("sluice_record_lost_entries_total"), 0)
        self.assertEqual(len(self.server.find_events("recording_failed")), 1)
        self.assertEqual([e["entries"] for e in self.server.find_events("recording_resumed")], [0])

    def test_disk_that_stays_full_leaves_a_marked_gap(self):
        self.play({"limits.record_queue": "1MiB"}, rate=4)
        self.disk.fill()
        wait_until(lambda: self.metric("sluice_record_lost_seconds_total") > 4, "media is lost")
        self.wait_reason("write: No space left on device")
        self.disk.empty()
        self.wait_status(self.server, "ready")
        self.end()
        all_frames = len(probe.packets(media(SOURCE))["video"])
        recorded = self.recorded_frames()
        self.assertLess(recorded, all_frames - 60)
        lost = self.metric("sluice_record_lost_seconds_total")
        self.assertAlmostEqual(recorded / 30 + lost, all_frames / 30, delta=2.5)
        self.assertIn("were not recorded", self.verify())
        self.assertGreaterEqual(len(self.server.find_events("recording_resumed")), 1)
        self.assertLessEqual(len(self.server.find_events("recording_failed")), 3)

    def test_recording_stops_below_the_minimum_of_free_space(self):
        self.play({"record.min_free_space": "8MiB"})
        self.disk.fill(leaving=7 << 20)
        self.wait_reason(r"recording waits for free space: [67]\.\d MiB of 9\.0 MiB")
        self.assertEqual(self.metric("sluice_record_disk_low"), 1)
        self.wait_sealed()
        self.disk.empty()
        self.wait_status(self.server, "ready")
        self.end()
        self.wait_sealed()
        self.assertIn("were not recorded", self.verify())
        self.assertGreater(self.metric("sluice_record_lost_seconds_total"), 0)
        for event in ("disk_low", "disk_room"):
            self.assertEqual(len(self.server.find_events(event)), 1, event)
        self.assertEqual(self.server.find_events("recording_failed"), [])

    def test_directory_that_is_removed_is_made_again(self):
        self.play({"record.rotate": "1m"})
        wait_until(lambda: slog.files(self.server.recordings), "there is a file to lose")
        for entry in self.server.recordings.iterdir():
            shutil.rmtree(entry)
        wait_until(lambda: slog.files(self.server.recordings), "recording goes on in a directory made anew")
        self.wait_status(self.server, "ready")
        self.end()
        self.wait_sealed()
        self.assertIn("were not recorded", self.verify())
        self.assertEqual([e["operation"] for e in self.server.find_events("recording_failed")], ["sync"])

    def test_disk_that_is_taken_away_and_given_back_is_noticed(self):
        self.play({"record.rotate": "1m"}, rate=4)
        other = disk.SmallDisk(self, self.server.recordings, 16)
        wait_until(lambda: slog.files(other.path), "recording goes on where the directory leads to now")
        subprocess.run(["umount", "--lazy", str(other.path)], check=True)
        before = set(slog.files(self.server.recordings))
        wait_until(lambda: set(slog.files(self.server.recordings)) - before, "recording goes on where it was")
        self.wait_status(self.server, "ready")
        self.end()
        self.assertIn("were not recorded", self.verify())

    def test_read_only_disk_is_told_while_nothing_is_live(self):
        self.disk.remount("ro")
        self.server = self.start({"record.rotate": "2s"})
        self.wait_reason("Read-only file system")
        self.assertEqual(self.server.wait_event("disk_fault")["operation"], "write")
        # Who publishes all the same is live.
        self.encoder = encoders.ffmpeg(self, media(SOURCE), self.server.rtmp_url("x"), rate=4)
        self.wait_playable(self.server, "x", segments=4)
        self.disk.remount("rw")
        self.server.wait_event("disk_healed")
        self.wait_status(self.server, "ready")
        wait_until(lambda: slog.files(self.server.recordings), "recording begins")
        self.encoder.interrupt()
        self.wait_ended(self.server, "x")
        self.wait_sealed()
        self.assertIn("were not recorded", self.verify())
        self.assertEqual(len(self.server.find_events("disk_fault")), 1)
        self.assertEqual(len(self.server.find_events("recording_failed")), 1)

    def test_what_a_killed_process_left_on_a_failing_disk_is_sealed_when_it_has_healed(self):
        self.play()
        wait_until(lambda: slog.files(self.server.recordings), "there is a recording")
        self.player.stop()
        self.watch.stop()
        self.server.kill()
        self.encoder.kill()
        self.assertTrue(list(self.server.recordings.rglob("*.open")))
        self.disk.remount("ro")
        self.server = self.start()
        self.assertEqual(self.server.wait_event("recording_recovered")["outcome"], "failed")
        self.wait_reason("Read-only file system")
        self.disk.remount("rw")
        self.wait_status(self.server, "ready")
        self.wait_sealed()
        self.verify()

    def test_old_files_go_and_marked_ones_stay(self):
        folder = self.directory / "recordings" / "live" / "old"
        folder.mkdir(parents=True)
        files = [folder / f"20200101T0000{i:02}Z-00000{i}-000000.slog" for i in range(3)]
        for path in files:
            path.write_bytes(b"not a recording of ours, as far as can be read")
            os.utime(path, (1577836800, 1577836800))
        with open(self.directory / "locked", "w", encoding="utf-8") as said:
            collector = subprocess.Popen(["flock", "--shared", str(files[1]), "sh", "-c", "echo yes; sleep 60"],
                                         stdout=said)
        self.addCleanup(collector.wait)
        self.addCleanup(collector.kill)
        wait_until(lambda: (self.directory / "locked").read_text(), "the file is marked")
        self.play({"record.retention": "24h"})
        wait_until(lambda: self.metric('sluice_record_removed_files_total{reason="age"}') == 2, "the old ones are gone")
        self.assertEqual([f.exists() for f in files], [False, True, False])
        self.assertEqual({e["reason"] for e in self.server.find_events("recording_removed")}, {"age"})
        self.end()
        self.assertGreater(len(slog.files(self.server.recordings)), 2)


if __name__ == "__main__":
    unittest.main()
