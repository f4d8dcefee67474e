"""A camera: pictures that show the time at which they were taken, encoded and published by FFmpeg as they come."""

import contextlib
import subprocess
import tempfile
import threading
import time

from harness.flv import Tag
from harness.picture_clock import ClockPicture
from harness.rtmp import RtmpClient

GOP_SECONDS = 2


class Camera:
    """Publishes to all of `urls`, encoding once, until it is killed or its test is over. Without URLs it gives its FLV
    to `tags`."""

    def __init__(self, test, urls=(), size=(320, 180), frame_rate=30, sample_rate=48000):
        self._picture, self._frame_rate = ClockPicture(*size), frame_rate
        self._complaints = tempfile.TemporaryFile()
        gop = str(frame_rate * GOP_SECONDS)
        output = ["-f", "tee", "|".join(f"[f=flv]{url}" for url in urls)] if urls else ["-f", "flv", "pipe:1"]
        self.process = subprocess.Popen(
            ["ffmpeg", "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p",
             "-s", f"{size[0]}x{size[1]}", "-framerate", str(frame_rate), "-i", "pipe:0",
             "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={sample_rate}", "-map", "0", "-map", "1",
             "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1", "-crf", "26",
             "-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-c:a", "aac", "-b:a", "64k", "-ac", "2",
             "-flags", "+global_header", "-flush_packets", "1", *output],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._film, daemon=True)
        self._thread.start()
        test.addCleanup(self._reap)

    def _film(self):
        started = time.monotonic()
        number = 0
        with contextlib.suppress(BrokenPipeError):
            while not self._ended.wait(max(0, started + number / self._frame_rate - time.monotonic())):
                self.process.stdin.write(self._picture.frame(time.time_ns() // 1_000_000, number))
                self.process.stdin.flush()
                number += 1

    def tags(self):
        """Yields what it encodes, tag by tag, as it comes."""
        stream = self.process.stdout
        stream.read(9 + 4)
        while len(head := stream.read(11)) == 11:
            timestamp = int.from_bytes(head[4:7], "big") | head[7] << 24
            payload = stream.read(int.from_bytes(head[1:4], "big"))
            if len(stream.read(4)) == 4:
                yield Tag(head[0], timestamp, payload)

    def fault(self):
        """What it said before it ended; None while it runs."""
        code = self.process.poll()
        return None if code is None else f"exit code {code}: {self.complaints()[-1000:]}"

    def complaints(self):
        self._complaints.seek(0)
        return self._complaints.read().decode(errors="replace")

    def kill(self):
        """As with a pulled plug."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _reap(self):
        self._ended.set()
        self.kill()
        self._thread.join()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._complaints.close()


class Mixer:
    """One publish that cameras take turns in: what they send changes in the middle of it."""

    def __init__(self, test, server, name):
        self._client = RtmpClient(server.address("rtmp")).open_publishing(name)
        self._started, self._last = time.monotonic(), 0
        self._camera, self._lock = None, threading.Lock()
        test.addCleanup(self._client.close)

    def take(self, camera):
        """This one is published as soon as it has something to show."""
        threading.Thread(target=self._forward, args=(camera,), daemon=True).start()

    def cut(self):
        """As with a pulled plug."""
        with self._lock:
            camera, self._camera = self._camera, None
            self._client.close()
        camera.kill()

    def _forward(self, camera):
        offset, past = None, self._camera
        with contextlib.suppress(OSError):
            for tag in camera.tags():
                with self._lock:
                    if offset is None:
                        # After all that was sent, and by the clock.
                        offset = max(self._last + 1, int(1000 * (time.monotonic() - self._started))) - tag.timestamp
                        self._camera = camera
                    if self._camera is not camera:
                        break
                    self._last = max(self._last, tag.timestamp + offset)
                    self._client.send_tag(tag, offset)
                if past:
                    past.kill()
                    past = None
