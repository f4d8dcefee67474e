"""The PROXY header of a balancer: expected, allowed or neither, and whose address counts."""

import unittest

from harness.case import SluiceTest
from harness.rtmp import Closed, RtmpClient

HEADER = b"PROXY TCP4 203.0.113.9 127.0.0.1 5000 1935\r\n"
V2_LOCAL = b"\r\n\r\n\0\r\nQUIT\n" + b"\x20\0\0\0"


class ProxyProtocol(SluiceTest):
    def publish(self, server, name, header):
        client = RtmpClient(server.address("rtmp"))
        self.addCleanup(client.close)
        client.send(header)
        return client.open_publishing(name)

    def address_of(self, server, name):
        return server.wait_event("publish_started", stream=f"live/{name}")["address"]

    def test_required_header_names_the_client(self):
        # PP-01, PP-02, PP-03
        server = self.start({"rtmp.proxy_protocol": "required", "lifecycle.slots": 2})
        self.publish(server, "one", HEADER)
        self.assertEqual(self.address_of(server, "one"), "203.0.113.9")
        self.publish(server, "two", V2_LOCAL)
        self.assertEqual(self.address_of(server, "two"), "127.0.0.1")

    def test_without_the_required_header_the_connection_ends(self):
        server = self.start({"rtmp.proxy_protocol": "required"})
        with self.assertRaises((Closed, OSError)):
            self.publish(server, "x", b"")

    def test_optional_header_may_be_left_out(self):
        server = self.start({"rtmp.proxy_protocol": "optional", "lifecycle.slots": 2})
        self.publish(server, "bare", b"")
        self.assertEqual(self.address_of(server, "bare"), "127.0.0.1")
        self.publish(server, "headed", HEADER)
        self.assertEqual(self.address_of(server, "headed"), "203.0.113.9")

    def test_header_where_none_is_expected_ends_the_connection(self):
        # HS-07
        server = self.start()
        with self.assertRaises((Closed, OSError)):
            self.publish(server, "x", HEADER)

    def test_connections_are_limited_by_the_address_in_the_header(self):
        server = self.start({"rtmp.proxy_protocol": "required", "limits.rtmp_unpublished_per_address": 1})
        idle = RtmpClient(server.address("rtmp"))
        self.addCleanup(idle.close)
        idle.send(HEADER)
        idle.handshake()
        with self.assertRaises((Closed, OSError)):
            self.publish(server, "x", HEADER)
        self.publish(server, "x", HEADER.replace(b"203.0.113.9", b"203.0.113.10"))


if __name__ == "__main__":
    unittest.main()
