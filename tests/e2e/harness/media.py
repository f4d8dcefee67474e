"""The media the tests publish: made once by FFmpeg, so that publishing costs no encoding.

Run as a program it makes all of it (the CTest fixture does); tests ask for a path by name.
"""

import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(os.environ.get("E2E_MEDIA", pathlib.Path(__file__).resolve().parents[3] / "build" / "e2e-media"))

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30"]
BIG_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=480x270:rate=25"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
TONE_441 = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
# A key frame every second, B-frames between.
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-keyint_min", "30", "-sc_threshold", "0",
        "-pix_fmt", "yuv420p", "-b:v", "300k"]
AAC = ["-c:a", "aac", "-b:a", "64k", "-ac", "2"]
# Frames dropped in an uneven pattern: durations of 33, 67 and 133 ms.
UNEVEN = ["-vf", r"select='not(eq(mod(n\,7)\,3)+eq(mod(n\,11)\,5)+eq(mod(n\,11)\,6)+eq(mod(n\,11)\,7))'",
          "-vsync", "vfr"]

SOURCES = {
    "av.flv": [*PICTURE, *TONE, *H264, *AAC, "-t", "8"],
    "av-long.flv": [*PICTURE, *TONE, *H264, *AAC, "-t", "60"],
    "av-other.flv": [*BIG_PICTURE, *TONE, *H264, *AAC, "-t", "5"],
    "av-441.flv": [*PICTURE, *TONE_441, *H264, *AAC, "-t", "8"],
    "audio.flv": [*TONE, *AAC, "-t", "8"],
    "video.flv": [*PICTURE, *H264, "-t", "8"],
    "vfr.flv": [*PICTURE, *TONE, *UNEVEN, *H264, *AAC, "-t", "8"],
    "hevc.mp4": [*PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                 "log-level=error:keyint=30:min-keyint=30:scenecut=0", "-tag:v", "hvc1", "-t", "4"],
    "av1.mp4": [*PICTURE, "-c:v", "libaom-av1", "-cpu-used", "8", "-row-mt", "1", "-usage", "realtime", "-g", "30",
                "-b:v", "200k", "-t", "4"],
    "vp9.mp4": [*PICTURE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "30", "-b:v", "200k",
                "-t", "4"],
    "opus.mp4": [*TONE, "-c:a", "libopus", "-ac", "2", "-t", "4"],
    "flac.mp4": [*TONE, "-c:a", "flac", "-strict", "-2", "-ac", "2", "-t", "4"],
    "ac3.mp4": [*TONE, "-c:a", "ac3", "-ac", "2", "-t", "4"],
    "eac3.mp4": [*TONE, "-c:a", "eac3", "-ac", "2", "-t", "4"],
    "mp3.mp4": [*TONE, "-c:a", "libmp3lame", "-ac", "2", "-t", "4"],
}


def media(name):
    """The path of one of SOURCES, made now if it is not there yet."""
    return make(name, SOURCES[name])


def make(name, arguments):
    """The path of a file of this name, made by FFmpeg with these arguments if it is not there yet."""
    path = FOLDER / name
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        # Under another name until it is whole: two tests may want it at once.
        partial = FOLDER / f"{os.getpid()}-{name}"
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(partial)], check=True)
        partial.rename(path)
    return path


def main():
    for name in SOURCES:
        print(media(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
