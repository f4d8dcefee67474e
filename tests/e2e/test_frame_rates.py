"""Parts at every frame rate and sample rate that people publish with: as listed, as bytes, and as sample tables.

FFmpeg publishes all of matrix/frame_rates.py at once, each to a stream with parts of 500 ms and one with 200 ms."""

import collections
import concurrent.futures
import unittest
import urllib.parse

from harness import check, flv, playlist, samples
from harness.encoders import Encoder
from harness.parts import Follower
from harness.players import PlayerTest
from matrix.frame_rates import GOP_SECONDS, MATERIALS

PART_SECONDS = (0.5, 0.2)
OPTIONS = {"hls.segment_duration": f"{GOP_SECONDS}s", "hls.window": "30s", "lifecycle.slots": str(len(MATERIALS)),
           "log.level": "info"}
# Parts are cut by ticks of 90 kHz, sound has a clock of its own; times are written with six decimals.
ROUNDING = 1 / 90000 + 0.000001


class Stream:
    """One material with parts of one length, as it was seen."""

    def __init__(self, test, server, material, part_seconds):
        self.material, self.part_seconds = material, part_seconds
        self.url = server.rtmp_url(material.name)
        self.follower = Follower(test, server.http_url(f"/live/{material.name}/fmp4/index.m3u8"))

    def __str__(self):
        return f"{self.material.name} {self.part_seconds * 1000:.0f} ms"

    @property
    def kind(self):
        """Of the track by which parts are cut."""
        return "video" if self.material.frame_rate else "audio"

    def segments(self):
        return self.follower.last.whole.segments

    def parts_of(self, segment):
        numbers = sorted(number for number in self.follower.parts if number[0] == segment.msn)
        return [self.follower.parts[number] for number in numbers]

    def fetch(self):
        """Whole segments, and the sample tables of them and of the parts."""
        init = playlist.fetch(self.segments()[0].map_url)
        self.bodies = [playlist.fetch(segment.url) for segment in self.segments()]
        self.tables = samples.tables(init, self.bodies)
        # The first segment has no parts.
        self.parts = [part for segment in self.segments() for part in self.parts_of(segment)]
        self.part_tables = samples.tables(init, [self.follower.bodies[part.url] for part in self.parts])
        return self


