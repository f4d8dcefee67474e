"""What breaks a stream while low-latency players are at its edge (low_latency/breaks.py): all of them play on."""

import concurrent.futures
import functools
import unittest

from harness.case import SluiceTest
from harness.waiting import wait_until
from low_latency import breaks
from low_latency.players import PLAYERS, Watch

OPTIONS = {"hls.segment_duration": "2s", "hls.window": "30s", "stream.resume_window": "60s",
           "stream.takeover": "replace", "log.level": "info"}
# Players have this long to find their way behind a break; then they play for so many seconds, with a pause at most.
FIND_SECONDS, STEADY_SECONDS, PAUSE_SECONDS = 30, 4, 1.5

# Said by Shaka Player 5.2.12 of itself, now and then, behind a gap; from then on its page has to load the stream anew.
SHAKA_TRIPS = "TypeError: Cannot read properties of null (reading 'next')"


def has_tripped(sight):
    return sight.player == "shaka" and any(SHAKA_TRIPS in text for _, _, text in sight.events)


def plays_on(sight, over):
    """It plays, and shows what was filmed since."""
    samples = sight.since(max(over, sight.samples[-1].wall - STEADY_SECONDS - 1))
    if not samples or samples[-1].wall - samples[0].wall < STEADY_SECONDS:
        return False
    filmed = [s.wall - s.picture_ms / 1000 for s in samples if s.picture_ms is not None]
    moved = samples[-1].media - samples[0].media
    return (moved > STEADY_SECONDS - PAUSE_SECONDS and samples[-1].frames > samples[0].frames and
            max(filmed, default=0) > over)


class LiveEdge(SluiceTest):
    def test_players_play_on_behind_every_break(self):
        # MP-18, LL-11, LL-13
        server = self.start(OPTIONS)
        streams = [kind(self, server) for kind in breaks.STREAMS]
        urls = {stream: server.http_url(f"/live/{stream.name}/fmp4/index.m3u8") for stream in streams}
        for stream in streams:
            self.wait_playable(server, stream.name, path="fmp4/index.m3u8", seconds=30)
        pairs = [(stream, player) for stream in streams for player in PLAYERS]
        watch = Watch(self, [(player, urls[stream]) for stream, player in pairs])
        watch.wait_playing()
        stuck = []  # (player, name of the break, what was seen)

        def wait_playing_on(stream, name, over):
            """What does not find its way is told, and the next break comes all the same."""
            def left():
                return [sight for sight in watch.look()
                        if sight.url == urls[stream] and not has_tripped(sight) and not plays_on(sight, over)]
            try:
                wait_until(lambda: not left(), "all play on", FIND_SECONDS, poll_seconds=1)
            except AssertionError:
                for sight in left():
                    near = [event for event in sight.events if event[0] >= over - 5]
                    stuck.append((sight.player, name, f"{sight.describe()}, over {over}: {near}"))

        with concurrent.futures.ThreadPoolExecutor(len(streams)) as pool:
            jobs = [pool.submit(breaks.run, stream, functools.partial(wait_playing_on, stream)) for stream in streams]
            for job in jobs:
                job.result()
        self.assertEqual(stuck, [])
        for (stream, player), sight in zip(pairs, watch.finish()):
            with self.subTest(f"{player}, {stream.name}"):
                self.assertEqual(sight.fatal(), [], sight.events)
                self.assertTrue(sight.requests.get("part"), sight.requests)
                if has_tripped(sight):
                    print(f"{player} has tripped over itself: {sight.describe()}")


if __name__ == "__main__":
    unittest.main()
