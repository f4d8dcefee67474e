"""Runs cells: each source publishes once, and meanwhile its players play it and it is checked, a few at a time."""

import concurrent.futures
import contextlib
import pathlib
import tempfile
import threading
import time
from itertools import groupby

from harness import playlist, web
from harness.server import Sluice
from harness.waiting import PATIENCE, wait_until
from matrix import checked
from matrix.players import CONTAINERS, browser
from matrix.players.commands import SECONDS as LATE_WATCH_SECONDS

SOURCES_AT_ONCE = 3
PLAYERS_AT_ONCE = 3
WINDOW_SECONDS = 30

OPTIONS = {"hls.segment_duration": "2s", "hls.window": f"{WINDOW_SECONDS}s", "lifecycle.slots": "16",
           "log.level": "info"}


class Site(contextlib.ExitStack):
    """Where encoders and servers run: what they leave behind is cleaned up with it, as a test case does."""

    def addCleanup(self, function, *arguments, **keywords):
        self.callback(function, *arguments, **keywords)


class Runner:
    """`tell` is called with each cell as it is done, from any thread. A cell that is not as expected is tried again, up
    to `tries` times: the machine may have been busy with something else. `checked` is what `sluice check` said of each
    source meanwhile, in each container that is asked for."""

    def __init__(self, server, tell, tries=2):
        self.checked = []
        self._server, self._tell, self._tries = server, tell, tries
        self._players = threading.Semaphore(PLAYERS_AT_ONCE)

    def run(self, cells):
        sources = [list(group) for _, group in groupby(cells, key=lambda cell: cell.source.name)]
        with concurrent.futures.ThreadPoolExecutor(SOURCES_AT_ONCE) as pool:
            list(pool.map(self._run_source, sources))

    def _run_source(self, cells):
        source = cells[0].source
        with Site() as site:
            try:
                encoder = source.start(site, self._server.rtmp_url(source.name))
                self._wait_playable(encoder, source)
            except Exception as error:  # noqa: an encoder that does not work fails its own cells only
                for cell in cells:
                    cell.fault = f"{type(error).__name__}: {error}"
                    self._tell(cell)
                return
            self._play(cells, time.monotonic())
            fault = encoder.fault()
            if fault:
                for cell in cells:
                    cell.fault = f"the encoder had ended: {fault}"

    def _wait_playable(self, encoder, source):
        def playable():
            fault = encoder.fault()
            if fault:
                raise ValueError(f"the encoder ended: {fault}")
            return playlist.open_media(self._server, f"/live/{source.name}/index.m3u8")
        wait_until(playable, f"{source.name} is playable", 60)
        tracks = web.get(self._server.admin_url(f"/api/v1/streams/live/{source.name}")).json()["tracks"]
        sent = sorted(source.codecs + source.extra)
        if sorted(track["codec"] for track in tracks) != sent:
            raise ValueError(f"it should have sent {sent}, and sent {tracks}")

    def _play(self, cells, playable_since):
        """The browser's players of a container all together, every other on its own."""
        together = [[cell for cell in cells if cell.player.in_browser and cell.container == c] for c in CONTAINERS]
        alone = [[cell] for cell in cells if not cell.player.in_browser]
        groups = [group for group in together + alone if group]
        with concurrent.futures.ThreadPoolExecutor(len(groups) + len(CONTAINERS)) as pool:
            jobs = [pool.submit(self._try, group, playable_since) for group in groups]
            jobs += [pool.submit(self._check, cells[0].source, container)
                     for container in CONTAINERS if any(cell.container == container for cell in cells)]
            for job in jobs:
                job.result()

    def _try(self, cells, playable_since):
        if cells[0].player.late:
            late = playable_since + WINDOW_SECONDS + LATE_WATCH_SECONDS * PATIENCE
            time.sleep(max(0, late - time.monotonic()))
        with self._players:
            try:
                for _ in range(self._tries):
                    self._watch([cell for cell in cells if not cell.passed])
            except Exception as error:  # noqa: told with the cells
                for cell in cells:
                    cell.fault = f"{type(error).__name__}: {error}"
        for cell in cells:
            self._tell(cell)

    def _check(self, source, container):
        with self._players:
            self.checked.append(checked.watch(self._server, source, container))

    def _watch(self, cells):
        if not cells:
            return
        urls = [self._server.http_url(f"/live/{c.source.name}/{c.container}/index.m3u8") for c in cells]
        if cells[0].player.in_browser:
            sights = browser.watch_all([(cell.player, url) for cell, url in zip(cells, urls)])
        else:
            sights = [cells[0].player.watch(urls[0])]
        for cell, sight in zip(cells, sights):
            cell.sight = sight


@contextlib.contextmanager
def server(options=None):
    """A sluice for the matrix, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="sluice-matrix-") as folder:
        running = Sluice(pathlib.Path(folder), {**OPTIONS, **(options or {})})
        try:
            yield running
        finally:
            running.stop()