class FrameRates(PlayerTest):
    @classmethod
    def setUpClass(cls):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            cls.paths = dict(zip(MATERIALS, pool.map(lambda material: material.path(), MATERIALS)))

    def publish_all(self):
        """Every Stream, published to its end and fetched."""
        servers = {seconds: self.start({**OPTIONS, "hls.part_duration": f"{seconds * 1000:.0f}ms"})
                   for seconds in PART_SECONDS}
        streams, encoders = [], []
        for material in MATERIALS:
            both = [Stream(self, server, material, seconds) for seconds, server in servers.items()]
            streams += both
            encoders.append(Encoder(self, [
                "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning", "-readrate", "1", "-i",
                str(self.paths[material]),
                *(option for stream in both for option in ("-map", "0", "-c", "copy", "-f", "flv", stream.url))]))
        for encoder in encoders:
            encoder.finish()
        for stream in streams:
            stream.follower.wait_ended()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(Stream.fetch, streams))

    def test_parts_are_what_they_are_said_to_be(self):
        # LL-01, LL-03 to LL-07, LL-11, LL-13
        streams = self.publish_all()
        for stream in streams:
            with self.subTest(str(stream)):
                self.assertEqual(stream.follower.faults, [])
                self.check_all_frames_are_there(stream)
                self.check_part_target(stream)
                self.check_lengths(stream)
                self.check_segments_are_their_parts(stream)
                self.check_hints(stream)
        self.check_parsers(streams)
        self.judge(streams)

    def judge(self, streams):
        """`sluice check`, of what has ended."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            documents = list(pool.map(lambda stream: check.check(stream.follower.url, "--strict"), streams))
        for stream, document in zip(streams, documents):
            with self.subTest(f"sluice check, {stream}"):
                self.assertTrue(document["passed"], check.describe(document))

    def check_all_frames_are_there(self, stream):
        tags = flv.read(self.paths[stream.material])
        if stream.kind == "video":  # a period begins with a key frame
            tags = tags[next(index for index, tag in enumerate(tags) if tag.is_key):]
        published = collections.Counter("video" if tag.kind == flv.VIDEO else "audio" for tag in tags if tag.is_frame)
        self.assertEqual(sum((table.count for table in stream.tables), collections.Counter()), published)
        self.assertGreaterEqual(len(stream.segments()), 3)

    def check_part_target(self, stream):
        targets = {found.part_target for found in stream.follower.playlists if found.parts}
        self.assertEqual(len(targets), 1, targets)
        stream.part_target = targets.pop()
        off = abs(stream.part_target - stream.part_seconds)
        self.assertLessEqual(off, stream.material.longest_frame / 2 + 0.002, stream.part_target)

    def check_lengths(self, stream):
        tables = list(zip(stream.parts, stream.part_tables))
        if not tables[-1][1].count[stream.kind]:
            tables.pop()  # the sound that lasts longer than the picture, at the end
        for (part, _), seconds in zip(tables, samples.seconds([table for _, table in tables], stream.kind)):
            self.assertAlmostEqual(seconds, part.duration, delta=ROUNDING, msg=part)
        for part, table in tables:
            self.assertLessEqual(part.duration, stream.part_target, part)
            if stream.kind == "video":
                self.assertEqual(part.independent, table.begins_with_key, part)
        for segment in stream.segments()[1:]:
            parts = stream.parts_of(segment)
            for part in parts[:-1]:
                self.assertGreaterEqual(part.duration, 0.85 * stream.part_target, f"{part} of {segment}")
            self.assertAlmostEqual(sum(part.duration for part in parts), segment.duration,
                                   delta=ROUNDING * (len(parts) + 1))
            self.assertTrue(parts[0].independent, parts[0])

    def check_segments_are_their_parts(self, stream):
        self.assertEqual([part for part in stream.parts if part.msn == stream.segments()[0].msn], [])
        tables = iter(stream.part_tables)
        for segment, body, table in list(zip(stream.segments(), stream.bodies, stream.tables))[1:]:
            parts = stream.parts_of(segment)
            self.assertEqual([part.index for part in parts], list(range(len(parts))))
            self.assertEqual(b"".join(stream.follower.bodies[part.url] for part in parts), body, segment)
            self.assertEqual(sum((next(tables).count for _ in parts), collections.Counter()), table.count, segment)

    def check_hints(self, stream):
        hints = list(dict.fromkeys(found.hint for found in stream.follower.playlists if found.hint))
        listed = [part.url for part in stream.parts]
        self.assertIn([hint for hint in hints if hint not in listed], ([], hints[-1:]))
        self.assertGreaterEqual(len(hints), len(listed) // 2)

    def check_parsers(self, streams):
        """Two parsers read what is read here: the last playlist with an open segment and the one behind the end."""
        playlists = [found for stream in streams for found in
                     ([f for f in stream.follower.playlists if f.hint][-1], stream.follower.last)]
        for found, readers in zip(playlists, self.parse_all([found.whole.text for found in playlists])):
            for reader, seen in readers.items():
                with self.subTest(f"{reader} {found.whole.url}"):
                    self.check_read(seen, found.whole)
                    self.assertEqual(seen["partTarget"], found.part_target)
                    self.assertEqual(seen["hint"] and urllib.parse.urljoin(found.whole.url, seen["hint"]), found.hint)
                    self.assertEqual([(urllib.parse.urljoin(found.whole.url, uri), duration) for uri, duration in seen["parts"]],
                                     [(part.url, part.duration) for part in found.parts])


if __name__ == "__main__":
    unittest.main()
