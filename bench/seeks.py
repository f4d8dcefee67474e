"""Random places in hours of recorded media: how long until the first byte comes.

sluice is asked over HTTP for a segment; of nginx-rtmp's FLV and of ffmpeg's segments a user has files, and ffmpeg to look
into them.
"""

import datetime
import http.client
import random
import subprocess
import time

import clips
import recorders
import usage
from machine import BenchError
from report import Goal

SEED = 20261121


def measure(setup, report, columns):
    hours = 0.1 if setup.quick else 8
    clip = setup.clip(clips.QUICK if setup.quick else clips.SD)
    wanted = setup.columns(columns)
    directory = setup.work / "seek"
    samples = {}
    if "nginx" in wanted:
        path = directory / "recording.flv"
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            recorders.make_flv(clip, path, hours)
        recorders.forget_cached_files(setup)
        samples["nginx"] = flv_seeks(path, hours, 3 if setup.quick else 10)
    if "ffmpeg" in wanted:
        segments = directory / "segments"
        if not segments.exists():
            recorders.make_segments(clip, segments, hours)
        recorders.forget_cached_files(setup)
        samples["ffmpeg"] = segment_seeks(segments, 3 if setup.quick else 50)
    if "sluice" in wanted:
        samples["sluice"] = sluice_seeks(setup, report, clip, hours, directory / "recordings")
    for share, name in [(0.5, "p50"), (0.99, "p99")]:
        row = report.row(f"seek.{name}", f"seek in {hours:g} h, first byte of a segment: {name}", "ms",
                         [Goal(50)] if name == "p99" else [])
        for server, values in samples.items():
            row.add(server, percentile(values, share))


def sluice_seeks(setup, report, clip, hours, directory):
    count, first = (200, 50) if setup.quick else (10_000, 1_000)
    recorded = recorders.make_recordings(setup, recorders.make_template(setup, clip), directory, hours)
    recorders.forget_cached_files(setup)
    with recorders.RecordingSluice(setup, {"record.directory": directory}) as server:
        viewer = Viewer(server.http_port)
        paths = list(segment_paths(recorded, count))
        samples = [viewer.first_byte_ms(path) for path in paths[:first]]
        memory = usage.resident_kib(server.pid)
        samples += [viewer.first_byte_ms(path) for path in paths[first:]]
        growth = usage.resident_kib(server.pid) - memory
        playlists = [viewer.first_byte_ms(path)
                     for path in range_paths(recorded, hours, 5 if setup.quick else 30, first)]
        server.assert_running()
    report.row("seek.memory", f"memory after {first} seeks", "MiB").add("sluice", memory / 1024)
    report.row("seek.growth", f"what {count - first} more add to it", "MiB").add("sluice", growth / 1024)
    for share, name in [(0.5, "p50"), (0.99, "p99")]:
        report.row(f"range.{name}", f"playlist of {5 if setup.quick else 30} minutes out of {hours:g} h: {name}",
                   "ms").add("sluice", percentile(playlists, share))
    return samples


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Viewer:
    """One kept-alive connection, over which one thing after the other is fetched."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def first_byte_ms(self, path):
        started = time.monotonic()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        first = answer.read(1)
        passed = time.monotonic() - started
        rest = answer.read()
        if answer.status != 200 or not first:
            raise BenchError(f"{path}: {answer.status} {(first + rest)[:200]!r}")
        return 1000 * passed


def segment_paths(recorded, count):
    """Random segments of what make-recordings wrote."""
    chance = random.Random(SEED)
    for _ in range(count):
        msn = recorded["first_msn"] + chance.randrange(recorded["segments"])
        yield f"/live/s0/fmp4/{recorded['session']}/{msn}.m4s"


def range_paths(recorded, hours, minutes, count):
    """The playlists of random spans."""
    chance = random.Random(SEED)
    for _ in range(count):
        start = recorded["start"] + chance.randrange(max(1, int(hours * 3600) - 60 * minutes))
        yield f"/live/s0/range/{utc(start)}/{utc(start + 60 * minutes)}/fmp4/{recorded['session']}.m3u8"


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def ffmpeg_first_byte_ms(path, seconds):
    """Until ffmpeg gives the first byte of what lies `seconds` into the file; its own start included."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-ss", str(seconds), "-i", str(path), "-t", "2", "-c", "copy",
               "-f", "mpegts", "pipe:1"]
    started = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stdout.read(1)
        passed = time.monotonic() - started
        process.kill()
    if not first:
        raise BenchError(f"ffmpeg gave nothing of {path} at {seconds} s")
    return 1000 * passed


def flv_seeks(path, hours, count):
    chance = random.Random(SEED)
    return [ffmpeg_first_byte_ms(path, chance.randrange(int(hours * 3600) - 10)) for _ in range(count)]


def segment_seeks(directory, count):
    chance = random.Random(SEED)
    files = sorted(directory.glob("*.ts"))
    return [ffmpeg_first_byte_ms(chance.choice(files[:-1] or files), chance.randrange(50)) for _ in range(count)]
