"""What records streams today, beside sluice: nginx-rtmp's FLV record, and ffmpeg's segment muxer behind an RTMP listener."""

import json
import pathlib
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import loads
import machine
from machine import BenchError
from servers import START_SECONDS, Nginx, Server, Sluice

TEMPLATE_SECONDS = 32  # of a clip, after which it repeats


class FlvRecorder(Nginx):
    """nginx that only records."""

    hls = "off"


class SegmentRecorder(Server):
    """One ffmpeg a stream, as its listener takes one publisher. It ends with its publisher."""

    name = "ffmpeg"

    @property
    def rtmp_url(self):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/s%d"

    def command(self):
        return ["ffmpeg", "-hide_banner", "-loglevel", "error", "-listen", "1", "-i", self.rtmp_url.replace("%d", "0"),
                *segment_options("%05d.ts")]

    def _wait_started(self):
        # A connection to try it would be the one it takes.
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if listens(self.rtmp_port):
                return
            time.sleep(0.05)
        raise BenchError(f"ffmpeg does not listen: {self.output()[-2000:]}")


class RecordingSluice(Sluice):
    """sluice with settings of its own, and the time from its start until it says that it is ready."""

    def __init__(self, setup, extra):
        super().__init__(setup, setup.segment_seconds, setup.window_seconds)
        self.extra = extra
        self.ready_seconds = None

    def settings(self):
        return super().settings() | self.extra

    def _wait_started(self):
        started = time.monotonic()
        while time.monotonic() < started + 120 and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/readyz", timeout=10) as answer:
                    if json.load(answer)["status"] == "ready":
                        self.ready_seconds = time.monotonic() - started
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.005)
        raise BenchError(f"sluice did not become ready: {self.output()[-2000:]}")


def segment_options(pattern):
    return ["-c", "copy", "-f", "segment", "-segment_time", "60", "-segment_format", "mpegts", pattern]


def listens(port):
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            return True
    return False


def make_template(setup, clip):
    """A recording of `clip` that make-recordings can repeat: one file of a minute, as sluice writes it."""
    path = setup.work / "media" / f"{clip.name}-{setup.segment_seconds}s.slog"
    if path.exists():
        return path
    setup.say(f"making {path.name}")
    with RecordingSluice(setup, {}) as server:
        with loads.publishers(setup, server, clip, 1, 3, speed=0) as publishing:
            loads.require_all_published(publishing.result(), 1)
        give_up = time.monotonic() + 30
        found = []
        while not found and time.monotonic() < give_up:
            found = sorted((server.directory / "recordings/live/s0").glob("*-000000.slog"))
            time.sleep(0.05)
        if not found:
            raise BenchError("sluice recorded no minute of media in 3 s")
        shutil.copy(found[0], path)
    return path


def make_recordings(setup, template, directory, hours, streams=1, thin=False):
    """Recordings that ended five minutes ago, so that nothing waits for a publisher; what make-recordings says of them."""
    shutil.rmtree(directory, ignore_errors=True)
    command = [setup.tools / "make-recordings", "--from", template, "--segments",
               TEMPLATE_SECONDS // setup.segment_seconds, "--directory", directory, "--streams", streams, "--hours", hours,
               "--end", int(time.time()) - 300, "--thin", int(thin)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"make-recordings: {done.stderr}")
    return json.loads(done.stdout)


def make_flv(clip, path, hours):
    """The same media as nginx-rtmp leaves it: one FLV without an index."""
    repeat(clip, hours, ["-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv", path])


def make_segments(clip, directory, hours):
    directory.mkdir(parents=True, exist_ok=True)
    repeat(clip, hours, segment_options(directory / "%05d.ts"))


def repeat(clip, hours, output):
    passes = int(hours * 3600 / TEMPLATE_SECONDS)
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-stream_loop", passes - 1, "-i", clip.path, *output]
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise BenchError(f"ffmpeg: {done.stderr}")


def forget_cached_files(setup):
    """Empties the kernel's page cache, so that files come from the disk; false where that cannot be."""
    if setup.quick:
        return False
    subprocess.run(["sync"], check=False)
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
    except OSError:
        setup.say("  note: the page cache may not be emptied here; no figures of a cold one")
        return False
    return True
