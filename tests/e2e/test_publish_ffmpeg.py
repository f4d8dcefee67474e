"""FFmpeg publishes: every frame comes out of both containers and of the recording, in order and with its times."""

import subprocess
import unittest
from fractions import Fraction

from harness import check, encoders, flv, frames, playlist, probe, slog
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient
from harness.waiting import wait_until
from harness.watch import PlaylistWatch


class PublishedFrames(SluiceTest):
    def check(self, name, options=None, decoded_early=0):
        server = self.start(options or {})
        encoders.ffmpeg(self, media(name), server.rtmp_url("x")).finish()
        for container in ("fmp4", "ts"):
            ended = self.wait_ended(server, "x", f"{container}/index.m3u8")
            self.assertEqual(len(ended.periods()), 1, ended.text)
            self.assertNotIn("DISCONTINUITY\n", ended.text)
            check.assert_clean(self, server.http_url(f"/live/x/{container}/index.m3u8"))
            frames.assert_same(self, frames.packets_of(self, ended.media_segments(), f"x.{container}"), media(name),
                               container, decoded_early)
        server.stop()
        self.check_recording(server, media(name), decoded_early)
        return server

    def check_recording(self, server, source, decoded_early=0):
        files = slog.files(server.recordings)
        self.assertTrue(all(f.suffix == ".slog" for f in files), files)
        verified = self.run_sluice("recording", "verify", server.recordings)
        self.assertEqual(verified.returncode, 0, verified.stderr + verified.stdout)
        got = {"video": [], "audio": []}
        for order, packet in enumerate(slog.read_packets(files)):
            dts = Fraction(packet.dts, packet.timescale)
            got["video" if packet.video else "audio"].append(
                probe.Packet(dts + Fraction(packet.cts, packet.timescale), dts, packet.video and packet.key,
                             len(packet.body), order))
        frames.assert_same(self, got, source, "the recording", decoded_early)

    def test_h264_with_b_frames_and_aac(self):
        self.check("av.flv")

    def test_audio_only(self):
        self.check("audio.flv")

    def test_video_only(self):
        self.check("video.flv")

    def test_44100_hz_audio_neither_drifts_nor_gaps(self):
        self.check("av-441.flv")

    def test_variable_frame_rate(self):
        self.check("vfr.flv", {"hls.low_latency": "false"})

    def test_variable_frame_rate_with_parts(self):
        # LL-04: what comes too late for its part is decoded where that ends.
        self.check("vfr.flv", decoded_early=Fraction(1, 2))


class Changes(SluiceTest):
    def test_resolution_changes_in_mid_stream(self):
        # MT-06
        server = self.start({"stream.resume_window": "1s"})
        first, second = flv.read(media("av.flv")), flv.read(media("av-other.flv"))
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags([t for t in first if t.kind != flv.SCRIPT], speed=8)
            client.send_tags([t for t in second if t.kind != flv.SCRIPT], offset=first[-1].timestamp + 33, speed=8)
            client.end_publish()
        for container in ("fmp4", "ts"):
            ended = self.wait_ended(server, "x", f"{container}/index.m3u8")
            periods = ended.periods()
            self.assertEqual(len(periods), 2, ended.text)
            for index, name in enumerate(("av.flv", "av-other.flv")):
                got = frames.packets_of(self, periods[index], f"{index}.{container}")
                frames.assert_same(self, {"video": got["video"], "audio": []}, self.video_of(name), container)
                size = next(s for s in probe.streams(self.directory / f"{index}.{container}") if "width" in s)
                self.assertEqual((size["width"], size["height"]), ((320, 180), (480, 270))[index])
            if container == "fmp4":
                self.assertNotEqual(periods[0][0].map_url, periods[1][0].map_url)

    def video_of(self, name):
        """Where the sound of two sources meets, a frame of it may fall to either side; the picture may not."""
        path = self.directory / f"video-{name}"
        if not path.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-i", media(name), "-c", "copy", "-an", path], check=True)
        return path

    def test_audio_that_comes_late_begins_a_new_period(self):
        server = self.start()
        tags = [t for t in flv.read(media("av.flv")) if t.kind != flv.SCRIPT]
        sound_config = next(t for t in tags if t.kind == flv.AUDIO and t.is_config)
        silent = [t for t in tags if t.kind == flv.VIDEO and t.timestamp < 4000]
        both = [t for t in tags if t.timestamp >= 4000]
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags(silent, speed=4)
            client.send_tag(flv.Tag(flv.AUDIO, 4000, sound_config.payload))
            client.send_tags(both, speed=4)
            client.end_publish()
        ended = self.wait_ended(server, "x")
        before, after = ended.periods()
        got = [frames.packets_of(self, period, f"{i}.mp4") for i, period in enumerate((before, after))]
        self.assertEqual(len(got[0]["audio"]), 0)
        # From the first key frame after the sound began, so at most a second is missing.
        self.assertGreater(len(got[1]["audio"]), 3 * 48000 // 1024 - 3)
        sent = sum(t.is_frame for t in tags if t.kind == flv.VIDEO)
        self.assertEqual(len(got[0]["video"]) + len(got[1]["video"]), sent)


class Return(SluiceTest):
    def test_publisher_returns_within_the_resume_window(self):
        server = self.start({"stream.resume_window": "6s"})
        watch = PlaylistWatch(self, server, "/live/x/index.m3u8")
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        alone = self.wait_playable(server, "x")
        self.assertFalse(alone.ended)
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        ended = self.wait_ended(server, "x")
        watch.stop()
        self.assertEqual(watch.faults, [])
        self.assertEqual(ended.url, alone.url)
        periods = ended.periods()
        self.assertEqual(len(periods), 2, ended.text)
        for index, period in enumerate(periods):
            frames.assert_same(self, frames.packets_of(self, period, f"{index}.mp4"), media("av.flv"), "fmp4")

    def test_playlist_goes_on_with_gaps_while_the_publisher_is_away(self):
        # DC-01, MP-22: a player that reloads must see the playlist move.
        server = self.start({"stream.resume_window": "5s"})
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        ended = self.wait_ended(server, "x")
        self.assertTrue([s for s in ended.segments if s.gap], ended.text)

    def test_playlist_of_a_publish_after_the_end_is_a_new_one(self):
        server = self.start({"stream.resume_window": "0s"})
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        first = self.wait_ended(server, "x")
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x")).finish()
        self.wait_until_other(server, first)

    def wait_until_other(self, server, first):
        def other():
            found = playlist.open_media(server, "/live/x/index.m3u8")
            return found if found and found.url != first.url else None
        second = wait_until(other, "another playlist")
        self.assertGreater(second.media_sequence, first.segments[-1].msn)
        self.assertFalse({s.url for s in second.segments} & {s.url for s in first.segments})


if __name__ == "__main__":
    unittest.main()
