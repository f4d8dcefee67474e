"""GStreamer with both of its sinks: its own, and librtmp's."""

import subprocess

from harness import encoders
from matrix.encoders import Source
from matrix.players.commands import first_version

FRAME_RATE = 30
FRAMES = 240 * FRAME_RATE


def version():
    return first_version("gst-launch-1.0", "--version")


def librtmp_version():
    """Of the library behind rtmpsink, which says nothing of itself: its Debian package's."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "librtmp1"], capture_output=True,
                                   text=True, check=False)
    return f"{version()}, librtmp {done.stdout.strip() or 'of an unknown version'}"


def rtmp2sink(site, url):
    return encoders.gstreamer(site, ["rtmp2sink", f"location={url}"], FRAMES)


def rtmpsink(site, url):
    return encoders.gstreamer(site, ["rtmpsink", f"location={url} live=1"], FRAMES)


SOURCES = [Source("gst-rtmp2sink-h264-aac", "gst-rtmp2sink", ("h264", "aac"), rtmp2sink, frame_rate=FRAME_RATE),
           Source("gst-rtmpsink-h264-aac", "gst-rtmpsink", ("h264", "aac"), rtmpsink, frame_rate=FRAME_RATE)]
