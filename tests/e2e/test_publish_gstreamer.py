"""GStreamer publishes, with its own RTMP sink and with librtmp's."""

import unittest

from harness import encoders, frames, slog
from harness.case import SluiceTest

FRAMES = 120


class GStreamer(SluiceTest):
    def check(self, sink_for):
        server = self.start()
        encoders.gstreamer(self, sink_for(server.rtmp_url("x")), FRAMES).finish()
        for container in ("fmp4", "ts"):
            ended = self.wait_ended(server, "x", f"{container}/index.m3u8")
            got = frames.packets_of(self, ended.media_segments(), f"x.{container}")
            self.assertEqual(len(got["video"]), FRAMES)
            times = [p.dts for p in got["video"]]
            self.assertEqual(times, sorted(set(times)))
            self.assertGreater(len(got["audio"]), FRAMES * 48000 // 30 // 1024 - 5)
        server.stop()
        recorded = [p for p in slog.read_packets(slog.files(server.recordings)) if p.video]
        self.assertEqual(len(recorded), FRAMES)

    def test_rtmp2sink(self):
        self.check(lambda url: ["rtmp2sink", f"location={url}"])

    def test_rtmpsink_of_librtmp(self):
        self.check(lambda url: ["rtmpsink", f"location={url} live=1"])


if __name__ == "__main__":
    unittest.main()
