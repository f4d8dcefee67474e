"""Players that tell each frame they decode in a line of text: mpv, ffplay and GStreamer's two."""

import os
import re
import subprocess
import threading
import time

from harness.waiting import PATIENCE
from matrix.sight import WANTED, Sample, Sight

SECONDS = 15

# FFmpeg's filters "showinfo" and "ashowinfo" tell of each frame that passes.
SHOWINFO = re.compile(r"showinfo.*\bn: *\d+ .*?pts_time:(?P<pts>[-\d.]+)")
# A fakesink tells of each buffer that is rendered.
FAKESINK = re.compile(r"last-message = chain .*?\((?P<sink>picture|sound):.*pts: (?P<h>\d+):(?P<m>\d\d):(?P<s>[\d.]+)")


def first_version(*command):
    """The first version a program says of itself."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return re.search(r"(?:version|mpv|Studio -) (\d[\d.]*)", done.stdout + done.stderr)[1]


class Watch:
    """Reads what a player says until it has moved on by `wanted` seconds, has ended, or `seconds` have passed."""

    def __init__(self, command, read_frame, is_fault, environment=None):
        self._read_frame, self._is_fault = read_frame, is_fault
        self._samples, self._faults = [], []
        self._frames, self._sound = 0, 0
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})

    def run(self, wanted=WANTED, seconds=SECONDS):
        timer = threading.Timer(seconds * PATIENCE, self.process.kill)
        timer.start()
        try:
            for raw in self.process.stdout:
                for line in raw.decode(errors="replace").split("\r"):
                    self._take(line.strip())
                if self._samples and self._samples[-1].media - self._samples[0].media >= wanted:
                    break
            else:
                self._faults.append("ended by itself" if timer.is_alive() else "took too long")
        finally:
            timer.cancel()
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        return Sight(self._samples, self._faults)

    def _take(self, line):
        frame = self._read_frame(line)
        if frame is None:
            if self._is_fault(line):
                self._faults.append(line)
            return
        kind, media = frame
        if kind == "picture":
            self._frames += 1
        else:
            self._sound += 1
        # Time is told by the picture when there is one, because a sample is compared with the first of its kind.
        if kind == "picture" and self._frames == 1:
            self._samples.clear()
        if kind == "picture" or self._frames == 0:
            self._samples.append(Sample(time.time(), media, self._frames, self._sound))


def read_showinfo(line):
    found = SHOWINFO.search(line)
    if not found:
        return None
    return "sound" if "ashowinfo" in line else "picture", float(found["pts"])


def read_fakesink(line):
    found = FAKESINK.search(line)
    if not found:
        return None
    return found["sink"], int(found["h"]) * 3600 + int(found["m"]) * 60 + float(found["s"])


class Mpv:
    name, title = "mpv", "mpv"
    in_browser = late = False

    def version(self):
        return first_version("mpv", "--version")

    def watch(self, url, wanted=WANTED, seconds=SECONDS):
        return Watch(["mpv", "--no-config", "--vo=null", "--ao=null", "--no-input-terminal", "--msg-level=ffmpeg=v",
                      "--vf=lavfi=[showinfo]", "--af=lavfi=[ashowinfo]", url],
                     read_showinfo, lambda line: re.search(r"[Ee]rror|[Ff]ailed|Exiting", line)
                     ).run(wanted, seconds)


class FFplay:
    name, title = "ffplay", "ffplay"
    in_browser = late = False

    def version(self):
        return first_version("ffplay", "-version")

    def watch(self, url):
        # There is no screen, so there is no faster way to draw on it either.
        return Watch(["ffplay", "-hide_banner", "-nostats", "-autoexit", "-vf", "showinfo", "-af", "ashowinfo", url],
                     read_showinfo,
                     lambda line: re.search(r"[Ee]rror|[Ff]ailed (?!to initialize a hardware)|[Ii]nvalid", line),
                     {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}).run()


class GStreamer:
    """`playbin` chooses the demultiplexer; that it did is checked with what it says."""
    in_browser = False

    def __init__(self, name, title, playbin, demuxer, environment, late=False):
        self.name, self.title, self.late = name, title, late
        self._playbin, self._demuxer, self._environment = playbin, demuxer, environment

    def version(self):
        return first_version("gst-launch-1.0", "--version")

    def watch(self, url):
        # Converters take raw pictures and sound only, while a fakesink alone would be content with undecoded ones.
        used = set()

        def read(line):
            used.update(re.findall(r"GstHLSDemux2?:", line))
            return read_fakesink(line)

        sight = Watch(["gst-launch-1.0", "-v", self._playbin, f"uri={url}",
                       "video-sink=videoconvert ! fakesink name=picture sync=true silent=false",
                       "audio-sink=audioconvert ! fakesink name=sound sync=true silent=false"],
                      read, lambda line: "ERROR" in line or "WARNING" in line, self._environment).run()
        if sight.samples and used != {self._demuxer + ":"}:
            raise AssertionError(f"{self.name} used {used}")
        return sight


PLAYERS = [
    Mpv(),
    FFplay(),
    GStreamer("gst-hlsdemux2", "GStreamer playbin3 (hlsdemux2)", "playbin3", "GstHLSDemux2", {}),
    # Late: it behaves otherwise while a live playlist still begins with the first segment of its stream.
    GStreamer("gst-hlsdemux", "GStreamer playbin (hlsdemux)", "playbin", "GstHLSDemux",
              {"GST_PLUGIN_FEATURE_RANK": "hlsdemux2:NONE"}, late=True),
]
