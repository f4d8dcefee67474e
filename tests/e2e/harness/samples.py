"""Sample tables as ffprobe reads them: of a whole stream, cut where its parts and segments were."""

import bisect
import collections
import dataclasses
import itertools
import pathlib
import tempfile
from fractions import Fraction

from harness import probe


@dataclasses.dataclass
class Table:
    """The samples of one piece."""
    count: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by kind
    first_dts: dict = dataclasses.field(default_factory=dict)  # by kind, in seconds
    begins_with_key: bool = False  # of its picture


def tables(init, pieces):
    """A Table for each of `pieces`, which belong behind one another and to `init`."""
    with tempfile.TemporaryDirectory(prefix="sluice-samples-") as folder:
        path = pathlib.Path(folder) / "stream.mp4"
        path.write_bytes(init + b"".join(pieces))
        answer, complaints = probe.run_ffprobe(
            path, "-show_entries", "stream=index,codec_type,time_base:packet=stream_index,dts,pos,flags")
    assert not complaints, complaints
    streams = {s["index"]: (s["codec_type"], Fraction(s["time_base"])) for s in answer["streams"]}
    ends = list(itertools.accumulate((len(piece) for piece in pieces), initial=len(init)))[1:]
    found = [Table() for _ in pieces]
    for packet in answer["packets"]:
        kind, base = streams[packet["stream_index"]]
        table = found[bisect.bisect_right(ends, int(packet["pos"]))]
        if kind not in table.first_dts:
            table.first_dts[kind] = packet["dts"] * base
            table.begins_with_key = table.begins_with_key or kind == "video" and "K" in packet["flags"]
        table.count[kind] += 1
    return found


def seconds(tables_in_order, kind):
    """How long each piece but the last one lasts, from its first sample of a kind to that of the next."""
    starts = [table.first_dts[kind] for table in tables_in_order]
    return [float(after - before) for before, after in itertools.pairwise(starts)]
