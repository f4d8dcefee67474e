"""A sluice process: started on free ports with a recordings folder of its own, its log read as it is written."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

from harness.waiting import PATIENCE, wait_until

BINARY = pathlib.Path(os.environ["SLUICE_BINARY"])

SANITIZER_REPORT = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|check failed:")

# Whatever a test does not set itself: loopback, any port, and no waiting at the end.
DEFAULTS = {
    "rtmp.listen": "127.0.0.1:0",
    "http.listen": "127.0.0.1:0",
    "admin.listen": "127.0.0.1:0",
    "log.level": "debug",
    "log.format": "json",
    "lifecycle.slots": "8",
    "lifecycle.unready_grace": "0s",
    "hls.segment_duration": "1s",
    "stream.resume_window": "1s",
    # Whatever the machine has.
    "record.min_free_space": "0",
}


def run_sluice(*arguments, directory=None, environment=None, seconds=20):
    """`sluice ARGUMENTS…` to its end: a CompletedProcess with text."""
    return subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, cwd=directory,
                          timeout=seconds * PATIENCE, env={**os.environ, **(environment or {})}, check=False)


class Sluice:
    """`options` are configuration keys. `address(listener)` is known as soon as the constructor has returned."""

    def __init__(self, directory, options=None, environment=None, arguments=()):
        self.directory = pathlib.Path(directory)
        self.recordings = self.directory / "recordings"
        settings = {**DEFAULTS, "record.directory": str(self.recordings), **(options or {})}
        command = [str(BINARY), "serve", *arguments]
        for key, value in settings.items():
            if value is not None:
                command += ["--set", f"{key}={value}"]
        self.stderr_path = self.directory / f"stderr-{time.monotonic_ns()}.txt"
        self._stderr = open(self.stderr_path, "wb")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._stderr, cwd=self.directory,
            env={**os.environ, **(environment or {})}, start_new_session=True)
        self.lines = []  # what stood on stdout, as text
        self.events = []  # the same, parsed; None for a line that is no JSON object
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            wait_until(self._has_begun, "the listeners are open")
        except AssertionError:
            self.kill()
            raise AssertionError(f"sluice did not start: {self.transcript()}") from None

    def _has_begun(self):
        if self.process.poll() is not None:
            raise AssertionError("sluice ended at once")
        return len(self.find_events("listening")) >= 3

    def _read_log(self):
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.lines.append(line)
            try:
                parsed = json.loads(line)
            except ValueError:
                parsed = None
            self.events.append(parsed if isinstance(parsed, dict) else None)

    @property
    def pid(self):
        return self.process.pid

    def find_events(self, name, **fields):
        """Log lines with this event and these fields, oldest first."""
        return [e for e in list(self.events)
                if e and e.get("event") == name and all(e.get(k) == v for k, v in fields.items())]

    def wait_event(self, name, seconds=20, **fields):
        return wait_until(lambda: self.find_events(name, **fields), f"event={name} {fields}", seconds)[-1]

    def address(self, listener):
        """(host, port) of the rtmp, http or admin listener."""
        host, _, port = self.find_events("listening", listener=listener)[-1]["address"].rpartition(":")
        return host.strip("[]"), int(port)

    def rtmp_url(self, name, app="live"):
        host, port = self.address("rtmp")
        return f"rtmp://{host}:{port}/{app}/{name}"

    def http_url(self, path):
        host, port = self.address("http")
        return f"http://{host}:{port}{path}"

    def admin_url(self, path):
        host, port = self.address("admin")
        return f"http://{host}:{port}{path}"

    def rss_bytes(self):
        """Resident memory now."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024

    def signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self, seconds=20):
        """The exit code; a process killed by a signal has a negative one."""
        try:
            code = self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds * PATIENCE:.0f} s: {self.transcript()}") from None
        self._reader.join(5)
        self.process.stdout.close()
        self._stderr.close()
        return code

    def kill(self):
        """SIGKILL: no chance to clean up."""
        if self.process.poll() is None:
            self.process.kill()
        return self.wait_exit()

    def stop(self):
        """Ends the process the orderly way, cutting its drain short, and fails unless it was a clean end."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(0.3)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGTERM)
        code = self.wait_exit(30)
        self.assert_no_report()
        if code != 0:
            raise AssertionError(f"exit code {code}: {self.transcript()}")

    def assert_no_report(self):
        text = self.stderr_path.read_text(errors="replace")
        if SANITIZER_REPORT.search(text):
            raise AssertionError(f"sanitizer or check report:\n{text[:8000]}")

    def transcript(self):
        # Waiting means asking many times, so requests would fill it.
        tail = "\n".join([line for line in self.lines if '"event":"http_request"' not in line][-40:])
        return f"\n--- stdout (last lines)\n{tail}\n--- stderr\n{self.stderr_path.read_text(errors='replace')[-4000:]}"
