"""The encoders: each publishes a stream of certain codecs until it is stopped."""

import dataclasses
from collections.abc import Callable

from matrix.material import FRAME_RATE

VIDEO = {"h264", "hevc", "av1", "vp9"}


@dataclasses.dataclass
class Source:
    """A row of the matrix. `start(site, url)` begins to publish to `url` and ends with `site`; what it returns has a
    `fault()`, which is why it publishes no more, or None. `codecs` are those that players are to play, `extra` those of
    tracks that are sent beside."""
    name: str
    encoder: str  # a key of VERSIONS
    codecs: tuple
    start: Callable
    note: str = ""
    frame_rate: int = FRAME_RATE
    extra: tuple = ()

    @property
    def pictures(self):
        """Frames a second that there are to be decoded."""
        return self.frame_rate if VIDEO.intersection(self.codecs) else 0

    def title(self):
        return " + ".join(NAMES[codec] for codec in self.codecs) + (f", {self.note}" if self.note else "")


NAMES = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "aac": "AAC", "mp3": "MP3", "opus": "Opus",
         "flac": "FLAC", "ac3": "AC-3", "eac3": "E-AC-3"}
