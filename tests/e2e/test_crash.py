"""kill -9 at any moment: what was accepted is in the recording, playlists go on, and no name ever has two contents.

CRASH_ROUNDS kills the server so often (`./dev test crash` does it hundreds of times), CRASH_SEED chooses when.
"""

import hashlib
import os
import random
import threading
import time
import unittest
import urllib.parse

from harness import flv, playlist, slog, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient
from harness.waiting import PATIENCE, wait_until
from harness.watch import Succession

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
STREAMS = ("a", "b", "c")
SOURCES = ("av-long.flv", "av-441.flv", "video.flv", "audio.flv", "vfr.flv")
VIEWS = ("fmp4/index.m3u8", "ts/index.m3u8", "dvr/index.m3u8")

# The promise is 100 ms from acceptance; what a loaded test machine takes to deliver and read comes on top.
PROMISE_SECONDS = 0.1 + 0.05 * PATIENCE
OPTIONS = {"stream.resume_window": "60s", "hls.window": "10s", "record.rotate": "5s"}


def body_of(tag):
    """The access unit or frame inside an AVC or AAC tag."""
    return tag.payload[5:] if tag.kind == flv.VIDEO else tag.payload[2:]


class Publishing:
    """A client on a thread of its own that notes when each frame had been handed to the kernel."""

    def __init__(self, server, name, source="av-long.flv", delay=0):
        self.name = name
        self.client = RtmpClient(server.address("rtmp")).open_publishing(name)
        self.sent = []  # (monotonic time, tag)
        self._stop = threading.Event()
        self._delay = delay  # from the start of the publish to its first frame
        self._tags = [t for t in flv.read(media(source)) if t.kind != flv.SCRIPT]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self._stop.wait(self._delay)
        started = time.monotonic()
        try:
            for tag in self._tags:
                if self._stop.wait(max(0, started + tag.timestamp / 1000 - time.monotonic())):
                    return
                self.client.send_tag(tag)
                if tag.is_frame:
                    self.sent.append((time.monotonic(), tag))
        except OSError:
            pass  # the server was killed

    def join(self):
        self._thread.join()
        self.client.close()

    def leave(self):
        self._stop.set()
        self.join()

    def due(self, killed_at):
        return [body_of(tag) for sent_at, tag in self.sent if sent_at < killed_at - PROMISE_SECONDS]


class Viewers:
    """Reload every view of every stream and fetch what it names, over as many processes as there are."""

    def __init__(self):
        self.faults = []
        self.successions = {}
        self.contents = {}  # path: digest
        self._served = set()
        self._ended = threading.Event()
        self._thread = None

    def start(self, server):
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, args=(server,), daemon=True)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _run(self, server):
        while not self._ended.is_set():
            for name in STREAMS:
                for view in VIEWS:
                    try:
                        self._look(server, f"/live/{name}/{view}")
                    except OSError:
                        if self._ended.is_set() or server.process.poll() is not None:
                            return  # killed meanwhile
                    except AssertionError as error:
                        self.faults.append(f"{name}/{view}: {error}")
            self._ended.wait(0.02)

    def _look(self, server, path):
        found = playlist.open_media(server, path)
        if self._ended.is_set():
            return
        if found is None:
            # While its publisher may return, a playlist stays.
            if path in self._served and server.process.poll() is None:
                self.faults.append(f"{path} is no longer served")
            return
        self._served.add(path)
        key = urllib.parse.urlsplit(found.url).path
        if not self.successions.setdefault(key, Succession()).add(found):
            return
        urls = [s.url for s in found.media_segments()]
        urls += sorted({s.map_url for s in found.media_segments() if s.map_url})
        for url in urls:
            if urllib.parse.urlsplit(url).path not in self.contents and not self._ended.is_set():
                self.fetch(url)

    def fetch(self, url):
        answer = web.get(url)
        path = urllib.parse.urlsplit(url).path
        if answer.status != 200:
            self.faults.append(f"{path} is listed, and {answer.status}")
            return
        digest = hashlib.sha256(answer.body).hexdigest()
        if self.contents.setdefault(path, digest) != digest:
            self.faults.append(f"{path} has two contents")

    def all_faults(self):
        return self.faults + [f"{key}: {fault}" for key, one in self.successions.items() for fault in one.faults]


