"""Measures: one camera, two servers with parts of different length, and every player at each, all at once."""

import dataclasses
import pathlib
import time

from harness import playlist
from harness.server import Sluice
from harness.waiting import wait_until
from low_latency.camera import GOP_SECONDS, Camera
from low_latency.players import PLAYERS, Watch
from low_latency.sight import Sight

# The first is the default.
PART_MS = (500, 200)
# What the median has to stay below, in seconds: three of the default parts, and half a second.
BOUND = 3 * PART_MS[0] / 1000 + 0.5
# Players need some seconds to find their place; what counts begins then.
SETTLING_SECONDS = 10
OPTIONS = {"hls.segment_duration": f"{GOP_SECONDS}s", "hls.window": "30s", "log.level": "info"}
NAME = "clock"


@dataclasses.dataclass
class Row:
    part_ms: int
    sight: Sight

    def faults(self):
        """What must not be, in words, on a machine that has time for it."""
        return [*self.faults_of_any_machine(), *self.faults_of_time()]

    def faults_of_time(self):
        sight = self.sight
        if sight.fatal() or not sight.latencies():
            return []
        found = [f"stalled: {wall - sight.settled_at:.1f} s in, {what}" for wall, what in sight.stalls()]
        if sight.median() >= BOUND:
            found.append(f"{sight.median():.3f} s behind, not below {BOUND:.1f}")
        return found

    def faults_of_any_machine(self):
        sight = self.sight
        if sight.fatal() or not sight.latencies():
            return [f"it did not play: {sight.describe()}"]
        found = [f"complained: {error}" for error in sight.errors()]
        found += [f"was refused: {refused}" for refused in sight.refused if refused[0] >= sight.settled_at]
        for kind in ("part", "_HLS_msn", "_HLS_part", "_HLS_skip"):
            if not sight.requests.get(kind):
                found.append(f"it never asked for {kind}")
        return found


def measure(site, folder, seconds):
    """A Row for each part length and player, of that many seconds after they have settled."""
    servers = {}
    for part_ms in PART_MS:
        directory = pathlib.Path(folder) / str(part_ms)
        directory.mkdir()
        servers[part_ms] = Sluice(directory, {**OPTIONS, "hls.part_duration": f"{part_ms}ms"})
        site.addCleanup(servers[part_ms].stop)
    camera = Camera(site, [server.rtmp_url(NAME) for server in servers.values()])
    path = f"/live/{NAME}/fmp4/index.m3u8"
    for server in servers.values():
        wait_until(lambda server=server: playlist.open_media(server, path), "the camera is playable", 30)
    keys = [(part_ms, player) for part_ms in PART_MS for player in PLAYERS]
    watch = Watch(site, [(player, servers[part_ms].http_url(path)) for part_ms, player in keys])
    watch.wait_playing()
    settled_at = time.time() + SETTLING_SECONDS
    time.sleep(SETTLING_SECONDS + seconds)
    sights = watch.finish()
    for sight in sights:
        sight.settled_at = settled_at
    assert camera.fault() is None, camera.fault()
    return [Row(part_ms, sight) for (part_ms, _), sight in zip(keys, sights)]
