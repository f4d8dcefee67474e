"""Players in low-latency mode in headless Chromium, through web/low_latency.mjs."""

import json
import os
import pathlib
import queue
import subprocess
import threading

from harness.waiting import PATIENCE, wait_until
from low_latency.sight import Sight

# Names as web/low_latency.mjs knows them, and as people do.
PLAYERS = {"hls.js": "hls.js", "hls.js-1.5": "hls.js of two years ago", "shaka": "Shaka Player"}


class Watch:
    """`targets` are (player, URL) pairs: all play at once from now on, until `finish`."""

    def __init__(self, test, targets):
        web = pathlib.Path(os.environ["E2E_WEB"])
        self.targets = targets
        self._playing, self._looks = set(), queue.Queue()
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            ["node", web / "low_latency.mjs", *(part for target in targets for part in target)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        test.addCleanup(self._reap)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            said = json.loads(line)
            if isinstance(said, dict):
                self._playing.add(said["playing"])
            else:
                self._looks.put([Sight(player, url, **seen) for (player, url), seen in zip(self.targets, said)])

    def wait_playing(self, seconds=60):
        """Returns when every player has shown its first picture."""
        def all_play():
            assert self._process.poll() is None, "the browser is gone"
            return len(self._playing) == len(self.targets)
        wait_until(all_play, "every player plays", seconds)

    def look(self):
        """What every player has seen so far, a Sight for each, in the order of `targets`; once all play. Any thread."""
        with self._one_at_a_time:
            self._process.stdin.write("look\n")
            self._process.stdin.flush()
            return self._next_look()

    def finish(self):
        """Ends the players; a Sight for each, in the order of `targets`."""
        self._process.stdin.close()
        return self._next_look()

    def _next_look(self):
        try:
            return self._looks.get(timeout=60 * PATIENCE)
        except queue.Empty:
            raise AssertionError(f"the browser said nothing: exit code {self._process.poll()}") from None

    def _reap(self):
        self._process.stdin.close()
        try:
            self._process.wait(20 * PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()
