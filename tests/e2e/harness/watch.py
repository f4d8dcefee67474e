"""A viewer that reloads a playlist all the time and notes when it breaks its word."""

import threading
import urllib.parse

from harness import playlist
from harness.waiting import POLL_SECONDS


class Succession:
    """The versions of one media playlist, by whichever process: `faults` is what a playlist must never do."""

    def __init__(self):
        self.faults = []
        self._last = None
        self._names, self._discontinuities = {}, {}

    def add(self, new):
        """True when it is another text than the one before."""
        if self._last and new.text == self._last.text:
            return False
        if self._last:
            self._compare(self._last, new)
        number = new.discontinuity_sequence
        for segment in new.segments:
            number += segment.discontinuity
            if self._discontinuities.setdefault(segment.msn, number) != number:
                self.faults.append(f"segment {segment.msn}: discontinuity number {self._discontinuities[segment.msn]}, "
                                   f"then {number}")
            name = urllib.parse.urlsplit(segment.url).path
            if self._names.setdefault(segment.msn, name) != name:
                self.faults.append(f"segment {segment.msn}: {self._names[segment.msn]}, then {name}")
            if segment.duration > new.target_duration + 0.5:
                self.faults.append(f"segment {segment.msn}: {segment.duration} s above the target duration")
        if len(set(self._names.values())) != len(self._names):
            self.faults.append("a name was given twice")
        self._last = new
        return True

    def _compare(self, old, new):
        if new.media_sequence < old.media_sequence:
            self.faults.append(f"MEDIA-SEQUENCE went back: {old.media_sequence}, {new.media_sequence}")
        if new.target_duration != old.target_duration:
            self.faults.append(f"TARGETDURATION changed: {old.target_duration}, {new.target_duration}")
        if old.ended and not new.ended:
            self.faults.append("ENDLIST was taken back")
        if new.segments and old.segments and new.segments[-1].msn < old.segments[-1].msn:
            self.faults.append(f"the last segments were taken back: {old.segments[-1].msn}, {new.segments[-1].msn}")

    def names(self):
        """{media sequence number: path} of all that was ever listed."""
        return dict(self._names)


class PlaylistWatch:
    """Reloads until stopped; `snapshots` are the different texts seen."""

    def __init__(self, test, server, path):
        self._server, self._path = server, path
        self.snapshots = []
        self._succession = Succession()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        test.addCleanup(self.stop)

    @property
    def faults(self):
        return self._succession.faults

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _run(self):
        while not self._ended.wait(POLL_SECONDS):
            try:
                found = playlist.open_media(self._server, self._path)
            except OSError:
                continue  # the server is being restarted
            if found and self._succession.add(found):
                self.snapshots.append(found)

    def names(self):
        """{media sequence number: path} of all that was ever listed."""
        return self._succession.names()
