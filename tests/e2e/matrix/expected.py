"""What each cell of the matrix is expected to be: data. A cell that no rule names plays, sound and picture.

The first rule that fits a cell holds. A run fails when a cell is not what is expected here, better or worse.
"""

import dataclasses

from matrix.sight import NOTHING, PICTURE_ONLY, PLAYS, SOUND_ONLY

REASONS = {
    "chromium-hevc": "Chromium, as Debian builds it, has no HEVC decoder.",
    "chromium-mp3-in-mp4": "Chromium does not take MP3 inside MP4; its players get it from MPEG-TS.",
    "chromium-ac3": "Chromium has no AC-3 and no E-AC-3 decoder.",
    "video.js-mp3": "video.js' MPEG-TS reader knows no sound but AAC.",
    "ts-carries": "MPEG-TS carries H.264, AAC, MP3, AC-3 and E-AC-3 only. sluice leaves the track out of the TS playlist, and answers "
                  "404 when that leaves nothing.",
    "hlsdemux-fmp4": "GStreamer's old hlsdemux takes the times in fMP4 segments as counted from the playlist's first segment: it "
                     "shows nothing until the stream is twice as old as the playlist's beginning. hlsdemux2 (playbin3) plays.",
}


@dataclasses.dataclass
class Rule:
    """`codec` is one that the source has; no codec, player or container stands for all of them."""
    outcome: str
    reason: str
    codec: str = ""
    players: tuple = ()
    containers: tuple = ()

    def fits(self, source, player, container):
        return ((not self.codec or self.codec in source.codecs) and
                (not self.players or player.name in self.players) and
                (not self.containers or container in self.containers))


BROWSER = ("hls.js", "shaka", "video.js", "native")

RULES = [
    Rule(NOTHING, "hlsdemux-fmp4", players=("gst-hlsdemux",), containers=("fmp4",)),
    Rule(NOTHING, "chromium-mp3-in-mp4", codec="mp3", players=BROWSER, containers=("fmp4",)),
    Rule(PICTURE_ONLY, "video.js-mp3", codec="mp3", players=("video.js",), containers=("ts",)),
]


def expect(source, player, container):
    """(outcome, reason) of a cell; the reason is a key of REASONS, or None when it plays."""
    for rule in RULES:
        if rule.fits(source, player, container):
            return rule.outcome, rule.reason
    if not source.pictures:
        return SOUND_ONLY, None
    return (PLAYS if len(source.codecs) > 1 else PICTURE_ONLY), None
