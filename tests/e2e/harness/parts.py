"""Low-latency playlists, and a viewer that follows one as it grows: by blocking reloads, fetching each part once."""

import dataclasses
import http.client
import re
import threading
import urllib.parse

from harness import playlist
from harness.waiting import PATIENCE


@dataclasses.dataclass
class Part:
    url: str
    msn: int
    index: int  # in its segment
    duration: float
    independent: bool


@dataclasses.dataclass
class PartPlaylist:
    """`parts` are those that are listed, in their order, those of the open segment among them; `whole` what there is of
    whole segments."""
    whole: playlist.MediaPlaylist
    part_target: float | None
    parts: list
    hint: str | None

    @property
    def next_part(self):
        """(media sequence number, index) of the part that is to come next."""
        open_msn = self.whole.media_sequence + len(self.whole.segments)
        return open_msn, sum(part.msn == open_msn for part in self.parts)


def parse(url, text):
    """A playlist without EXT-X-SKIP."""
    whole = playlist.parse_media(url, text)
    target = re.search(r"^#EXT-X-PART-INF:PART-TARGET=([\d.]+)$", text, re.MULTILINE)
    msn, index, parts, hint = whole.media_sequence, 0, [], None
    for line in text.splitlines():
        if line.startswith("#EXT-X-PART:"):
            read = playlist.parse_attributes(line.split(":", 1)[1])
            parts.append(Part(urllib.parse.urljoin(url, read["URI"]), msn, index, float(read["DURATION"]),
                              read.get("INDEPENDENT") == "YES"))
            index += 1
        elif line.startswith("#EXT-X-PRELOAD-HINT:"):
            assert hint is None, f"two hints: {text}"
            hint = urllib.parse.urljoin(url, playlist.parse_attributes(line.split(":", 1)[1])["URI"])
        elif line and not line.startswith("#"):
            msn, index = msn + 1, 0
    return PartPlaylist(whole, float(target.group(1)) if target else None, parts, hint)


class Follower:
    """Follows the only variant of a multivariant playlist until its end, on one connection, from the time it is there.

    `playlists` are all different texts, `parts` all parts ever listed and `bodies` what they were when they were listed;
    `faults` whatever was not answered with success.
    """

    def __init__(self, test, url):
        self.url = url
        self.playlists, self.parts, self.bodies, self.faults = [], {}, {}, []
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30 * PATIENCE)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        test.addCleanup(self.stop)

    @property
    def last(self):
        return self.playlists[-1]

    def wait_ended(self, seconds=60):
        self._thread.join(seconds * PATIENCE)
        assert not self._thread.is_alive(), f"{self.url} has not ended: {self.last.whole.text if self.playlists else ''}"

    def stop(self):
        self._ended.set()
        self._thread.join()
        self._connection.close()

    def _run(self):
        path, directives = urllib.parse.urlsplit(self.url).path, ""
        while not self._ended.is_set():
            status, body = self._get(path + directives)
            if status == 404 and not self.playlists:
                self._ended.wait(0.1)
            elif status != 200:
                self.faults.append(f"{status} for {path}{directives}: {body[:200]}")
                return
            elif b"#EXT-X-STREAM-INF" in body:
                self.url = playlist.parse_variants(self.url, body.decode())[0].url
                path = urllib.parse.urlsplit(self.url).path
            else:
                found = parse(self.url, body.decode())
                self._take(found)
                if found.whole.ended:
                    return
                if found.part_target:
                    directives = "?_HLS_msn={}&_HLS_part={}".format(*found.next_part)
                else:
                    self._ended.wait(0.1)

    def _take(self, found):
        if self.playlists and self.last.whole.text == found.whole.text:
            return
        self.playlists.append(found)
        for part in found.parts:
            known = self.parts.setdefault((part.msn, part.index), part)
            if known != part:
                self.faults.append(f"{known} became {part}")
            if part.url not in self.bodies:
                status, self.bodies[part.url] = self._get(urllib.parse.urlsplit(part.url).path)
                if status != 200:
                    self.faults.append(f"{status} for {part}")

    def _get(self, target):
        self._connection.request("GET", target)
        answer = self._connection.getresponse()
        return answer.status, answer.read()
