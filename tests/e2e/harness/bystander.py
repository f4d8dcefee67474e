"""A stream that must not notice what is done to its server meanwhile."""

import threading
import time

from harness import flv, frames
from harness.media import media
from harness.rtmp import RtmpClient


class Bystander:
    """Publishes live/bystander in real time from the start of `with` to its end; then every frame must be there."""

    def __init__(self, test, server):
        self._test, self._server = test, server
        self._stop = threading.Event()
        self._fault = None

    def __enter__(self):
        self._client = RtmpClient(self._server.address("rtmp")).open_publishing("bystander")
        self._tags = [t for t in flv.read(media("av-long.flv")) if t.kind != flv.SCRIPT]
        self._sent = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._test.wait_playable(self._server, "bystander")
        return self

    def _run(self):
        started = time.monotonic()
        try:
            for tag in self._tags:
                if self._stop.wait(max(0, started + tag.timestamp / 1000 - time.monotonic())):
                    return
                self._client.send_tag(tag)
                self._sent += 1
        except OSError as error:
            self._fault = error

    def __exit__(self, kind, *_):
        self._stop.set()
        self._thread.join()
        if kind is not None:
            self._client.close()
            return
        self._test.assertIsNone(self._fault, "the bystander was disturbed")
        self._client.end_publish()
        self._client.close()
        ended = self._test.wait_ended(self._server, "bystander")
        self._test.assertEqual(len(ended.periods()), 1, ended.text)
        sent = [t for t in self._tags[:self._sent] if t.is_frame]
        got = frames.packets_of(self._test, ended.media_segments(), "bystander.mp4")
        # The window of the playlist may have let go of the oldest segments; what it lists must be all there was since.
        last = sent[-1].timestamp
        first_listed = last - sum(s.duration for s in ended.media_segments()) * 1000
        due = [t for t in sent if t.kind == flv.VIDEO and t.timestamp > first_listed + 100]
        self._test.assertGreaterEqual(len(got["video"]), len(due))
