"""`./dev bench serve`: what viewers cost while streams are being ingested."""

import re
import time
import urllib.parse
import urllib.request

import clips
import loads
import usage
from ingest import cpu_during
from machine import BenchError
from report import Goal

STREAMS = 10
BIG_STREAM = 100
PLAYLIST, SEGMENTS, VIEWERS, BIG = "playlist", "segments", "viewers", "big-segments"


def case_names():
    return [PLAYLIST, SEGMENTS, VIEWERS, BIG]


def run(setup, report):
    for number in range(setup.rounds):
        for kind in setup.servers(with_hls=True):
            setup.say(f"round {number + 1}: {kind.name}")
            measure(setup, report, kind)


def measure(setup, report, kind):
    clip = setup.clip(clips.QUICK if setup.quick else clips.SD)
    streams = 2 if setup.quick else STREAMS
    with setup.server(kind) as server:
        with loads.publishers(setup, server, clip, streams, 3600) as publishing:
            time.sleep(setup.window_seconds + loads.ramp_seconds(streams) + setup.segment_seconds)
            idle = cpu_during(server, setup.seconds(quick=0.5, full=5))
            if setup.wants(PLAYLIST):
                measure_playlist(setup, report, server, idle)
            if setup.wants(SEGMENTS):
                measure_segment(setup, report, server, 0, "small", idle)
            if setup.wants(VIEWERS):
                measure_viewers(setup, report, server, streams)
            if setup.wants(BIG):
                measure_big_segment(setup, report, server)
            publishing.stop()
            published = publishing.result()
    loads.require_all_published(published, streams)


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def media_playlist_url(server, stream):
    """nginx has only the media playlist; sluice's address gives a multivariant one that names it."""
    url = server.hls_url.replace("%d", str(stream))
    variant = re.search(r"^#EXT-X-STREAM-INF:.*\n(.+)$", fetch(url), re.MULTILINE)
    return urllib.parse.urljoin(url, variant.group(1)) if variant else url


def newest_segment_url(server, stream):
    """The one that stays listed longest."""
    url = media_playlist_url(server, stream)
    segments = [line for line in fetch(url).splitlines() if line and not line.startswith("#")]
    if not segments:
        raise BenchError(f"{server.name} lists no segment at {url}")
    return urllib.parse.urljoin(url, segments[-1])


def request_cost(setup, server, url, idle):
    """(wrk's result, CPU seconds its requests cost): what the server used, less what it uses without requests."""
    with loads.requests(setup, url, setup.seconds(quick=1, full=5)) as load:
        cpu, started = usage.cpu_seconds(server.pid), time.monotonic()
        result = load.result()
        cpu, passed = usage.cpu_seconds(server.pid) - cpu, time.monotonic() - started
    server.assert_running()
    if result["errors"] or not result["requests"]:
        raise BenchError(f"{server.name} failed {result['errors']} of {result['requests']} requests for {url}")
    return result, max(cpu - idle * passed, 0)


def measure_playlist(setup, report, server, idle):
    result, cpu = request_cost(setup, server, media_playlist_url(server, 0), idle)
    report.row("playlist.cpu", "live playlist: CPU", "µs per request", [Goal(0.8, per="nginx")]).add(
        server.name, 1e6 * cpu / result["requests"])
    report.row("playlist.rate", "live playlist: rate", "requests/s").add(
        server.name, result["requests"] / result["seconds"])


def measure_segment(setup, report, server, stream, key, idle):
    url = newest_segment_url(server, stream)
    result, cpu = request_cost(setup, server, url, idle)
    text = {"small": "segment of about 200 KB", "big": "segment of about 900 KB"}[key]
    report.row(f"segment-{key}.cpu", f"{text}: CPU", "s per GB", [Goal(1.0, per="nginx")]).add(
        server.name, cpu / (result["bytes"] / 1e9))
    report.row(f"segment-{key}.rate", f"{text}: rate", "GB/s").add(
        server.name, result["bytes"] / 1e9 / result["seconds"])
    report.row(f"segment-{key}.size", f"{text}: bytes", "KB").add(
        server.name, result["bytes"] / result["requests"] / 1000)


def measure_big_segment(setup, report, server):
    """One more stream, of higher rate, only for as long as it is wanted."""
    clip = setup.clip(clips.QUICK if setup.quick else clips.BIG)
    with loads.publishers(setup, server, clip, 1, 3600, first=BIG_STREAM) as publishing:
        time.sleep(5 * setup.segment_seconds)
        idle = cpu_during(server, setup.seconds(quick=0.5, full=3))
        measure_segment(setup, report, server, BIG_STREAM, "big", idle)
        publishing.stop()
        loads.require_all_published(publishing.result(), 1)


def measure_viewers(setup, report, server, streams):
    count = 20 if setup.quick else 2000
    seconds = setup.seconds(quick=3, full=20)
    cpu = usage.cpu_seconds(server.pid)
    with loads.viewers(setup, server, streams, count, seconds, seconds / 4) as load:
        result = load.result()
    cpu = usage.cpu_seconds(server.pid) - cpu
    server.assert_running()
    text = f"{count} viewers of {streams} streams, {seconds:g} s"
    for key, what, unit, goals, value in [
            ("cpu", "CPU, ingest included", "s", [Goal(1.0, per="nginx")], cpu),
            ("cost", "CPU", "s per GB", [], cpu / (result["bytes"] / 1e9)),
            ("errors", "failed requests", "requests", [Goal(0)], result["errors"]),
            ("stalls", "stalls and segments missed", "", [Goal(0)], result["stalls"] + result["skipped"]),
            ("playlist-p50", "playlist p50", "ms", [], result["playlist_latency"]["p50_ms"]),
            ("playlist-p99", "playlist p99", "ms", [Goal(5)], result["playlist_latency"]["p99_ms"]),
            ("segment-p50", "segment p50", "ms", [], result["segment_latency"]["p50_ms"]),
            ("segment-p99", "segment p99", "ms", [Goal(5)], result["segment_latency"]["p99_ms"]),
            ("connections", "connections a viewer", "", [Goal(1)], result["connects"] / count)]:
        report.row(f"viewers.{key}", f"{text}: {what}", unit, goals).add(server.name, value)
