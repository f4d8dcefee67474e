"""An RTMP publisher made of bytes: it can do all that encoders do, and what none of them should.

Blocking, one connection an object. Messages go out as type 0 chunks followed by type 3 ones.
"""

import os
import socket
import struct
import time

from harness import amf, flv
from harness.waiting import PATIENCE

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
COMMAND, DATA = 20, 18


class Closed(Exception):
    """The server has closed the connection."""


class RtmpClient:
    def __init__(self, address, seconds=10):
        self.socket = socket.create_connection(address, timeout=seconds * PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.chunk_size_out = 128
        self._chunk_size_in = 128
        self._input = b""
        self._chunks = {}  # csid: [timestamp, length, type, msid, payload so far]
        self.stream_id = 0
        self._transaction = 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Bytes

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, count):
        while len(self._input) < count:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed()
            self._input += piece
        taken, self._input = self._input[:count], self._input[count:]
        return taken

    def wait_closed(self):
        """Returns the payloads of the commands still received before the server closed."""
        commands = []
        try:
            while True:
                kind, _, payload = self.read_message()
                if kind == COMMAND:
                    commands.append(amf.decode(payload))
        except Closed:
            return commands

    def handshake(self):
        """Returns (S1, S2)."""
        c1 = struct.pack(">II", 0, 0) + os.urandom(1528)
        self.send(b"\x03" + c1)
        answer = self.receive(3073)
        self.send(answer[1:1537])
        assert answer[0] == 3 and answer[1537:] == c1, "S2 must be C1"
        return answer[1:1537], answer[1537:]

    # Chunks and messages

    def chunks(self, kind, payload, csid=3, stream_id=0, timestamp=0):
        """The bytes of one message."""
        extended = struct.pack(">I", timestamp) if timestamp >= 0xFFFFFF else b""
        out = bytearray([csid])
        out += min(timestamp, 0xFFFFFF).to_bytes(3, "big") + len(payload).to_bytes(3, "big") + bytes([kind])
        out += struct.pack("<I", stream_id) + extended + payload[:self.chunk_size_out]
        for at in range(self.chunk_size_out, len(payload), self.chunk_size_out):
            out += bytes([0xC0 | csid]) + extended + payload[at:at + self.chunk_size_out]
        return bytes(out)

    def send_message(self, kind, payload, csid=3, stream_id=0, timestamp=0):
        self.send(self.chunks(kind, payload, csid, stream_id, timestamp))

    def set_chunk_size(self, size):
        self.send_message(SET_CHUNK_SIZE, struct.pack(">I", size), csid=2)
        self.chunk_size_out = size

    def read_message(self):
        """(type, message stream id, payload) of the next message; obeys Set Chunk Size."""
        while True:
            first = self.receive(1)[0]
            header, csid = first >> 6, first & 0x3F
            assert csid >= 2, "servers have no need of long chunk stream ids"
            state = self._chunks.setdefault(csid, [0, 0, 0, 0, b""])
            if header < 3:
                head = self.receive((11, 7, 3)[header])
                state[0] = int.from_bytes(head[:3], "big")
                if header < 2:
                    state[1], state[2] = int.from_bytes(head[3:6], "big"), head[6]
                if header == 0:
                    state[3] = int.from_bytes(head[7:11], "little")
            state[4] += self.receive(min(self._chunk_size_in, state[1] - len(state[4])))
            if len(state[4]) == state[1]:
                payload, state[4] = state[4], b""
                if state[2] == SET_CHUNK_SIZE:
                    self._chunk_size_in = int.from_bytes(payload, "big")
                return state[2], state[3], payload

    # Commands

    def send_command(self, name, *arguments, stream_id=0, csid=3, transaction=None):
        if transaction is None:
            self._transaction += 1
            transaction = self._transaction
        self.send_message(COMMAND, amf.encode(name, transaction, *arguments), csid=csid, stream_id=stream_id)
        return transaction

    def read_command(self, *names):
        """The next command with one of these names: its values. Everything else is passed over."""
        while True:
            kind, _, payload = self.read_message()
            if kind == COMMAND:
                values = amf.decode(payload)
                if values[0] in names:
                    return values

    def connect(self, app="live", **properties):
        """Returns the values of `_result` or `_error`."""
        self.send_command("connect", {"app": app, "type": "nonprivate", "flashVer": "FMLE/3.0 (compatible; e2e)",
                                      "tcUrl": f"rtmp://localhost/{app}", **properties})
        return self.read_command("_result", "_error")

    def create_stream(self):
        self.send_command("createStream", None)
        self.stream_id = int(self.read_command("_result")[3])

    def publish(self, name):
        """Returns the info object of the answer."""
        self.send_command("publish", None, name, "live", stream_id=self.stream_id, transaction=0)
        return self.read_command("onStatus")[3]

    def open(self, name, app="live"):
        """From the first byte to the answer to publish, which is returned."""
        self.handshake()
        self.set_chunk_size(65536)
        answer = self.connect(app)
        assert answer[0] == "_result", answer
        self.create_stream()
        return self.publish(name)

    def open_publishing(self, name, app="live"):
        info = self.open(name, app)
        assert info["code"] == "NetStream.Publish.Start", info
        return self

    def end_publish(self):
        """As FFmpeg and OBS take their leave; returns when the server has seen it, and so all that was sent before."""
        self.send_command("FCUnpublish", None, "any")
        self.send_command("deleteStream", None, self.stream_id)
        info = self.read_command("onStatus")[3]
        assert info["code"] == "NetStream.Unpublish.Success", info

    # Media

    def send_tag(self, tag, offset=0):
        """`offset` is added to the timestamp, in milliseconds."""
        payload = tag.payload
        if tag.kind == flv.SCRIPT:
            payload = amf.encode("@setDataFrame") + payload
        self.send_message(tag.kind, payload, csid=4, stream_id=self.stream_id,
                          timestamp=(tag.timestamp + offset) & 0xFFFFFFFF)

    def send_tags(self, tags, offset=0, speed=None):
        """All at once, or `speed` times as fast as they play."""
        started, first = time.monotonic(), tags[0].timestamp if tags else 0
        for tag in tags:
            if speed is not None:
                pause = started + (tag.timestamp - first) / 1000 / speed - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
            self.send_tag(tag, offset)
