"""What no encoder should send to the RTMP port: each gets its answer, and another stream goes on undisturbed."""

import socket
import struct
import unittest

from harness import amf, flv, web
from harness.bystander import Bystander
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import ABORT, COMMAND, SET_CHUNK_SIZE, Closed, RtmpClient
from harness.sockets import MEGABYTE, allow_many_files, is_closed
from harness.waiting import wait_until


class HostileRtmp(SluiceTest):
    OPTIONS = {"limits.handshake_timeout": "2s", "limits.connect_timeout": "2s", "limits.publish_timeout": "2s",
               "rtmp.first_media_timeout": "2s", "rtmp.idle_timeout": "2s"}

    def setUp(self):
        super().setUp()
        self.server = self.start(self.OPTIONS)

    def client(self):
        client = RtmpClient(self.server.address("rtmp"))
        self.addCleanup(client.close)
        return client

    def wait_closed(self, client, seconds=5):
        wait_until(lambda: is_closed(client.socket), "the server closes", seconds)

    def test_other_protocols_are_closed_without_an_answer(self):
        # HS-07, HS-08
        with Bystander(self, self.server):
            for greeting in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                             b"\x16\x03\x01" + bytes(500), b"\x06" + bytes(1536), b"\xff" * 5000):
                self.assertEqual(web.exchange(self.server.address("rtmp"), greeting), b"")

    def test_garbage_after_the_handshake_is_closed(self):
        with Bystander(self, self.server):
            for seed in range(50):
                client = self.client()
                client.handshake()
                try:
                    # Type 2 chunks on fresh chunk streams, then anything: no reading of it is a legal message.
                    client.send(bytes([0x80 | 3 + seed % 60]) + bytes((seed * 7 + i * 31) % 256 for i in range(20000)))
                except OSError:
                    pass
                client.wait_closed()

    def test_half_a_handshake_is_closed_at_its_deadline(self):
        # HS-10
        with Bystander(self, self.server):
            halves = [self.client() for _ in range(3)]
            halves[0].send(b"\x03")
            halves[1].send(b"\x03" + bytes(700))
            halves[2].send(b"\x03" + bytes(1536) + bytes(100))
            halves[2].receive(3073)
            for client in halves:
                self.wait_closed(client)

    def test_idle_after_each_step_is_closed_at_its_deadline(self):
        # LIM-02, LIM-03, LIM-04
        after_handshake, after_connect, after_publish = (self.client() for _ in range(3))
        after_handshake.handshake()
        after_connect.handshake()
        after_connect.connect()
        after_publish.open_publishing("quiet")
        for client in (after_handshake, after_connect, after_publish):
            client.socket.settimeout(8)
            client.wait_closed()

    def test_publisher_that_falls_silent_is_closed_though_it_pings(self):
        # UC-03: media counts, not bytes.
        client = self.client().open_publishing("silent")
        client.send_tags([t for t in flv.read(media("av.flv")) if t.timestamp < 500])
        client.socket.settimeout(0.2)

        def closed():
            try:
                client.send_message(4, struct.pack(">HI", 6, 0), csid=2)  # a ping request
                client.receive(1)
            except TimeoutError:
                return False
            except (OSError, Closed):
                return True
            return False
        wait_until(closed, "the server closes", 8)

    def test_declared_length_reserves_nothing_and_too_long_is_closed(self):
        # LIM-06, LIM-08
        with Bystander(self, self.server):
            before = self.server.rss_bytes()
            clients = [self.client() for _ in range(15)]
            for client in clients:
                client.handshake()
                client.send(b"\x03" + b"\0\0\0" + (0xFFFFFF).to_bytes(3, "big") + b"\x14" + bytes(4) + b"\x02")
            for client in clients:
                client.wait_closed()
            self.assertLess(self.server.rss_bytes() - before, 50 * MEGABYTE)

    def test_chunk_size_of_nought_and_endless_ones(self):
        # CS-17, CS-19
        client = self.client()
        client.handshake()
        client.send_message(SET_CHUNK_SIZE, struct.pack(">I", 0), csid=2)
        client.wait_closed()
        client = self.client()
        client.handshake()
        client.send_message(SET_CHUNK_SIZE, struct.pack(">I", 0x7FFFFFFF), csid=2)
        client.chunk_size_out = 0xFFFFFF
        self.assertEqual(client.connect()[0], "_result")

    def test_too_many_chunk_streams(self):
        # LIM-09, LIM-10: messages begun on one chunk stream after the other and never finished.
        client = self.client()
        client.handshake()
        try:
            for csid in range(64, 320):
                header = bytes([0, csid - 64]) + b"\0\0\0" + (4000).to_bytes(3, "big") + b"\x14" + bytes(4)
                client.send(header + bytes(128))
        except OSError:
            pass
        client.wait_closed()

    def test_deep_amf(self):
        # LIM-13
        with Bystander(self, self.server):
            for payload in (amf.encode("connect", 1) + b"\x03\x00\x01a" * 15000,
                            amf.encode("connect", 1) + b"\x0a\x00\x00\x00\x01" * 12000,
                            amf.encode("connect", 1) + b"\x0a\xff\xff\xff\xff",
                            amf.encode("connect", 1) + b"\x08\xff\xff\xff\xff" + b"\x00\x01a\x05" * 10000):
                client = self.client()
                client.handshake()
                client.set_chunk_size(65536)
                client.send_message(COMMAND, payload)
                client.wait_closed()

    def test_flood_of_commands(self):
        # LIM-14, LIM-17
        client = self.client()
        client.handshake()
        client.connect()
        try:
            for _ in range(20000):
                client.send_command("createStream", None)
        except OSError:
            pass
        client.wait_closed()

    def test_abort_of_nothing_and_unknown_messages_are_passed_over(self):
        # CS-20, CS-27
        client = self.client()
        client.handshake()
        client.send_message(ABORT, struct.pack(">I", 77), csid=2)
        for kind in (7, 10, 14, 16, 19, 21, 23, 99, 255):
            client.send_message(kind, bytes(10))
        self.assertEqual(client.connect()[0], "_result")

    def test_names_that_are_none(self):
        # LIM-20
        for name in ("..", ".hidden", "a/../b", "a\0b", "a b", "x" * 65, "", "x" * 10000, "%2e%2e"):
            client = self.client()
            info = client.open(name)
            self.assertEqual((info["level"], info["code"]), ("error", "NetStream.Publish.BadName"), name[:70])
            client.wait_closed()

    def test_player_is_told_that_there_is_nothing_to_play(self):
        # CMD-18
        client = self.client()
        client.open_publishing("x")
        other = self.client()
        other.handshake()
        other.connect()
        other.create_stream()
        other.send_command("play", None, "x", stream_id=other.stream_id, transaction=0)
        self.assertEqual(other.read_command("onStatus")[3]["level"], "error")

    def test_stream_of_inter_frames_only_never_becomes_playable(self):
        # MT-07
        with Bystander(self, self.server):
            before = self.server.rss_bytes()
            tags = [t for t in flv.read(media("av-long.flv")) if t.kind == flv.VIDEO and not t.is_key]
            client = self.client().open_publishing("headless")
            client.send_tags(tags, speed=20)
            answer = web.request("HEAD", self.server.http_url("/live/headless/index.m3u8"))
            self.assertEqual(answer.status, 503)
            self.assertIn("retry-after", answer.headers)
            self.assertLess(self.server.rss_bytes() - before, 100 * MEGABYTE)
            client.end_publish()

    def test_frames_that_lie_about_their_parts_are_dropped(self):
        # MT-04, MT-13
        client = self.client().open_publishing("liar")
        for tag in (t for t in flv.read(media("av.flv")) if t.timestamp < 3000):
            client.send_tag(tag)
            if tag.kind == flv.VIDEO and tag.is_frame:
                overrun = tag.payload[:5] + b"\x7f\xff\xff\xff" + tag.payload[9:40]
                for payload in (overrun, tag.payload[:1], tag.payload[:4], b""):
                    client.send_tag(flv.Tag(flv.VIDEO, tag.timestamp, payload))
        client.end_publish()
        self.wait_ended(self.server, "liar")


class IdleConnections(SluiceTest):
    def test_ten_thousand_idle_connections(self):
        # LIM-16
        allow_many_files()
        server = self.start({"limits.handshake_timeout": "3s"})
        before = server.rss_bytes()
        host, port = server.address("rtmp")
        connections = []
        with Bystander(self, server):
            for index in range(10000):
                # From other addresses than the publishers', as limits are kept for each.
                source = f"127.0.{1 + index // 100 % 100}.2"
                connections.append(socket.create_connection((host, port), timeout=10, source_address=(source, 0)))
            self.assertLess(server.rss_bytes() - before, 300 * MEGABYTE)
            self.assertEqual(self.probe_status(server), (200, "ready"))
            # Silence is ended, and then everybody gets in.
            wait_until(lambda: all(map(is_closed, connections)), "the idle ones are closed", 20)
            RtmpClient(server.address("rtmp")).open_publishing("late").close()
        for connection in connections:
            connection.close()


if __name__ == "__main__":
    unittest.main()
