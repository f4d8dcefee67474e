"""Requests that wait for the next part, in thousands: they are answered, and cost nothing once their clients are gone."""

import asyncio
import os
import socket
import struct
import unittest

from harness import web
from harness.case import SluiceTest
from harness.encoders import ffmpeg
from harness.follow import Player, Playlist, play_all
from harness.media import media
from harness.playlist import open_media
from harness.sockets import MEGABYTE, allow_many_files
from harness.waiting import wait_until

RESET = struct.pack("ii", 1, 0)


class HeldRequests(SluiceTest):
    def publish(self, options=None):
        # A sanitizer keeps what was freed for a while; so much of it would hide what is not freed.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        server = self.start({"hls.part_duration": "250ms", **(options or {})}, environment={"ASAN_OPTIONS": sanitizer})
        encoder = ffmpeg(self, media("av-long.flv"), server.rtmp_url("s"), rate=1, loop=True)
        self.wait_playable(server, "s")
        path = "/" + open_media(server, "/live/s/fmp4/index.m3u8").url.split("/", 3)[3]
        return server, encoder, path

    def metric(self, server, series):
        for line in web.get(server.admin_url("/metrics")).text().splitlines():
            if line.startswith(series + " "):
                return float(line.rpartition(" ")[2])
        raise AssertionError(f"no {series} in the metrics")

    def waiting(self, server):
        return self.metric(server, 'sluice_hls_held_requests{kind="playlist"}')

    def next_of(self, server, path):
        return Playlist.parse(web.get(server.http_url(path)).text())

    def ask(self, server, target, receive_buffer=None):
        connection = socket.socket()
        self.addCleanup(connection.close)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.connect(server.address("http"))
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        return connection

    def test_thousands_that_vanish_leave_nothing(self):
        # LL-26
        many = min(1500, allow_many_files() // 3)
        server, _, path = self.publish({"hls.segment_duration": "6s"})
        sizes = []
        for _ in range(3):
            msn = self.next_of(server, path).next[0] + 1  # more than six seconds away
            connections = [self.ask(server, f"{path}?_HLS_msn={msn}") for _ in range(many)]
            wait_until(lambda: self.waiting(server) == many, f"{many} requests wait")
            for connection in connections:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                connection.close()
            wait_until(lambda: self.waiting(server) == 0, "nobody waits", 3)
            wait_until(lambda: self.metric(server, 'sluice_http_connections{listener="http"}') == 0, "all are gone", 3)
            sizes.append(server.rss_bytes())
        self.assertGreaterEqual(
            self.metric(server, 'sluice_hls_held_ended_total{kind="playlist",outcome="abandoned"}'), 2 * many)
        self.assertLess(sizes[2] - sizes[0], 8 * MEGABYTE, f"each time more is left: {sizes}")

    def test_over_the_limit_they_are_told_to_come_again(self):
        # LL-26
        server, _, path = self.publish({"limits.held_requests": 40, "limits.held_requests_per_stream": 30,
                                        "hls.segment_duration": "4s"})
        msn = self.next_of(server, path).next[0] + 1
        target = f"{path}?_HLS_msn={msn}"
        held = [self.ask(server, target) for _ in range(30)]
        wait_until(lambda: self.waiting(server) == 30, "30 requests wait")
        refused = web.get(server.http_url(target))
        self.assertEqual((refused.status, refused.headers["retry-after"]), (503, "1"))
        self.assertEqual(self.metric(server, 'sluice_hls_held_refused_total{limit="stream"}'), 1)
        self.assertEqual(web.get(server.http_url(path)).status, 200)
        for connection in held:
            connection.settimeout(30)
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 "))

    def test_who_waits_is_answered_when_the_stream_ends(self):
        # MP-20, B30
        server, encoder, path = self.publish()
        following = self.next_of(server, path)
        hinted = self.ask(server, path.rpartition("/")[0] + "/" + following.hint)
        held = [self.ask(server, f"{path}?_HLS_msn={following.next[0] + 1}") for _ in range(10)]
        wait_until(lambda: self.waiting(server) == 10, "10 requests wait")
        # And nobody returns within stream.resume_window.
        encoder.interrupt()
        for connection in held:
            connection.settimeout(20)
            answer = b""
            while b"#EXT-X-ENDLIST\n" not in answer:
                piece = connection.recv(65536)
                self.assertTrue(piece, answer)
                answer += piece
        hinted.settimeout(20)
        self.assertRegex(hinted.recv(65536), rb"^HTTP/1.1 (200|404) ")

    def test_slow_readers_hold_up_nobody(self):
        # HC-15
        server, _, path = self.publish({"limits.http_write_timeout": "2s"})
        following = self.next_of(server, path)
        folder = path.rpartition("/")[0] + "/"
        before = server.rss_bytes()
        readers = []
        for _ in range(200):
            reader = self.ask(server, f"{path}?_HLS_msn={following.next[0]}&_HLS_part={following.next[1]}", 2048)
            for name in [following.names[-1], following.hint] * 20:
                reader.sendall(f"GET {folder}{name} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            readers.append(reader)
        player = Player(server.address("http")[1], path)
        asyncio.run(play_all([player], 4))
        self.assertEqual(player.problems, [])
        self.assertGreater(player.parts, 8)
        self.assertLess(server.rss_bytes() - before, 100 * MEGABYTE)
        wait_until(lambda: self.metric(server, 'sluice_http_connection_errors_total{listener="http",reason="slow_reader"}')
                   >= 200, "slow readers are closed", 15)


if __name__ == "__main__":
    unittest.main()
