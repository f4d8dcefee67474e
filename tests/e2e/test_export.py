"""sluice recording export and repair: what comes out is what was published, frame by frame."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import unittest
from datetime import datetime, timedelta, timezone

from harness import encoders, enhanced, flv, frames, playlist, probe, slog, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient
from harness.server import BINARY
from harness.waiting import PATIENCE, wait_until

FORMATS = ("mp4", "ts", "flv", "mkv")


def point(time):
    """A time as --from and --to take it, with milliseconds."""
    return time.strftime("%Y%m%dT%H%M%S.") + f"{time.microsecond // 1000:03d}Z"


class Export(SluiceTest):
    def record(self, *names, options=None, rate=4):
        """Publishes these one after the other, each until it is recorded; the directory of recordings."""
        server = self.start(options)
        for name in names:
            encoders.ffmpeg(self, media(name), server.rtmp_url("x"), rate=rate).finish()
        self.wait_ended(server, "x")
        server.stop()
        return server.recordings

    def export(self, output, *arguments, code=0):
        done = self.run_sluice("recording", "export", "-o", output, *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def span(self, recordings):
        """When the first packet was, as verify and ls know it."""
        listed = self.run_sluice("recording", "info", recordings).stdout
        first = re.search(r"time +(\S+)Z to", listed).group(1)
        return datetime.fromisoformat(first).replace(tzinfo=timezone.utc)

    def assert_published(self, got, kind):
        if kind != "mkv":
            return frames.assert_same(self, got, media("av.flv"), kind)
        want = probe.packets(media("av.flv"))
        for one in ("video", "audio"):
            self.assertEqual(len(got[one]), len(want[one]), one)
            first = [side["video"][0].pts for side in (got, want)]
            for g, w in zip(got[one], want[one]):
                self.assertLessEqual(abs((g.pts - first[0]) - (w.pts - first[1])), frames.AUDIO_TOLERANCE)

    def test_every_format_has_every_frame(self):
        recordings = self.record("av.flv", options={"record.rotate": "2s"})
        self.assertGreater(len(slog.files(recordings)), 2)
        for kind in FORMATS:
            said = self.export(f"x.{kind}", recordings)
            self.assertRegex(said, rf"^x\.{kind}: 8\.\d s, \d+ frames, 0\.\d MiB\n$")
            self.assert_published(probe.packets(self.directory / f"x.{kind}"), kind)
            self.assertEqual(probe.decode(self.directory / f"x.{kind}"), "")
        self.assertEqual(sorted(p.name for p in self.directory.glob("x.*")), [f"x.{k}" for k in sorted(FORMATS)])
        moov, mdat = ((self.directory / "x.mp4").read_bytes().find(box) for box in (b"moov", b"mdat"))
        self.assertLess(moov, mdat)

    def test_ends_are_key_frames_and_spans_that_share_one_share_no_frame(self):
        recordings = self.record("av.flv", options={"record.rotate": "2s"})
        begins = self.span(recordings)
        whole = probe.packets(media("av.flv"))
        middle = begins + timedelta(seconds=3.5)  # between key frames 3 and 4
        cut = begins + timedelta(seconds=4.2)
        parts = []
        for name, arguments in (("a", ["--to", point(middle)]), ("b", ["--from", point(cut)])):
            self.export(f"{name}.mkv", *arguments, recordings)
            parts.append(probe.packets(self.directory / f"{name}.mkv"))
            self.assertTrue(parts[-1]["video"][0].key)
        self.assertEqual([len(p["video"]) for p in parts], [4 * 30, 4 * 30])
        got = [sum(len(p[kind]) for p in parts) for kind in ("video", "audio")]
        self.assertEqual(got, [len(whole["video"]), len(whole["audio"])])
        self.export("c.mkv", "--from", point(begins + timedelta(seconds=2.2)), "--to", point(middle), recordings)
        self.assertEqual(len(probe.packets(self.directory / "c.mkv")["video"]), 2 * 30)
        said = self.export("d.mkv", "--from", "20200101T000000Z", "--to", "20200101T000100Z", recordings, code=2)
        self.assertIn("nothing is recorded in that time", said)

    def test_a_pipe_is_read_by_ffmpeg(self):
        recordings = self.record("av.flv")
        for kind in FORMATS:
            path = self.directory / f"piped.{kind}"
            command = [str(BINARY), "recording", "export", "--format", kind, "-o", "-", str(recordings)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as exporting:
                subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-c", "copy", path], stdin=exporting.stdout,
                               check=True, timeout=60 * PATIENCE)
                self.assertEqual(exporting.wait(20 * PATIENCE), 0)
            got = probe.packets(path)
            want = probe.packets(media("av.flv"))
            self.assertEqual([len(got[k]) for k in got], [len(want[k]) for k in got], kind)

    def test_a_pipe_that_breaks_says_where_to_go_on(self):
        recordings = self.record("av-long.flv", rate=15)
        command = [str(BINARY), "recording", "export", "--format", "ts", "-o", "-", str(recordings)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as exporting:
            self.assertEqual(len(exporting.stdout.read(400_000)), 400_000)
            exporting.stdout.close()
            said = exporting.stderr.read().decode()
            self.assertEqual(exporting.wait(20 * PATIENCE), 1)
        resumed = re.search(r"whoever read the pipe has gone; go on with --from (\S+)", said)
        self.assertIsNotNone(resumed, said)
        self.export("rest.ts", "--from", resumed.group(1), recordings)
        rest, whole = (len(probe.packets(path)["video"]) for path in (self.directory / "rest.ts", media("av-long.flv")))
        self.assertTrue(0 < rest < whole, (rest, whole))

    def test_an_interrupt_of_a_pipe_says_where_to_go_on(self):
        recordings = self.record("av-long.flv", rate=15)
        command = [str(BINARY), "recording", "export", "--format", "ts", "-o", "-", str(recordings)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as exporting:
            # Nobody reads on: the pipe is full, and it waits.
            self.assertEqual(len(exporting.stdout.read(400_000)), 400_000)
            exporting.send_signal(signal.SIGINT)
            said = exporting.stderr.read().decode()
            self.assertEqual(exporting.wait(20 * PATIENCE), 1)
        self.assertRegex(said, r"interrupted; go on with --from \d{8}T\d{6}\.\d{3}Z")

    def test_an_interrupt_of_a_file_leaves_nothing_to_go_on_with(self):
        recordings = self.record("av.flv")
        path = next(recordings.rglob("*.slog"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2:len(data) // 2 + 2000] = bytes(2000)
        path.write_bytes(data)
        # Nobody reads what it says: it waits where it tells of the damage.
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        filled = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                filled += os.write(writing, bytes(1))
        os.set_blocking(writing, True)
        folder = self.directory / "out"
        folder.mkdir()
        command = [str(BINARY), "recording", "export", "-o", str(folder / "x.mp4"), str(recordings)]
        with open(reading, "rb") as reader, subprocess.Popen(command, stderr=writing) as exporting:
            os.close(writing)
            waits = pathlib.Path(f"/proc/{exporting.pid}/wchan")
            wait_until(lambda: "pipe_write" in waits.read_text(), "it waits for somebody to read")
            self.assertTrue(any(p.stat().st_size > 0 for p in folder.iterdir()))
            exporting.send_signal(signal.SIGINT)
            said = reader.read()[filled:].decode()
            self.assertEqual(exporting.wait(20 * PATIENCE), 1)
        self.assertRegex(said, r"are damaged\ninterrupted\n$")
        self.assertEqual(list(folder.iterdir()), [])

    def test_sessions_of_a_playlist_are_one_file_and_their_gap_stays(self):
        recordings = self.record("av.flv", "av.flv", options={"stream.resume_window": "6s"})
        self.assertEqual(len(slog.files(recordings)), 2)
        self.export("x.mp4", recordings)
        got = probe.packets(self.directory / "x.mp4")
        want = probe.packets(media("av.flv"))
        self.assertEqual(len(got["video"]), 2 * len(want["video"]))
        between = got["video"][len(want["video"])].dts - got["video"][len(want["video"]) - 1].dts
        self.assertGreater(between, 0.05)

    def test_a_track_that_changes_begins_another_file(self):
        recordings = self.record("av.flv", "av-other.flv", options={"stream.resume_window": "6s"})
        said = self.export("x.mp4", recordings)
        self.assertIn("a track changes at", said)
        for name, source in (("x.mp4", "av.flv"), ("x-2.mp4", "av-other.flv")):
            got = probe.packets(self.directory / name)
            self.assertEqual(len(got["video"]), len(probe.packets(media(source))["video"]))
        (self.directory / "y-2.mp4").write_text("mine")
        said = self.export("y.mp4", recordings, code=1)
        self.assertIn("y-2.mp4: exists; --force replaces it; finished before: y.mp4 (--force", said)
        self.export("y.mp4", "--force", recordings)
        self.assertEqual((self.directory / "y-2.mp4").read_bytes(), (self.directory / "x-2.mp4").read_bytes())
        command = [str(BINARY), "recording", "export", "--format", "ts", "-o", "-", str(recordings)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=20 * PATIENCE)
        self.assertEqual(done.returncode, 1)
        resumed = re.search(rb"--from (\S+)", done.stderr).group(1).decode()
        self.export("rest.ts", "--from", resumed, recordings)
        self.assertEqual(len(probe.packets(self.directory / "rest.ts")["video"]),
                         len(probe.packets(media("av-other.flv"))["video"]))

    def test_codecs_of_enhanced_rtmp(self):
        cases = (("hevc", "opus", ("mp4", "mkv", "ts")), ("av1", "flac", ("mp4", "mkv")),
                 ("vp9", "eac3", ("mp4", "mkv")), ("hevc", "ac3", ("mp4", "ts", "mkv")), ("av1", "mp3", ("mp4", "mkv")))
        server = self.start({"stream.resume_window": "0s"})
        for picture, sound, _ in cases:
            tracks = [enhanced.read_track(media(f"{name}.mp4")) for name in (picture, sound)]
            with RtmpClient(server.address("rtmp")).open_publishing(f"{picture}-{sound}") as client:
                client.send_tags(enhanced.interleave(*tracks), speed=8)
                client.end_publish()
            self.wait_ended(server, f"{picture}-{sound}", "fmp4/index.m3u8")
        server.stop()
        for picture, sound, kinds in cases:
            folder = server.recordings / "live" / f"{picture}-{sound}"
            for kind in kinds:
                with self.subTest(f"{picture} {sound} {kind}"):
                    path = self.directory / f"{picture}-{sound}.{kind}"
                    self.export(path.name, folder)
                    got = probe.packets(path)
                    # ffprobe cannot tell frames of every codec apart in MPEG-TS.
                    self.assertEqual(len(got["video"]), len(probe.packets(media(f"{picture}.mp4"))["video"]))
                    self.assertGreater(len(got["audio"]), 40)
                    self.assertEqual({s["codec_name"] for s in probe.streams(path)}, {picture, sound})
        said = self.export("none.flv", server.recordings / "live" / "hevc-opus", code=1)
        self.assertIn("hevc track 0 is left out: flv cannot carry it", said)
        self.assertFalse((self.directory / "none.flv").exists())
        said = self.export("sound.flv", server.recordings / "live" / "av1-mp3")
        self.assertIn("av1 track 0 is left out", said)
        self.assertEqual([s["codec_name"] for s in probe.streams(self.directory / "sound.flv")], ["mp3"])

    def test_extra_tracks_are_exported(self):
        server = self.start()
        tags = [t for t in flv.read(media("av.flv")) if t.kind != flv.SCRIPT]
        extra = enhanced.read_track(media("opus.mp4"))
        both = [enhanced.as_extra_track(t, 1) for t in enhanced.tags(extra)]
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags(sorted([*tags, *both], key=lambda t: t.timestamp), speed=4)
            client.end_publish()
        self.wait_ended(server, "x")
        server.stop()
        said = self.export("x.mkv", server.recordings)
        streams = [s["codec_name"] for s in probe.streams(self.directory / "x.mkv")]
        self.assertEqual(streams, ["h264", "aac", "opus"], said)

    def test_the_directory_of_a_running_server(self):
        server = self.start({"record.rotate": "2s"})
        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1)
        wait_until(lambda: len(slog.files(server.recordings)) >= 2, "a second file")
        self.export("x.mp4", server.recordings)
        got = probe.packets(self.directory / "x.mp4")
        self.assertGreaterEqual(len(got["video"]), 60)
        verified = self.run_sluice("recording", "verify", server.recordings)
        self.assertEqual(verified.returncode, 0, verified.stdout)
        encoder.interrupt()

    def test_nothing_is_left_of_an_export_that_fails_and_nothing_replaced_unasked(self):
        recordings = self.record("av.flv")
        path = self.directory / "x.mp4"
        path.write_text("mine")
        self.assertIn("--force", self.export("x.mp4", recordings, code=2))
        self.assertEqual(path.read_text(), "mine")
        self.export("x.mp4", "--force", recordings)
        self.assertEqual(len(probe.packets(path)["video"]), 240)
        for arguments in (["x.avi"], ["-"], ["y.mp4", "--format", "avi"], ["y.mp4", "--from", "yesterday"],
                          ["y.mp4", "--from", "20260101T000000Z", "--to", "20250101T000000Z"]):
            self.export(*arguments, recordings, code=2)
        self.export("none/y.mp4", recordings, code=2)
        self.export("y.mp4", self.directory / "nowhere", code=2)
        # Nothing is wrong with what was asked for.
        self.assertIn("/sys/y.mp4", self.export("/sys/y.mp4", recordings, code=1))
        recorded = next(recordings.rglob("*.slog"))
        unreadable = recorded.with_name(recorded.name.replace("-000000.", "-000001."))
        unreadable.mkdir()
        self.assertIn("Is a directory", self.export("y.mp4", recordings, code=1))
        unreadable.rmdir()
        (self.directory / "full").mkdir()
        limited = subprocess.run(["bash", "-c", f"ulimit -f 20; trap '' XFSZ; exec {BINARY} recording export -o full/y.mp4 "
                                  f"{recordings}"], cwd=self.directory, capture_output=True, text=True, check=False)
        self.assertEqual(limited.returncode, 1, limited.stderr)
        self.assertIn("File too large", limited.stderr)
        self.assertEqual(list((self.directory / "full").iterdir()), [])

    def test_what_a_killed_run_left_is_in_nobodys_way(self):
        recordings = self.record("av.flv")
        recorded = next(recordings.rglob("*.slog"))
        for output, command in (("x.mp4", f"export {recordings}"), ("x.slog", f"repair {recorded}")):
            # In a container each run has the id of the one before.
            script = f"touch {output}.partial-$$; exec {BINARY} recording {command} -o {output}"
            done = subprocess.run(["bash", "-c", script], cwd=self.directory, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(list(self.directory.glob(f"{output}*"))), 2)


class Repair(SluiceTest):
    def test_a_damaged_recording_is_repaired_and_exported(self):
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        self.wait_ended(server, "x")
        server.stop()
        path = next(server.recordings.rglob("*.slog"))
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        data[middle:middle + 2000] = bytes(2000)
        path.write_bytes(data)
        self.assertEqual(self.run_sluice("recording", "verify", path).returncode, 1)
        repaired = self.directory / "repaired.slog"
        done = self.run_sluice("recording", "repair", path, "-o", repaired)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(path.read_bytes(), data)
        verified = self.run_sluice("recording", "verify", repaired)
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.assertIn("a repair left out what was damaged, in 1 place", verified.stdout)
        kept = [p.body for p in slog.read_packets([repaired])]
        whole = probe.packets(media("av.flv"))
        self.assertGreater(len(kept), len(whole["video"]) + len(whole["audio"]) - 25)
        for source, output in ((path, "damaged.mkv"), (repaired, "repaired.mkv")):
            self.assertEqual(self.run_sluice("recording", "export", source, "-o", output).returncode, 0)
        got = [probe.packets(self.directory / name) for name in ("damaged.mkv", "repaired.mkv")]
        self.assertEqual([len(g["video"]) for g in got], [len(got[0]["video"])] * 2)
        self.assertEqual(sum(len(got[1][k]) for k in got[1]), len(kept))

    def test_what_is_served_of_a_repaired_recording_is_never_another_segment(self):
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        live = self.wait_ended(server, "x")
        bytes_of = {s.url.split("/", 3)[3]: web.get(s.url).body for s in live.media_segments()}
        server.stop()
        path = next(server.recordings.rglob("*.slog"))
        session = path.name[:23]
        records = list(slog.read_records(path))
        # Of one segment a picture is damaged, of another the key frame.
        data, at, pictures = bytearray(path.read_bytes()), 8, []
        for record in records:
            if record.type == slog.PACKET and record.track == 0:
                pictures.append((record.flags & 1, at + 32 + len(record.body) // 2))
            at += 32 + len(record.body)
        keys = [index for index, (key, _) in enumerate(pictures) if key]
        for index in (keys[2] + 5, keys[4]):
            data[pictures[index][1]] ^= 0xFF
        path.write_bytes(data)
        repaired = self.directory / "repaired.slog"
        self.assertEqual(self.run_sluice("recording", "repair", path, "-o", repaired).returncode, 0)
        repaired.replace(path)
        server = self.start()
        self.wait_status(server, "ready")
        listed = playlist.open_media(server, f"/live/x/sessions/{session}/index.m3u8")
        self.assertEqual(len(listed.segments), len(bytes_of))
        self.assertEqual([s.msn - listed.media_sequence for s in listed.segments if s.gap], [4])
        own = [s for s in listed.media_segments() if s.url.endswith("r.m4s")]
        self.assertEqual([s.msn - listed.media_sequence for s in own], [2])
        for segment in listed.media_segments():
            answer = web.get(segment.url)
            self.assertEqual(answer.status, 200, segment.url)
            if segment not in own:
                self.assertEqual(answer.body, bytes_of[segment.url.split("/", 3)[3]])
        got = frames.packets_of(self, own, "own.mp4")
        self.assertEqual(len(got["video"]), 29)
        for name in bytes_of:
            if name not in {s.url.split("/", 3)[3] for s in listed.media_segments()}:
                self.assertIn(web.get(server.http_url("/" + name)).status, (404, 410))


if __name__ == "__main__":
    unittest.main()
