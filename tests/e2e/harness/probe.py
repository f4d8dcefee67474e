"""What FFmpeg sees in a file: its packets with their times."""

import dataclasses
import json
import subprocess
from fractions import Fraction


@dataclasses.dataclass
class Packet:
    pts: Fraction  # seconds
    dts: Fraction
    key: bool
    size: int
    order: int  # position among the packets of all streams


def run_ffprobe(path, *arguments):
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", *arguments, str(path)], capture_output=True,
                          text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"ffprobe {path}: {done.stderr}")
    return json.loads(done.stdout), done.stderr


def streams(path):
    """ffprobe's description of each stream."""
    return run_ffprobe(path, "-show_streams")[0]["streams"]


def packets(path):
    """{"video": [Packet…], "audio": [Packet…]} in file order; ffprobe must have nothing to complain about.

    Matroska has no decode times: where FFmpeg cannot tell them either, they are the presentation times.
    """
    answer, complaints = run_ffprobe(path, "-show_streams", "-show_packets")
    assert not complaints, f"ffprobe {path}: {complaints}"
    bases = {s["index"]: Fraction(s["time_base"]) for s in answer["streams"]}
    found = {"video": [], "audio": []}
    for order, packet in enumerate(answer["packets"]):
        if packet["codec_type"] in found:
            base = bases[packet["stream_index"]]
            found[packet["codec_type"]].append(
                Packet(packet["pts"] * base, packet.get("dts", packet["pts"]) * base, "K" in packet["flags"], int(packet["size"]), order))
    return found


def decode(path, *options):
    """Decodes a file or a URL to nothing and returns what FFmpeg complained about."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), *options, "-f", "null", "-"],
                          capture_output=True, text=True, check=False, timeout=120)
    return done.stderr if done.returncode == 0 else f"exit code {done.returncode}: {done.stderr}"
