"""What breaks a stream while low-latency players are at its edge (low_latency/breaks.py): all of them play on."""

import concurrent.futures
import unittest

from harness import playlist
from harness.case import SluiceTest
from harness.waiting import wait_until
from low_latency import breaks
from low_latency.players import PLAYERS, Watch

OPTIONS = {"hls.segment_duration": "2s", "hls.window": "30s", "stream.resume_window": "60s",
           "stream.takeover": "replace", "log.level": "info"}
# Before the end of the time they have after each break, players have played for this long, with a pause at most.
STEADY_SECONDS, PAUSE_SECONDS = 4, 1.5

# Said by Shaka Player 5.2.12 of itself, now and then, behind a gap; from then on its page has to load the stream anew.
SHAKA_TRIPS = "TypeError: Cannot read properties of null (reading 'next')"


class LiveEdge(SluiceTest):
    def test_players_play_on_behind_every_break(self):
        # MP-18, LL-11, LL-13
        server = self.start(OPTIONS)
        streams = [kind(self, server) for kind in breaks.STREAMS]
        paths = {stream.name: f"/live/{stream.name}/fmp4/index.m3u8" for stream in streams}
        for path in paths.values():
            wait_until(lambda path=path: playlist.open_media(server, path), f"{path} is playable", 30)
        pairs = [(stream, player) for stream in streams for player in PLAYERS]
        watch = Watch(self, [(player, server.http_url(paths[stream.name])) for stream, player in pairs])
        watch.wait_playing()
        with concurrent.futures.ThreadPoolExecutor(len(streams)) as pool:
            happened = dict(zip(streams, pool.map(breaks.run, streams)))
        for (stream, player), sight in zip(pairs, watch.finish()):
            with self.subTest(f"{player}, {stream.name}"):
                self.assertEqual(sight.fatal(), [], sight.events)
                self.assertTrue(sight.requests.get("part"), sight.requests)
            for each in happened[stream]:
                with self.subTest(f"{player}, {each.name}"):
                    if player == "shaka" and any(SHAKA_TRIPS in text for _, _, text in sight.events):
                        print(f"{player} has tripped over itself: {sight.describe()}")
                        break
                    self.check(sight, each)

    def check(self, sight, each):
        """It plays on, and shows what was filmed since."""
        near = [event for event in sight.events if each.over - 22 <= event[0] <= each.watched]
        said = f"{sight.describe()}, over {each.over}, watched {each.watched}: {near}"
        samples = [s for s in sight.samples if each.watched - STEADY_SECONDS <= s.wall <= each.watched]
        self.assertGreater(samples[-1].media - samples[0].media, STEADY_SECONDS - PAUSE_SECONDS, said)
        self.assertGreater(samples[-1].frames, samples[0].frames, said)
        filmed = [s.wall - s.picture_ms / 1000 for s in samples if s.picture_ms is not None]
        self.assertGreater(max(filmed, default=0), each.over, said)


if __name__ == "__main__":
    unittest.main()
