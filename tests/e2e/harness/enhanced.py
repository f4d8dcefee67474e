"""Enhanced RTMP tags from files: FFmpeg encodes, this wraps (Enhanced RTMP v2, Enhanced Video and Enhanced Audio)."""

import dataclasses
import json
import subprocess
from fractions import Fraction

from harness import flv

SEQUENCE_START, CODED_FRAMES, SEQUENCE_END, CODED_FRAMES_X, _, _, MULTITRACK, _ = range(8)
KEY_FRAME, INTER_FRAME = 1, 2
AUDIO_MULTITRACK = 5

FOURCC = {"hevc": b"hvc1", "av1": b"av01", "vp9": b"vp09",
          "opus": b"Opus", "flac": b"fLaC", "ac3": b"ac-3", "eac3": b"ec-3", "mp3": b".mp3"}
# Codecs whose CodedFrames carry a composition time.
WITH_COMPOSITION_TIME = {"hevc"}
# profile 0, level 1.0, 8 bits, 4:2:0, BT.709: VPCodecConfigurationRecord with version and flags before it.
VP9_CONFIG = bytes([1, 0, 0, 0, 0, 10, 0x82, 1, 1, 1, 0, 0])


@dataclasses.dataclass
class Sample:
    timestamp: int  # decode time in milliseconds
    composition: int  # milliseconds
    key: bool
    data: bytes


@dataclasses.dataclass
class Track:
    codec: str
    video: bool
    config: bytes
    samples: list


def parse_dump(text):
    """ffprobe's hex dump as bytes."""
    return b"".join(bytes.fromhex(line.split(":", 1)[1][:41].replace(" ", "")) for line in text.strip().splitlines())


def read_track(path):
    """The only track of a file, its times shifted so that the first decode time is 0."""
    answer = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_packets", "-show_data", str(path)],
        check=True, capture_output=True, text=True).stdout)
    stream = answer["streams"][0]
    base = Fraction(stream["time_base"]) * 1000
    start = answer["packets"][0]["dts"]
    samples = [Sample(round((p["dts"] - start) * base), round((p["pts"] - p["dts"]) * base), "K" in p["flags"],
                      parse_dump(p["data"])) for p in answer["packets"]]
    codec = stream["codec_name"]
    return Track(codec, stream["codec_type"] == "video", config_of(codec, parse_dump(stream.get("extradata", ""))),
                 samples)


def config_of(codec, extradata):
    if codec == "vp9":
        return VP9_CONFIG
    if codec == "flac":
        return b"fLaC" + b"\x80\x00\x00\x22" + extradata[-34:]
    return extradata


def tags(track):
    """The FLV tags of a track: its configuration, if it has one, then a tag for each sample."""
    wrap = wrap_video if track.video else wrap_audio
    if track.config:
        yield wrap(track, SEQUENCE_START, None)
    for sample in track.samples:
        yield wrap(track, CODED_FRAMES, sample)


def wrap_video(track, packet_type, sample):
    frame_type = KEY_FRAME if sample is None or sample.key else INTER_FRAME
    composition = b""
    if sample is not None and track.codec in WITH_COMPOSITION_TIME:
        if sample.composition == 0:
            packet_type = CODED_FRAMES_X  # as OBS does
        else:
            composition = (sample.composition & 0xFFFFFF).to_bytes(3, "big")
    head = bytes([0x80 | frame_type << 4 | packet_type]) + FOURCC[track.codec] + composition
    return flv.Tag(flv.VIDEO, sample.timestamp if sample else 0, head + (sample.data if sample else track.config))


def wrap_audio(track, packet_type, sample):
    head = bytes([9 << 4 | packet_type]) + FOURCC[track.codec]
    return flv.Tag(flv.AUDIO, sample.timestamp if sample else 0, head + (sample.data if sample else track.config))


def as_extra_track(tag, track_id):
    """The same tag as OneTrack of a multitrack message."""
    kept, packet_type = tag.payload[0] & 0xF0, tag.payload[0] & 0x0F
    multitrack = MULTITRACK if tag.kind == flv.VIDEO else AUDIO_MULTITRACK
    head = bytes([kept | multitrack, 0 << 4 | packet_type]) + tag.payload[1:5] + bytes([track_id])
    return flv.Tag(tag.kind, tag.timestamp, head + tag.payload[5:])


def interleave(*tracks):
    """The tags of several tracks in the order of their times; configurations first."""
    merged = [tag for track in tracks for tag in tags(track)]
    return sorted(merged, key=lambda tag: tag.timestamp)
