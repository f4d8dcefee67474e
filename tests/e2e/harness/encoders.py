"""Real encoders as publishers: FFmpeg and GStreamer."""

import signal
import subprocess
import tempfile

from harness.waiting import PATIENCE


class Encoder:
    """A running publisher. Its complaints are kept for the failure message."""

    def __init__(self, test, command, **keywords):
        self.command = command
        self._output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._output,
                                        stderr=subprocess.STDOUT, **keywords)
        test.addCleanup(self._reap)

    def _reap(self):
        self.kill()
        self._output.close()

    def output(self):
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def fault(self):
        """What it said before it ended; None while it runs."""
        code = self.process.poll()
        return None if code is None else f"exit code {code}: {self.output()[-1000:]}"

    def wait(self, seconds=60):
        """The exit code."""
        return self.process.wait(seconds * PATIENCE)

    def finish(self, seconds=60):
        """Waits for the end of its source; anything but success is a failure."""
        code = self.wait(seconds)
        assert code == 0, f"{self.command[0]} exit code {code}: {self.output()[-3000:]}"

    def interrupt(self):
        """As with Ctrl-C: it says goodbye."""
        self.process.send_signal(signal.SIGINT)

    def kill(self):
        """As with a pulled plug: the kernel closes its connection."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def ffmpeg(test, path, url, rate=4, loop=False):
    """Publishes a file without encoding it again, `rate` times as fast as it plays."""
    return Encoder(test, ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning",
                          *(["-stream_loop", "-1"] if loop else []), "-readrate", str(rate), "-i", str(path),
                          "-c", "copy", "-f", "flv", url])


def gstreamer(test, sink, frames=120):
    """Publishes a test picture and a tone; `sink` is the last element with its properties, as a list."""
    buffers = frames * 48000 // 30 // 1024
    picture = (f"videotestsrc num-buffers={frames} is-live=true ! video/x-raw,width=320,height=180,framerate=30/1 ! "
               "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! h264parse ! queue ! "
               "flvmux streamable=true name=mux !")
    sound = (f"audiotestsrc num-buffers={buffers} samplesperbuffer=1024 is-live=true ! "
             "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! mux.")
    return Encoder(test, ["gst-launch-1.0", "-e", *picture.split(), *sink, *sound.split()])
