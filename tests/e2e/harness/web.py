"""HTTP as a player or an operator sends it, and raw for what no decent client would send."""

import dataclasses
import http.client
import json
import socket
import urllib.parse

from harness.waiting import PATIENCE


@dataclasses.dataclass
class Response:
    status: int
    headers: dict  # names in lower case
    body: bytes

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode()


def request(method, url, headers=None, body=None, seconds=10):
    """One request on a connection of its own. Answers of every status are returned, none is followed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds * PATIENCE)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def get(url, headers=None, seconds=10):
    return request("GET", url, headers, seconds=seconds)


def exchange(address, payload, seconds=10):
    """Sends bytes as they are and returns all bytes up to the end of the connection."""
    with socket.create_connection(address, timeout=seconds * PATIENCE) as connection:
        connection.sendall(payload)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
        return received
