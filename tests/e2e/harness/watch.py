"""A viewer that reloads a playlist all the time and notes when it breaks its word."""

import threading

from harness import playlist
from harness.waiting import POLL_SECONDS


class PlaylistWatch:
    """Reloads until stopped. `faults` is what a playlist must never do; `snapshots` are the different texts seen."""

    def __init__(self, test, server, path):
        self._server, self._path = server, path
        self.faults, self.snapshots = [], []
        self._names, self._discontinuities = {}, {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        test.addCleanup(self.stop)

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _run(self):
        while not self._ended.wait(POLL_SECONDS):
            try:
                found = playlist.open_media(self._server, self._path)
            except OSError:
                continue  # the server is being restarted
            if found and (not self.snapshots or found.text != self.snapshots[-1].text):
                self._compare(found)
                self.snapshots.append(found)

    def _compare(self, new):
        if self.snapshots:
            old = self.snapshots[-1]
            if new.media_sequence < old.media_sequence:
                self.faults.append(f"MEDIA-SEQUENCE went back: {old.media_sequence}, {new.media_sequence}")
            if new.target_duration != old.target_duration:
                self.faults.append(f"TARGETDURATION changed: {old.target_duration}, {new.target_duration}")
            if old.ended and not new.ended:
                self.faults.append("ENDLIST was taken back")
        number = new.discontinuity_sequence
        for segment in new.segments:
            number += segment.discontinuity
            if self._discontinuities.setdefault(segment.msn, number) != number:
                self.faults.append(f"segment {segment.msn}: discontinuity number {self._discontinuities[segment.msn]}, "
                                   f"then {number}")
            if self._names.setdefault(segment.msn, segment.url) != segment.url:
                self.faults.append(f"segment {segment.msn}: {self._names[segment.msn]}, then {segment.url}")
            if segment.duration > new.target_duration + 0.5:
                self.faults.append(f"segment {segment.msn}: {segment.duration} s above the target duration")
        if len(set(self._names.values())) != len(self._names):
            self.faults.append("a name was given twice")

    def names(self):
        """{media sequence number: URL} of all that was ever listed."""
        return dict(self._names)
