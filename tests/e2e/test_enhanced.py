"""Enhanced RTMP: codecs beyond H.264 and AAC come out of the container that can carry them."""

import unittest

from harness import enhanced, flv, frames, playlist, probe, slog, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient


class Enhanced(SluiceTest):
    def publish(self, server, tags):
        with RtmpClient(server.address("rtmp")).open_publishing("x") as client:
            client.send_tags(tags, speed=4)
            client.end_publish()

    def check(self, *names, codecs, container="fmp4"):
        tracks = [enhanced.read_track(media(name)) for name in names]
        server = self.start()
        self.publish(server, enhanced.interleave(*tracks))
        ended = self.wait_ended(server, "x", f"{container}/index.m3u8")
        path = self.directory / f"x.{container}"
        got = frames.packets_of(self, ended.media_segments(), path.name)
        for track in tracks:
            kind = "video" if track.video else "audio"
            self.assertEqual(len(got[kind]), len(track.samples), f"{track.codec} frames")
            sizes = [len(s.data) for s in track.samples]
            if container == "fmp4":
                self.assertEqual([p.size for p in got[kind]], sizes)
            for index, (packet, sample) in enumerate(zip(got[kind], track.samples)):
                late = abs((packet.pts - got[kind][0].pts) * 1000 -
                           (sample.timestamp + sample.composition - track.samples[0].composition))
                self.assertLessEqual(late, 2, f"{track.codec} frame {index}")
        self.assertEqual({s["codec_name"] for s in probe.streams(path)}, {t.codec for t in tracks})
        self.assertEqual(probe.decode(path), "")
        listed = playlist.parse_variants("", web.get(server.http_url(f"/live/x/{container}/index.m3u8")).text())
        self.assertRegex(listed[0].attributes["CODECS"], codecs)
        return server

    def test_hevc(self):
        self.check("hevc.mp4", codecs=r"^hvc1\.1\.6\.L\d+\.[0-9A-F.]+$")

    def test_av1_with_opus(self):
        self.check("av1.mp4", "opus.mp4", codecs=r"^av01\.0\.\d\d[MH]\.08[^,]*,opus$")

    def test_vp9_with_opus(self):
        self.check("vp9.mp4", "opus.mp4", codecs=r"^vp09\.00\.10\.08[^,]*,opus$")

    def test_flac(self):
        self.check("flac.mp4", codecs="^fLaC$")

    def test_ac3(self):
        self.check("ac3.mp4", codecs=r"^ac-3$")

    def test_ac3_in_ts(self):
        self.check("ac3.mp4", codecs=r"^ac-3$", container="ts")

    def test_eac3(self):
        self.check("eac3.mp4", codecs=r"^ec-3$")

    def test_mp3(self):
        self.check("mp3.mp4", codecs=r"^mp4a\.(40\.34|6[Bb]|69)$")

    def test_extra_track_is_recorded_and_does_not_disturb_the_first(self):
        # ER-06, ER-07
        track = enhanced.read_track(media("hevc.mp4"))
        own = list(enhanced.tags(track))
        both = [tag for t in own for tag in (t, enhanced.as_extra_track(t, 1))]
        server = self.start()
        self.publish(server, both)
        ended = self.wait_ended(server, "x")
        got = frames.packets_of(self, ended.media_segments(), "x.mp4")
        self.assertEqual(len(got["video"]), len(track.samples))
        server.stop()
        recorded = list(slog.read_packets(slog.files(server.recordings)))
        self.assertEqual(len(recorded), 2 * len(track.samples))

    def test_codec_nobody_can_carry_is_reported_once_and_the_rest_goes_on(self):
        # ER-14
        tags = [t for t in flv.read(media("av.flv")) if t.kind != flv.SCRIPT]
        odd = [flv.Tag(flv.AUDIO, t.timestamp, b"\x91zzzz" + t.payload[2:]) if t.kind == flv.AUDIO else t for t in tags]
        server = self.start()
        self.publish(server, odd)
        ended = self.wait_ended(server, "x")
        got = frames.packets_of(self, ended.media_segments(), "x.mp4")
        self.assertEqual(len(got["video"]), sum(t.is_frame for t in tags if t.kind == flv.VIDEO))
        self.assertEqual(len(got["audio"]), 0)
        self.assertEqual(len(server.find_events("media_ignored", reason="unknown_fourcc", kind="audio")), 1)


if __name__ == "__main__":
    unittest.main()
