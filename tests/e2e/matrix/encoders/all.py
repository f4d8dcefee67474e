"""Every source, in the order of the table, and what is known of their encoders."""

from matrix.encoders import ffmpeg, gstreamer, obs, phones

SOURCES = [*obs.SOURCES, *ffmpeg.SOURCES, *gstreamer.SOURCES, *phones.SOURCES]


def flow():
    return "modelled by a client of the tests"


# Name and version of each encoder.
ENCODERS = {
    "obs": ("OBS Studio", obs.version),
    "ffmpeg5": ("FFmpeg 5", ffmpeg.debian_version),
    "ffmpeg8": ("FFmpeg 8", ffmpeg.npm_version),
    "gst-rtmp2sink": ("GStreamer rtmp2sink", gstreamer.version),
    "gst-rtmpsink": ("GStreamer rtmpsink", gstreamer.librtmp_version),
    "haishinkit": ("HaishinKit's flow", flow),
    "rootencoder": ("RootEncoder's flow", flow),
    "streampack": ("StreamPack's flow", flow),
    "larix": ("Larix' flow", flow),
}
