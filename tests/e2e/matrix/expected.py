"""What each cell of the matrix is expected to be: data. A cell that no rule names plays, sound and picture.

The first rule that fits a cell holds. A run fails when a cell is not what is expected here, better or worse.
"""

import dataclasses

from matrix.sight import NOTHING, PICTURE_ONLY, PLAYS, SOUND_ONLY

REASONS = {
    "chromium-hevc": "Chromium, as Debian builds it, has no HEVC decoder.",
    "chromium-mp3-in-mp4": "Chromium does not take MP3 inside MP4; its players get it from MPEG-TS.",
    "chromium-ac3": "Chromium has no AC-3 and no E-AC-3 decoder.",
    "video.js-ts": "video.js' MPEG-TS reader knows no sound but AAC, and leaves it out.",
    "ts-carries": "HLS has H.264, AAC, MP3, AC-3 and E-AC-3 in MPEG-TS, and no other of these. sluice leaves the track "
                  "out of the TS playlist, and answers 404 when that leaves nothing.",
    "hlsdemux-fmp4": "GStreamer's old hlsdemux takes the times in fMP4 segments as if they counted from the playlist's "
                     "first segment, and waits as long as that is behind the stream's beginning before it shows "
                     "anything. playbin3 with hlsdemux2 plays.",
}


BROWSER = ("hls.js", "shaka", "video.js", "native")


@dataclasses.dataclass
class Rule:
    """`codecs` are such as the source has all of; without codecs, players or a container it is for all of them."""
    outcome: str
    reason: str
    codecs: tuple = ()
    players: tuple = ()
    container: str = ""

    def fits(self, source, player, container):
        return (set(self.codecs) <= set(source.codecs) and
                (not self.players or player.name in self.players) and
                self.container in ("", container))


RULES = [
    *(Rule(NOTHING, "ts-carries", (video, audio), container="ts")
      for video in ("hevc", "av1", "vp9") for audio in ("opus", "flac")),
    *(Rule(SOUND_ONLY, "ts-carries", (video,), container="ts") for video in ("hevc", "av1", "vp9")),
    *(Rule(PICTURE_ONLY, "ts-carries", (audio,), container="ts") for audio in ("opus", "flac")),
    Rule(NOTHING, "hlsdemux-fmp4", players=("gst-hlsdemux",), container="fmp4"),
    Rule(NOTHING, "chromium-hevc", ("hevc",), BROWSER),
    Rule(NOTHING, "chromium-mp3-in-mp4", ("mp3",), BROWSER, "fmp4"),
    Rule(PICTURE_ONLY, "video.js-ts", ("mp3",), ("video.js",), "ts"),
    *(Rule(PICTURE_ONLY, "video.js-ts", (audio,), ("video.js",), "ts") for audio in ("ac3", "eac3")),
    *(Rule(NOTHING, "chromium-ac3", (audio,), BROWSER) for audio in ("ac3", "eac3")),
]


def is_served(source, container):
    """Whether the container carries any of its tracks."""
    rule = next((rule for rule in RULES if not rule.players and rule.fits(source, None, container)), None)
    return rule is None or rule.outcome != NOTHING


def expect(source, player, container):
    """(outcome, reason) of a cell; the reason is a key of REASONS, or None when it plays."""
    for rule in RULES:
        if rule.fits(source, player, container):
            return rule.outcome, rule.reason
    if not source.pictures:
        return SOUND_ONLY, None
    return (PLAYS if len(source.codecs) > 1 else PICTURE_ONLY), None
