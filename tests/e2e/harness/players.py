"""Independent programs that read playlists: two parsers, and hls.js in a browser."""

import json
import os
import pathlib
import subprocess

from harness import check
from harness.case import SluiceTest
from harness.waiting import PATIENCE

WEB = pathlib.Path(os.environ.get("E2E_WEB", pathlib.Path(__file__).resolve().parents[1] / "web"))


class PlayerTest(SluiceTest):
    def browse(self, kind, url):
        done = subprocess.run(["node", WEB / "play.mjs", kind, url, str(30 * PATIENCE)], capture_output=True, text=True,
                              timeout=60 * PATIENCE + 30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        self.assertEqual((seen["width"], seen["height"]), (320, 180), seen)
        self.assertGreaterEqual(seen["progress"], 4, seen)
        self.assertGreater(seen["frames"], 60, seen)
        self.assertGreater(seen["audioBytes"], 0, seen)
        self.assertEqual([f for f in seen["faults"] if "fatal=true" in f or f.startswith("page:")], [], seen)

    def parse(self, text):
        """{reader: what it makes of a playlist}"""
        return self.parse_all([text])[0]

    def parse_all(self, texts):
        done = subprocess.run(["node", WEB / "parse.mjs"], input=json.dumps(texts), capture_output=True, text=True,
                              check=False, timeout=60 * PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check_media(self, found):
        # What has ended takes no time; the live playlists have tests of their own.
        if found.ended:
            check.assert_clean(self, found.url)
        for reader, seen in self.parse(found.text).items():
            with self.subTest(reader):
                self.check_read(seen, found)

    def check_read(self, seen, found):
        """A reader has seen what stands in a media playlist."""
        self.assertEqual(seen["warnings"], [])
        self.assertEqual(len(seen["segments"]), len(found.segments))
        self.assertEqual(seen["targetDuration"], found.target_duration)
        self.assertEqual(seen["mediaSequence"], found.media_sequence)
        self.assertEqual(seen["discontinuitySequence"], found.discontinuity_sequence)
        self.assertEqual(seen["discontinuities"], [i for i, s in enumerate(found.segments) if s.discontinuity])
        self.assertEqual(seen["ended"], found.ended)
        for read, segment in zip(seen["durations"], found.segments):
            self.assertAlmostEqual(read, segment.duration, places=5)
