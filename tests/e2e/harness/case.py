"""The base of all end-to-end tests."""

import pathlib
import shutil
import tempfile
import unittest

from harness import playlist, web
from harness.server import Sluice, run_sluice
from harness.waiting import wait_until


class SluiceTest(unittest.TestCase):
    """Each test has a folder of its own; servers and processes it started end with it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sluice-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self._servers = []
        self.addCleanup(self._report_servers)

    def start(self, options=None, **keywords):
        """A running server, which must end cleanly when the test is over."""
        server = Sluice(self.directory, options, **keywords)
        self._servers.append(server)
        self.addCleanup(self._stop, server)
        return server

    def _stop(self, server):
        if server.process.poll() is None:
            server.stop()
        else:
            server.assert_no_report()

    def _report_servers(self):
        failed = any(error for _, error in getattr(self._outcome, "errors", [])) or bool(
            [case for case, _ in self._outcome.result.failures + self._outcome.result.errors if case is self])
        if failed:
            for server in self._servers:
                print(server.transcript())

    def run_sluice(self, *arguments, environment=None, seconds=20):
        """`sluice ARGUMENTS…` to its end, in the test's folder: a CompletedProcess with text."""
        return run_sluice(*arguments, directory=self.directory, environment=environment, seconds=seconds)

    def wait_playable(self, server, name, segments=1, path="index.m3u8", seconds=20):
        """The media playlist of live/`name` once it lists at least `segments` segments."""
        def listed():
            found = playlist.open_media(server, f"/live/{name}/{path}")
            return found if found and len(found.media_segments()) >= segments else None
        return wait_until(listed, f"{segments} segments of {name}", seconds)

    def wait_ended(self, server, name, path="index.m3u8", seconds=30):
        """The media playlist of live/`name` once it carries ENDLIST."""
        def ended():
            found = playlist.open_media(server, f"/live/{name}/{path}")
            return found if found and found.ended else None
        return wait_until(ended, f"the end of {name}", seconds)

    def probe_status(self, server, path="/readyz"):
        """(HTTP status, "status" of the body) of a probe."""
        response = web.get(server.admin_url(path))
        return response.status, response.json()["status"]

    def wait_status(self, server, status, path="/readyz", seconds=10):
        wait_until(lambda: self.probe_status(server, path)[1] == status, f"{path} says {status}", seconds)
