"""FFmpeg as Debian has it (5.1: H.264, AAC and MP3 in FLV as it ever was), and a later one with Enhanced RTMP."""

import json
import os
import pathlib
import subprocess

from harness import encoders
from matrix.encoders import Source
from matrix.material import tracks
from matrix.players.commands import first_version


def debian_version():
    return first_version("ffmpeg", "-version")


def packages():
    """Where ffmpeg8/install.sh has put the npm packages."""
    return pathlib.Path(os.environ["E2E_FFMPEG8"])


def npm_version():
    package = json.loads((packages() / "node_modules/node-av/package.json").read_text())
    said = subprocess.run(["node", packages() / "version.mjs"], capture_output=True, text=True, check=True, timeout=60)
    return f"{said.stdout.strip()} (npm node-av {package['version']})"


def debian(*codecs, note=""):
    def start(site, url):
        return encoders.ffmpeg(site, tracks(*codecs, suffix="flv"), url, rate=1)
    return Source("ffmpeg5-" + "-".join(codecs), "ffmpeg5", codecs, start, note)


def npm(*codecs, extra=(), name=None, note=""):
    """`extra` are codecs of tracks beside the default ones."""
    def start(site, url):
        kinds = {"v": 0, "a": 0}
        chosen = []
        for codec in (*codecs, *extra):
            kind = "v" if codec in ("h264", "hevc", "av1", "vp9") else "a"
            chosen.append(f"{kind}{kinds[kind]}")
            kinds[kind] += 1
        return encoders.Encoder(site, ["node", packages() / "publish.mjs", tracks(*codecs, *extra), url,
                                       ",".join(chosen)])
    return Source(name or "ffmpeg8-" + "-".join(codecs), "ffmpeg8", codecs, start, note, extra=extra)


SOURCES = [
    debian("h264", "aac"),
    debian("h264", "mp3"),
    debian("h264", note="no sound"),
    debian("aac", note="no picture"),
    npm("h264", "aac"),
    npm("hevc", "aac"),
    npm("av1", "opus"),
    npm("av1", "aac"),
    npm("vp9", "opus"),
    npm("h264", "opus"),
    npm("h264", "flac"),
    npm("h264", "ac3"),
    npm("h264", "eac3"),
    npm("h264", "aac", extra=("hevc", "opus"), name="ffmpeg8-multitrack", note="multitrack with HEVC and Opus beside"),
]
