"""VLC without a screen, asked by its remote control for what it has decoded."""

import os
import re
import subprocess
import tempfile
import time

from harness.waiting import PATIENCE
from matrix.players.commands import first_version
from matrix.sight import WANTED, Sample, Sight

SECONDS = 20
NOBODY = 65534


class Vlc:
    name, title = "vlc", "VLC"
    in_browser = late = False

    def version(self):
        return first_version(*as_somebody("/"), "cvlc", "--version")

    def watch(self, url):
        with tempfile.TemporaryDirectory(prefix="sluice-vlc-") as home:
            if os.geteuid() == 0:
                os.chown(home, NOBODY, NOBODY)
            remote = Remote(home, url)
            try:
                return remote.watch()
            finally:
                remote.close()


def as_somebody(home):
    """VLC refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env", f"HOME={home}"]


class Remote:
    """A VLC that plays `url` and takes commands on stdin."""

    def __init__(self, home, url):
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [*as_somebody(home), "cvlc", "-I", "oldrc", "--rc-fake-tty", "--no-dbus", "--vout=vdummy", "--aout=adummy",
             "--no-keyboard-events", "-v", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=home)
        os.set_blocking(self._process.stdout.fileno(), False)

    def close(self):
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            stream.close()

    def ask(self, command):
        """What it says within a quarter of a second."""
        try:
            self._process.stdin.write(command.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return ""
        time.sleep(0.25)
        return (self._process.stdout.read() or b"").decode(errors="replace")

    def watch(self):
        """Its time is whole seconds, 0 until it has found its place in the stream, and now and then back by one."""
        samples, started = [], time.monotonic()
        while time.monotonic() - started < SECONDS * PATIENCE and self._process.poll() is None:
            at, counts = self.ask("get_time"), self.ask("stats")
            media = re.findall(r"^(?:> )*(\d+)\r?$", at, re.MULTILINE)
            frames = re.search(r"frames displayed *: *(\d+)", counts)
            sound = re.search(r"buffers played *: *(\d+)", counts)
            if not (media and frames and sound) or int(media[-1]) == 0 or int(frames[1]) + int(sound[1]) == 0:
                continue
            samples.append(Sample(time.time(), int(media[-1]), int(frames[1]), int(sound[1])))
            if samples[-1].media - samples[0].media >= WANTED:
                break
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        # Two complaints are about there being no keyboard.
        faults = [line.partition("] ")[2] for line in lines if " error: " in line and "interface" not in line]
        return Sight(samples, faults)
