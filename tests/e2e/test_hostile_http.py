"""What no player should send to the HTTP ports."""

import pathlib
import socket
import time
import unittest

from harness import encoders, web
from harness.bystander import Bystander
from harness.case import SluiceTest
from harness.media import media
from harness.sockets import MEGABYTE, allow_many_files, is_closed
from harness.waiting import wait_until


class HostileHttp(SluiceTest):
    def test_paths_that_name_nothing(self):
        server = self.start()
        cases = {
            "/": 404, "/live": 404, "/live/none/x": 404,
            "/live/none/index.m3u8": 404, "/live/none/fmp4/index.m3u8": 404,
            "/live/../../etc/passwd": 400, "/live/%2e%2e/%2e%2e/etc/passwd": 400, "/live//index.m3u8": 400,
            "/live/a%00b/index.m3u8": 400, "/live/%zz/index.m3u8": 400, "/" + "a" * 6000: 400,
            "/live/none/fmp4/20260101T000000Z-abcdef/1.m4s": 404,
        }
        for path, status in cases.items():
            with self.subTest(path[:60]):
                self.assertIn(web.get(server.http_url(path)).status, {status, 414 if len(path) > 4000 else status})

    def test_methods_that_are_not_allowed(self):
        server = self.start()
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = web.request(method, server.http_url("/live/x/index.m3u8"), body=b"x" * 100)
            self.assertEqual(answer.status, 405, method)
            self.assertIn("GET", answer.headers["allow"])
        self.assertEqual(web.request("POST", server.admin_url("/readyz")).status, 405)
        unknown = web.get(server.admin_url("/api/v1/nothing"))
        self.assertEqual((unknown.status, unknown.headers["content-type"].split(";")[0]), (404, "application/json"))
        self.assertIsInstance(unknown.json(), dict)

    def test_requests_that_are_none(self):
        server = self.start()
        with Bystander(self, server):
            for payload in (b"\x03" + bytes(3000), b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                            b"\r\n" * 100 + b"x\r\n\r\n",
                            b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100000,
                            b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 1000000):
                for listener in ("http", "admin"):
                    answer = self.exchange(server.address(listener), payload)
                    self.assertRegex(answer[:12], rb"^(|HTTP/1\.[01] (400|431|414|505))$")

    def exchange(self, address, payload):
        try:
            return web.exchange(address, payload)
        except OSError:
            return b""  # closed while we were still sending

    def test_slow_request_is_closed_at_its_deadline(self):
        # LIM-18: bytes do not extend it.
        server = self.start({"limits.http_header_timeout": "1s"})
        with socket.create_connection(server.address("http")) as connection:
            connection.sendall(b"GET /live/x/index.m3u8 HTTP/1.1\r\nHost: a\r\n")
            started = time.monotonic()

            def drip():
                if is_closed(connection):
                    return True
                connection.setblocking(True)
                try:
                    connection.sendall(b"X: y\r\n")
                except OSError:
                    return True
                return False
            wait_until(drip, "the server closes", 6)
            self.assertGreater(time.monotonic() - started, 0.5)

    def test_slow_readers_cost_little_and_are_closed(self):
        server = self.start({"limits.http_write_timeout": "2s"})
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=8)
        listed = self.wait_playable(server, "x", segments=10)
        with Bystander(self, server):
            before = server.rss_bytes()
            path = "/" + listed.media_segments()[0].url.split("/", 3)[3]
            request = f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 50
            readers = []
            for _ in range(200):
                reader = socket.socket()
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                reader.connect(server.address("http"))
                reader.sendall(request)
                readers.append(reader)
            self.assertEqual(web.get(listed.media_segments()[0].url).status, 200)
            self.assertLess(server.rss_bytes() - before, 100 * MEGABYTE)
            wait_until(lambda: self.open_connections(server) < 20, "slow readers are closed", 15)
            for reader in readers:
                reader.close()

    def open_connections(self, server):
        """Established connections of the media port, as the kernel counts them."""
        port = server.address("http")[1]
        rows = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return sum(int(r.split()[1].split(":")[1], 16) == port and r.split()[3] == "01" for r in rows)

    def test_thousands_of_idle_viewers(self):
        many = min(10000, allow_many_files() - 2000)
        server = self.start()
        before = server.rss_bytes()
        connections = []
        with Bystander(self, server):
            for index in range(many):
                source = f"127.0.{1 + index // 100 % 100}.2"
                connections.append(socket.create_connection(server.address("http"), 10, source_address=(source, 0)))
            # The admin port has connections of its own: probes are never refused.
            self.assertEqual(self.probe_status(server), (200, "ready"))
            self.assertLess(server.rss_bytes() - before, 500 * MEGABYTE)
            for connection in connections:
                connection.close()


if __name__ == "__main__":
    unittest.main()
