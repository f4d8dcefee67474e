"""What is published: clips made once by FFmpeg, H.264 with B-frames and AAC.

They last 32 s, because at 48 kHz that is a whole number of AAC frames, so a looped publish has no gap at its seam.
"""

import dataclasses
import pathlib
import subprocess

from machine import BenchError

SOUND = "aevalsrc=0.3*sin(2*PI*440*t)+0.1*random(0)|0.3*sin(2*PI*554*t)+0.1*random(1):s=48000"


@dataclasses.dataclass(frozen=True)
class Clip:
    name: str
    size: str
    video_kbps: int
    noise: int
    gop_seconds: int
    path: pathlib.Path = None


SD = Clip("sd", "640x360", 600, 12, 2)
HD = Clip("hd", "1280x720", 2500, 20, 2)
# Its two-second segments have 900 KB.
BIG = Clip("big", "1280x720", 3400, 25, 2)
QUICK = Clip("quick", "320x180", 300, 12, 1)


def make(clip, folder):
    """`clip` with its path, made now if it is not there yet."""
    path = folder / f"{clip.name}.flv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        frames = 30 * clip.gop_seconds
        command = [
            "ffmpeg", "-hide_banner", "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", f"testsrc2=size={clip.size}:rate=30,noise=alls={clip.noise}:allf=t",
            "-f", "lavfi", "-i", SOUND, "-t", "32",
            "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p",
            "-b:v", f"{clip.video_kbps}k", "-maxrate", f"{clip.video_kbps}k", "-bufsize", f"{2 * clip.video_kbps}k",
            "-g", str(frames), "-keyint_min", str(frames), "-sc_threshold", "0", "-bf", "2", "-b_strategy", "0",
            "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000",
            "-flvflags", "no_duration_filesize", "-f", "flv", str(partial)]
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise BenchError(f"ffmpeg made no {path}: {made.stderr}")
        partial.rename(path)
    return dataclasses.replace(clip, path=path)
