"""What is published: long enough for all players in turn, small enough to cost little, a key frame a second."""

import threading

from harness.media import make

FRAME_RATE = 15
SECONDS = 240

PICTURE = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={FRAME_RATE}"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate=48000"]
GOP = ["-g", str(FRAME_RATE), "-pix_fmt", "yuv420p"]

ENCODE = {
    "h264": [*PICTURE, *GOP, "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-keyint_min", str(FRAME_RATE),
             "-sc_threshold", "0", "-crf", "30"],
    "hevc": [*PICTURE, *GOP, "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params",
             f"log-level=error:keyint={FRAME_RATE}:min-keyint={FRAME_RATE}:scenecut=0:crf=32"],
    "av1": [*PICTURE, *GOP, "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-b:v", "200k"],
    "vp9": [*PICTURE, *GOP, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"],
    "aac": [*TONE, "-c:a", "aac", "-b:a", "64k", "-ac", "2"],
    "mp3": [*TONE, "-c:a", "libmp3lame", "-b:a", "64k", "-ac", "2"],
    "opus": [*TONE, "-c:a", "libopus", "-b:a", "64k", "-ac", "2"],
    "flac": [*TONE, "-c:a", "flac", "-strict", "-2", "-ac", "2"],
    "ac3": [*TONE, "-c:a", "ac3", "-b:a", "96k", "-ac", "2"],
    "eac3": [*TONE, "-c:a", "eac3", "-b:a", "96k", "-ac", "2"],
}


_making = threading.Lock()


def track(codec):
    """A file with one track."""
    return make(f"matrix-{codec}.mp4", [*ENCODE[codec], "-t", str(SECONDS)])


def tracks(*codecs, suffix="mp4"):
    """A file with a track of each of these codecs, the first video and the first audio track being the default ones."""
    with _making:
        inputs = [part for codec in codecs for part in ("-i", str(track(codec)))]
        maps = [part for index in range(len(codecs)) for part in ("-map", str(index))]
        return make(f"matrix-{'-'.join(codecs)}.{suffix}", [*inputs, *maps, "-c", "copy", "-strict", "-2"])
