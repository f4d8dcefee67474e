"""The load tools, each run on the load's core and ended with the benchmark."""

import json
import os
import signal
import subprocess

import machine
from machine import BenchError


class Load:
    """A running tool that prints one JSON object at its end. A context manager, so that none outlives a failed run."""

    def __init__(self, command):
        self.name = os.path.basename(str(command[0]))
        self.process = machine.start_on(machine.cores()[1], command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self):
        """Cuts it short; result() still has its report."""
        self.process.send_signal(signal.SIGTERM)

    def result(self):
        """Waits for its end. What it counted as failed is in the result, for the caller to judge."""
        output, errors = self.process.communicate()
        try:
            return json.loads(output.splitlines()[-1])
        except (IndexError, ValueError):
            raise BenchError(f"{self.name} ended with {self.process.returncode}: {errors or output}") from None


def publishers(setup, server, clip, count, seconds, first=0, speed=1):
    """`count` publishers of streams `first`…, all live after ramp_seconds(count)."""
    return Load([setup.tools / "rtmp-publish", "--url", server.rtmp_url, "--file", clip.path, "--count", count,
                 "--first", first, "--duration", seconds, "--ramp", ramp_seconds(count), "--speed", speed])


def ramp_seconds(count):
    # Spread over a segment's length, so that not all streams cut at once.
    return min(2.0, count / 20)


def viewers(setup, server, streams, count, seconds, ramp):
    return Load([setup.tools / "hls-view", "--url", server.hls_url, "--streams", streams, "--count", count,
                 "--duration", seconds, "--ramp", ramp])


def followers(setup, url, count, seconds, ramp, parts=0, poll=0):
    """Low-latency players; with `poll`, ones that all reload the playlist as it is, every so many milliseconds."""
    return Load([setup.tools / "hls-follow", "--url", url, "--count", count, "--duration", seconds, "--ramp", ramp,
                 "--parts", parts, "--poll", poll])


def latency(setup, server, clip, seconds):
    return Load([setup.tools / "hls-latency", "--rtmp", server.rtmp_url.replace("%d", "0"), "--hls",
                 server.hls_url.replace("%d", "0"), "--file", clip.path, "--duration", seconds])


def requests(setup, url, seconds):
    """One URL over 64 kept-alive connections, as fast as they are answered."""
    return Load(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", setup.source / "wrk_report.lua", url])


def require_all_published(result, count):
    """A run in which a publisher failed measures something else."""
    if result["connected"] != count or result["failed"] or result["dropped"]:
        raise BenchError(f"{result['connected']} of {count} publishers were accepted, {result['dropped']} were "
                         f"dropped: {result['errors']}")
