"""Players in headless Chromium: three of JavaScript, and its own."""

import json
import os
import pathlib
import subprocess

from harness.waiting import PATIENCE
from matrix.sight import WANTED, Sample, Sight

SECONDS = 25


def web():
    """Where web/install.sh has put the npm packages."""
    return pathlib.Path(os.environ["E2E_WEB"])


class BrowserPlayer:
    """`package` is the npm package, none for the browser's own player."""
    in_browser, late = True, False

    def __init__(self, name, title, package=None):
        self.name, self.title, self._package = name, title, package

    def version(self):
        if self._package is None:
            done = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True, timeout=60)
            return done.stdout.split()[1]
        package = json.loads((web() / "node_modules" / self._package / "package.json").read_text())
        return package["version"]


PLAYERS = [BrowserPlayer("hls.js", "hls.js", "hls.js"), BrowserPlayer("shaka", "Shaka Player", "shaka-player"),
           BrowserPlayer("video.js", "video.js", "video.js"), BrowserPlayer("native", "Chromium")]


def watch_all(pairs, wanted=WANTED, seconds=SECONDS):
    """Plays (player, URL) pairs, all at once in one browser, and returns a Sight for each: of `wanted` seconds of
    media, or of what there was within `seconds`."""
    arguments = [part for player, url in pairs for part in (player.name, url)]
    done = subprocess.run(["node", web() / "matrix.mjs", str(wanted), str(seconds * PATIENCE), *arguments],
                          capture_output=True, text=True, check=False, timeout=2 * seconds * PATIENCE + 60)
    if done.returncode != 0:
        raise AssertionError(f"the browser failed: {done.stderr[-2000:]}")
    seen = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if "player" in line:
            seen[line["player"], line["url"]] = Sight([Sample(*s) for s in line["samples"]], line["faults"],
                                                      line["fatal"])
    return [seen[player.name, url] for player, url in pairs]
