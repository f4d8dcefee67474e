"""What happens to a live stream while players are at its edge: publishers go away and come back, take over, or change
what they send. Two streams, each with one thing after another."""

import time

from low_latency.camera import Camera, Mixer

# Small and cheap: several of them are encoded and decoded at once.
SMALL = {"size": (256, 144), "frame_rate": 15}
OTHER_SIZE = {**SMALL, "size": (320, 180)}
OTHER_SOUND = {**OTHER_SIZE, "sample_rate": 44100}
# How long players play before the first thing happens.
BEFORE_SECONDS = 5


class Leaving:
    """A publisher that is cut off and comes back, and one that another takes the place of."""
    name = "leaving"

    def __init__(self, test, server):
        self._test, self._url = test, server.rtmp_url(self.name)
        self._film()

    def _film(self):
        self._camera = Camera(self._test, [self._url], **SMALL)

    def _return_after(self, seconds):
        self._camera.kill()
        time.sleep(seconds)
        self._film()

    def steps(self):
        yield "back after 1 s", lambda: self._return_after(1)
        yield "taken over", self._film
        yield "back after 20 s", lambda: self._return_after(20)


class Changing:
    """A publish with other parameters from one moment to the next; and an absence of six seconds."""
    name = "changing"

    def __init__(self, test, server):
        self._test, self._server = test, server
        self._publish(SMALL)

    def _publish(self, settings):
        self._mixer = Mixer(self._test, self._server, self.name)
        self._mixer.take(Camera(self._test, **settings))

    def _return_after(self, seconds):
        self._mixer.cut()
        time.sleep(seconds)
        self._publish(OTHER_SOUND)

    def steps(self):
        yield "picture of another size", lambda: self._mixer.take(Camera(self._test, **OTHER_SIZE))
        yield "sound of another rate", lambda: self._mixer.take(Camera(self._test, **OTHER_SOUND))
        yield "back after 6 s", lambda: self._return_after(6)


STREAMS = (Leaving, Changing)


def run(stream, plays_on):
    """Lets everything happen to a stream, one thing after another. After each `plays_on(name, over)` is called, which
    returns when the next may happen; from `over` on, a time.time(), there was something to play again."""
    time.sleep(BEFORE_SECONDS)
    for name, happen in stream.steps():
        happen()
        plays_on(name, time.time())
