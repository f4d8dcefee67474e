"""A second reader of the recording format, written from docs/recording-format.md alone."""

import dataclasses
import struct

SIGNATURE = b"SLUICELG"
HEADER, PERIOD, TRACK, PACKET, CUT, GAP, DATA, END, LOST, INDEX, FOOTER = range(1, 12)
VIDEO_CODECS = range(0, 32)


@dataclasses.dataclass
class Record:
    type: int
    track: int
    flags: int
    cts: int
    time: int
    body: bytes


@dataclasses.dataclass
class Packet:
    """Times in seconds times the track's timescale; `hidden` ones are in no segment."""
    video: bool
    timescale: int
    dts: int
    cts: int
    key: bool
    hidden: bool
    body: bytes


def read_records(path):
    """The records of one file, up to the first that does not fit."""
    data = path.read_bytes()
    assert data[:8] == SIGNATURE, f"{path}: no signature"
    at = 8
    while at + 32 <= len(data):
        size, kind, track, flags, _, cts, time = struct.unpack_from("<IBBBBiq", data, at + 12)
        if at + 32 + size > len(data):
            return
        yield Record(kind, track, flags, cts, time, data[at + 32:at + 32 + size])
        at += 32 + size


def files(folder):
    """The recording files below a folder, in the order of their sessions and slices."""
    return sorted([*folder.rglob("*.slog"), *folder.rglob("*.slog.open")], key=lambda p: p.name)


def read_packets(paths):
    """Every media packet of some files, in order."""
    for path in paths:
        tracks = {}
        for record in read_records(path):
            if record.type == TRACK:
                codec, timescale = struct.unpack_from("<BI", record.body, 1)
                tracks[record.track] = (codec in VIDEO_CODECS, timescale)
            elif record.type == PACKET:
                video, timescale = tracks[record.track]
                yield Packet(video, timescale, record.time, record.cts, bool(record.flags & 1), bool(record.flags & 2),
                             record.body)


def segment_numbers(paths):
    """The media sequence numbers whose segments the files' Cut and Gap records end, in order."""
    for path in paths:
        for record in read_records(path):
            if record.type == GAP or record.type == CUT and record.flags & 1:
                yield struct.unpack_from("<Q", record.body)[0]
