"""Real players play live streams, and independent parsers read the playlists."""

import re
import subprocess
import unittest

from harness import encoders, playlist, probe, web
from harness.media import media
from harness.players import PlayerTest


class Players(PlayerTest):
    def setUp(self):
        super().setUp()
        self.server = self.start()
        encoders.ffmpeg(self, media("av-long.flv"), self.server.rtmp_url("x"), rate=1)
        self.wait_playable(self.server, "x", segments=3)

    def url(self, container):
        return self.server.http_url(f"/live/x/{container}/index.m3u8")

    def test_ffmpeg_decodes_both_containers(self):
        for container in ("fmp4", "ts"):
            kinds = {s["codec_name"] for s in probe.streams(self.url(container))}
            self.assertEqual(kinds, {"h264", "aac"})
            self.assertEqual(probe.decode(self.url(container), "-t", "3"), "")

    def gstreamer(self, *pipeline):
        """Runs until 60 frames have been shown and says how many there were and how many were dropped."""
        process = subprocess.Popen(["gst-launch-1.0", "-v", *pipeline], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        rendered, lines = 0, []
        try:
            for line in process.stdout:
                lines.append(line)
                found = re.search(r"rendered: (\d+), dropped: (\d+)", line)
                if found:
                    rendered = int(found.group(1))
                if rendered >= 60:
                    return rendered
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self.fail("".join(lines[-30:]))

    def test_gstreamer_plays_fmp4(self):
        self.gstreamer("playbin3", f"uri={self.url('fmp4')}",
                       "video-sink=fpsdisplaysink text-overlay=false video-sink=fakesink", "audio-sink=fakesink")

    def test_gstreamer_plays_ts(self):
        self.gstreamer("playbin3", f"uri={self.url('ts')}",
                       "video-sink=fpsdisplaysink text-overlay=false video-sink=fakesink", "audio-sink=fakesink")

    def test_hls_js_plays_fmp4_in_chromium(self):
        self.browse("hls", self.url("fmp4"))

    def test_hls_js_plays_ts_in_chromium(self):
        self.browse("hls", self.url("ts"))

    def test_player_page_plays_in_chromium(self):
        self.browse("page", self.server.http_url("/live/x/"))


class Parsers(PlayerTest):
    def test_two_parsers_read_all_playlists(self):
        server = self.start({"stream.resume_window": "8s"})
        encoder = encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x"), rate=1)
        self.wait_playable(server, "x", segments=3)
        # While it publishes: hls-parser insists on a hint wherever there are parts, and there is none while it is away.
        for container in ("fmp4", "ts"):
            path = f"/live/x/{container}/index.m3u8"
            self.check_media(playlist.open_media(server, path))
            text = web.get(server.http_url(path)).text()
            for reader, seen in self.parse(text).items():
                with self.subTest(reader):
                    self.assertEqual(seen["warnings"], [])
                    self.assertEqual(len(seen["variants"]), 1)
        encoder.finish()
        encoders.ffmpeg(self, media("av-other.flv"), server.rtmp_url("x")).finish()
        self.check_media(self.wait_ended(server, "x"))


if __name__ == "__main__":
    unittest.main()
