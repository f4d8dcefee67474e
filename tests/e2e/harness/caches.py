"""The caches of deploy/ as processes, with the addresses of a test in their configuration."""

import pathlib
import socket
import subprocess
import sys

from harness.waiting import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "bench"))
import caches  # noqa: E402
import machine  # noqa: E402

origin_requests = caches.origin_requests


class Cache:
    """A running cache before `origin` (host, port), in a folder of its own; ended with the test."""

    def __init__(self, test, name, origin, folder):
        self.name, self.port = name, machine.free_port()
        self._folder = pathlib.Path(folder)
        self._folder.mkdir()
        self._output = open(self._folder / "output.txt", "wb")
        self.process = subprocess.Popen(caches.command(name, self._folder, self.port, origin), stdin=subprocess.DEVNULL,
                                        stdout=self._output, stderr=self._output)
        test.addCleanup(self._end)
        wait_until(self._listens, f"{name} listens")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def output(self):
        return (self._folder / "output.txt").read_text(errors="replace")[-4000:]

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended: {self.output()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _end(self):
        self.process.terminate()
        self.process.wait(10)
        self._output.close()
