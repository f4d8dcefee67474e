"""Every source, in the order of the table, and what is known of their encoders."""

from matrix.encoders import ffmpeg, obs

SOURCES = [*ffmpeg.SOURCES, *obs.SOURCES]

# Name and version of each encoder.
ENCODERS = {
    "ffmpeg5": ("FFmpeg (Debian)", ffmpeg.debian_version),
    "ffmpeg8": ("FFmpeg 8", ffmpeg.npm_version),
    "obs": ("OBS Studio", obs.version),
}
