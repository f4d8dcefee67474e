"""Caches in front (deploy/nginx, deploy/varnish): many players cost sluice what one costs, and get the same bytes."""

import asyncio
import hashlib
import unittest

from harness import web
from harness.caches import Cache, origin_requests
from harness.case import SluiceTest
from harness.encoders import ffmpeg
from harness.follow import Player, play_all
from harness.media import media
from harness.playlist import open_media

SECONDS = 6


class Caches(SluiceTest):
    # HC-13, LL-27, and the origin's side of LL-19

    def setUp(self):
        super().setUp()
        self.server = self.start({"hls.part_duration": "250ms", "hls.window": "10s"})
        ffmpeg(self, media("av-long.flv"), self.server.rtmp_url("s"), rate=1, loop=True)
        self.wait_playable(self.server, "s", segments=4)
        self.low_latency = self.playlist_path("fmp4")
        self.plain = self.playlist_path("ts")

    def playlist_path(self, container):
        return "/" + open_media(self.server, f"/live/s/{container}/index.m3u8").url.split("/", 3)[3]

    def counts(self):
        return origin_requests(web.get(self.server.admin_url("/metrics")).text())

    def play(self, players):
        """What sluice was asked meanwhile, by kind."""
        before = self.counts()
        asyncio.run(play_all(players, SECONDS))
        for player in players:
            self.assertEqual(player.problems, [])
        return {kind: count - before[kind] for kind, count in self.counts().items() if kind in before}

    def assert_same_bytes(self, players):
        """All were sent the same, and what sluice itself sends."""
        bodies = {}
        for player in players:
            for address, digest in player.bodies.items():
                self.assertEqual(bodies.setdefault(address, digest), digest, address)
        self.assertGreater(len(bodies), SECONDS)
        compared = 0
        for address, digest in bodies.items():
            own = web.get(self.server.http_url(address))
            if own.status == 200:
                self.assertEqual(hashlib.sha256(own.body).hexdigest(), digest, address)
                compared += 1
        self.assertGreater(compared, SECONDS)

    def check(self, kind):
        cache = Cache(self, kind, self.server.address("http"), self.directory / kind)
        players = [Player(cache.port, self.low_latency, delta=i % 2 == 0, gzip=i % 3 == 0) for i in range(80)]
        players += [Player(cache.port, self.plain, gzip=i % 2 == 0, low_latency=False) for i in range(20)]
        asked = self.play(players)
        self.assert_same_bytes(players)
        following = players[:80]
        self.assertGreater(min(player.parts for player in following), SECONDS)

        # One player asks for each of these once. Those that join, and those of the plain playlist, reload addresses
        # that may be kept for a second; nginx fetches them again without a lock, so a few at once.
        playlists = {address for player in players for address in player.asked}
        held = {address for address in playlists if "_HLS_msn" in address}
        reloads = 3 * len(playlists - held) * (SECONDS + 2)
        addresses = {address for player in players for address in player.bodies}
        parts = {address for address in addresses if "/part-" in address}
        self.assertLessEqual(asked["part"], len(parts) + 2)
        self.assertLessEqual(asked["segment"] + asked["init"], len(addresses - parts) + 2)
        self.assertLessEqual(asked["playlist"], len(held) + reloads + 2)
        # And these are as many as a player of each sort has, not as all have.
        most = max(len(player.asked) for player in following)
        self.assertLess(len(held), 2 * most + 10)
        self.assertGreater(sum(len(player.asked) for player in players), 20 * most)

        self.check_addresses(cache)

    def check_addresses(self, cache):
        """What is kept, and under which address."""
        first = web.get(cache.url(self.plain + "?CMCD=sid%3D1"))
        self.assertEqual(first.status, 200)
        self.assertIn(web.get(cache.url(self.plain + "?CMCD=sid%3D2")).headers["x-cache"], ("HIT", "REVALIDATED"))
        # Directives have one order, one spelling and nothing beside them: each copy of a held question takes a place.
        self.assertEqual(web.get(cache.url(self.low_latency + "?_HLS_msn=1&_HLS_skip=YES")).status, 200)
        for query in ("_HLS_skip=YES&_HLS_msn=1", "x=1&_HLS_msn=1&_HLS_skip=YES&_HLS_msn=1", "_HLS_msn=1&_HLS_skip=YES&&"):
            again = web.get(cache.url(f"{self.low_latency}?{query}"))
            self.assertIn(again.headers["x-cache"], ("HIT", "REVALIDATED"), query)
        self.assertEqual(web.get(cache.url(self.low_latency + "?_HLS_msn=1")).status, 200)
        for query in ("_HLS_msn=0001", "_HLS_msn=1x&_HLS_skip=NO", "_HLS_msn=", "_HLS_skip=v22"):
            before = self.counts()["playlist"]
            self.assertEqual(web.get(cache.url(f"{self.low_latency}?{query}")).status, 200)
            self.assertLessEqual(self.counts()["playlist"] - before, 1, query)
        # Errors are kept for a second, and only that.
        before = self.counts()["other"]
        for _ in range(5):
            bad = web.get(cache.url(self.low_latency + "?_HLS_part=7"))
            self.assertEqual((bad.status, bad.headers["cache-control"]), (400, "public, max-age=1"))
        self.assertLessEqual(self.counts()["other"] - before, 2)
        # Whoever repeats a directive gets an answer of his own, and spoils nobody else's.
        twice = web.get(cache.url(self.low_latency + "?_HLS_msn=1&_HLS_msn=2"))
        self.assertIn(twice.status, (200, 400))
        self.assertEqual(web.get(cache.url(self.low_latency + "?_HLS_msn=1")).status, 200)

    def test_nginx_asks_once_for_what_a_hundred_players_want(self):
        self.check("nginx")

    def test_varnish_asks_once_for_what_a_hundred_players_want(self):
        self.check("varnish")


if __name__ == "__main__":
    unittest.main()
