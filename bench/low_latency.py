"""`./dev bench low-latency`: what players that wait for each part cost: held by sluice itself, and behind a cache."""

import contextlib
import shutil
import socket
import time

import caches
import clips
import loads
import machine
import servers
import usage
from ingest import cpu_during
from machine import BenchError
from report import Goal

HELD, CACHES = "held", "caches"
# "plain": the same playlist, asked for by as many at once, and answered as it is.
COLUMNS = ["plain", "sluice", *caches.NAMES]
PART_MS = 500
RAMP = 3


def case_names():
    return [HELD, CACHES]


def run(setup, report):
    for number in range(setup.rounds):
        setup.say(f"round {number + 1}")
        measure(setup, report)


def measure(setup, report):
    clip = setup.clip(clips.QUICK if setup.quick else clips.SD)
    with setup.server(servers.SluiceFmp4) as server:
        with loads.publishers(setup, server, clip, 1, 3600) as publishing:
            time.sleep(4 * setup.segment_seconds)
            if setup.wants(HELD):
                measure_held(setup, report, server)
            if setup.wants(CACHES):
                measure_caches(setup, report, server)
            publishing.stop()
            published = publishing.result()
    loads.require_all_published(published, 1)


def measure_held(setup, report, server):
    count = 50 if setup.quick else 5000
    seconds = setup.seconds(quick=3, full=20)
    idle = cpu_during(server, setup.seconds(quick=0.5, full=5))
    # The waiting ones first: what the allocator keeps of one would hide what the other takes.
    for column, poll in [("sluice", 0), ("plain", PART_MS)]:
        setup.say(f"  {column}")
        memory, cpu, started = usage.resident_kib(server.pid), usage.cpu_seconds(server.pid), time.monotonic()
        with loads.followers(setup, server.hls_url.replace("%d", "0"), count, seconds + RAMP, RAMP, poll=poll) as load:
            time.sleep(RAMP + seconds / 2)
            memory = usage.resident_kib(server.pid) - memory
            result = load.result()
        cpu = usage.cpu_seconds(server.pid) - cpu - idle * (time.monotonic() - started)
        server.assert_running()
        if result["following"] != count or not result["answers"]:
            raise BenchError(f"{result['following']} of {count} players follow: {result['error_kinds']}")
        text = f"{count} waiting for one part"
        delay = result["answer_delay"]
        for key, what, unit, goals, value in [
                ("cpu", "CPU", "µs per answer", [Goal(1.5, per="plain")], 1e6 * cpu / result["answers"]),
                ("p50", "the part is there → last byte read: p50", "ms", [], delay["p50_ms"]),
                ("p99", "the part is there → last byte read: p99", "ms", [Goal(1.2, per="plain")], delay["p99_ms"]),
                ("max", "the part is there → last byte read: max", "ms", [], delay["max_ms"]),
                ("late", "playlists without the part", "", [Goal(0)], result["late"]),
                ("errors", "failed requests", "requests", [Goal(0)], result["errors"])]:
            report.row(f"held.{key}", f"{text}: {what}", unit, goals).add(column, value)
        if column == "sluice":
            report.row("held.memory", f"{text}: memory", "KiB per connection").add(column, memory / count)


@contextlib.contextmanager
def running_cache(setup, name, server):
    """The port of a cache before `server`. It has the load's core, so that sluice's figures stay its own."""
    port, folder = machine.free_port(), setup.work / f"cache-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open(folder / "output.txt", "wb") as output:
        process = machine.start_on(machine.cores()[1],
                                   caches.command(name, folder, port, ("127.0.0.1", server.http_port)),
                                   stdout=output, stderr=output)
    try:
        give_up = time.monotonic() + servers.START_SECONDS
        while process.poll() is None and time.monotonic() < give_up:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise BenchError(f"{name} did not start: {(folder / 'output.txt').read_text()[-2000:]}")
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def measure_caches(setup, report, server):
    many = 20 if setup.quick else 1000
    seconds = setup.seconds(quick=3, full=15)
    for column in ["sluice", *caches.NAMES]:
        if column == "sluice":
            add_players(setup, report, server, column, server.http_port, 1, seconds)
            continue
        with running_cache(setup, column, server) as port:
            add_players(setup, report, server, column, port, many, seconds)


def add_players(setup, report, server, column, port, count, seconds):
    """`count` players that fetch playlists and hinted parts from `port`; one directly is what it is measured by."""
    setup.say(f"  {count} through {column}" if count > 1 else "  one player")
    url = server.hls_url.replace("%d", "0").replace(str(server.http_port), str(port))
    before = caches.origin_requests(server.metrics())
    with loads.followers(setup, url, count, seconds + RAMP, RAMP, parts=1) as load:
        result = load.result()
    server.assert_running()
    asked = caches.origin_requests(server.metrics())
    asked = {kind: value - before.get(kind, 0) for kind, value in asked.items()}
    if result["following"] != count or not result["parts"]:
        raise BenchError(f"{result['following']} of {count} players follow through {column}: {result['error_kinds']}")
    origin = asked["playlist"] + asked["part"]
    text = "one player, or that many through a cache" if setup.quick else "one player, or 1000 through a cache"
    report.row("cached.playlists", f"{text}: sluice is asked for playlists", "requests/s").add(
        column, asked["playlist"] / result["wall_s"])
    report.row("cached.parts", f"{text}: and for parts", "requests/s").add(column, asked["part"] / result["wall_s"])
    report.row("cached.hits", f"{text}: the cache answers", "% of requests").add(
        column, 100 * (1 - origin / (result["answers"] + result["parts"])) if count > 1 else 0)
    report.row("cached.p50", f"{text}: first player has the playlist → all have it: p50", "ms").add(
        column, result["answer_delay"]["p50_ms"])
    report.row("cached.p99", f"{text}: first player has the playlist → all have it: p99", "ms").add(
        column, result["answer_delay"]["p99_ms"])
    report.row("cached.errors", f"{text}: failed requests", "requests", [Goal(0)]).add(column, result["errors"])