class Crash(SluiceTest):
    maxDiff = None

    def test_killed_at_random_nothing_accepted_is_lost_and_nothing_said_is_taken_back(self):  # B39, DC-04, MP-11
        chance = random.Random(SEED)
        viewers = Viewers()
        read = set()  # recordings that were looked at
        for number in range(ROUNDS):
            with self.subTest(round=number, seed=SEED):
                server = self.start(OPTIONS)
                self.wait_status(server, "ready")
                self._fetch_again(server, viewers, chance)
                viewers.start(server)
                publishing = [Publishing(server, name, chance.choice(SOURCES), chance.choice((0, 0, 2)))
                              for name in STREAMS if chance.random() < 0.8]
                leaver = chance.choice(publishing) if publishing and chance.random() < 0.3 else None
                time.sleep(chance.uniform(0.2, 4))
                if leaver:
                    leaver.leave()
                    time.sleep(chance.uniform(0, 2))
                killed_at = time.monotonic()
                server.kill()
                viewers.stop()
                for one in publishing:
                    one.join()
                    self._check_frames(one.due(killed_at), server.recordings / "live" / one.name, read)
                self.assertEqual(viewers.all_faults(), [])
        server = self.start(OPTIONS)
        self.wait_status(server, "ready")
        self._fetch_again(server, viewers, chance, len(viewers.contents))
        self.assertEqual(viewers.all_faults(), [])
        self.assertGreater(len(viewers.contents), ROUNDS)
        server.stop()
        self.assertEqual({f.suffix for f in slog.files(server.recordings)}, {".slog"})
        verified = self.run_sluice("recording", "verify", server.recordings, seconds=120)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def _check_frames(self, due, folder, read):
        paths = [f for f in slog.files(folder) if f.name.removesuffix(".open") not in read]
        got = [p.body for p in slog.read_packets(paths)]
        self.assertGreaterEqual(len(got), len(due))
        self.assertEqual(got[:len(due)], due)
        read.update(f.name.removesuffix(".open") for f in paths)

    def _fetch_again(self, server, viewers, chance, count=20):
        """What was once fetched has the same bytes now, wherever they come from."""
        for path in chance.sample(sorted(viewers.contents), min(count, len(viewers.contents))):
            viewers.fetch(server.http_url(path))

    def test_a_killed_stream_is_served_again_at_once_and_its_publisher_goes_on(self):  # DC-04
        server = self.start(OPTIONS)
        publishing = Publishing(server, "a")
        before = self.wait_playable(server, "a", segments=4)
        server.kill()
        publishing.join()
        server = self.start(OPTIONS)
        self.wait_status(server, "ready")
        old_url = server.http_url(urllib.parse.urlsplit(before.url).path)
        restored = playlist.parse_media(old_url, web.get(old_url).text())
        self.assertEqual([s.msn for s in restored.segments[:4]], [s.msn for s in before.segments[:4]])
        self.assertFalse(restored.ended)
        publishing = Publishing(server, "a")

        def went_on():
            now = playlist.parse_media(old_url, web.get(old_url).text())
            return now if len({s.url.split("/")[-2] for s in now.media_segments()}) == 2 else None
        after = wait_until(went_on, "the second session in the first one's playlist")
        self.assertEqual(sum(s.discontinuity for s in after.segments), 1)
        self.assertTrue(playlist.download(after.periods()[0]))
        self.assertTrue(playlist.download(after.periods()[1]))
        server.kill()
        publishing.join()

    def test_a_stream_nobody_returns_to_ends(self):
        options = {**OPTIONS, "stream.resume_window": "3s"}
        server = self.start(options)
        publishing = Publishing(server, "a")
        self.wait_playable(server, "a", segments=3)
        server.kill()
        publishing.join()
        server = self.start(options)
        self.assertTrue(self.wait_ended(server, "a").ended)
        server.kill()


if __name__ == "__main__":
    unittest.main()
