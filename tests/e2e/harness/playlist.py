"""Playlists, read strictly enough to notice what a player would stumble over, and fetching all they name."""

import dataclasses
import re
import urllib.parse

from harness import web


@dataclasses.dataclass
class Segment:
    url: str
    msn: int
    duration: float
    discontinuity: bool
    gap: bool
    map_url: str | None
    date_time: str | None


@dataclasses.dataclass
class MediaPlaylist:
    url: str
    text: str
    target_duration: int
    media_sequence: int
    discontinuity_sequence: int
    ended: bool
    segments: list

    def media_segments(self):
        """Those that can be fetched."""
        return [s for s in self.segments if not s.gap]

    def periods(self):
        """Its segments that can be fetched, in groups between discontinuities."""
        groups = [[]]
        for segment in self.segments:
            if segment.discontinuity and groups[-1]:
                groups.append([])
            if not segment.gap:
                groups[-1].append(segment)
        return [g for g in groups if g]


@dataclasses.dataclass
class Variant:
    url: str
    attributes: dict


def parse_attributes(text):
    return {k: v.strip('"') for k, v in re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', text)}


def parse_variants(url, text):
    lines = text.splitlines()
    return [Variant(urllib.parse.urljoin(url, lines[i + 1]), parse_attributes(line.split(":", 1)[1]))
            for i, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF:")]


def parse_media(url, text):
    lines = text.splitlines()
    assert lines and lines[0] == "#EXTM3U", text[:200]

    def number(tag, default):
        found = re.search(rf"^#{tag}:(\d+)$", text, re.MULTILINE)
        return int(found.group(1)) if found else default

    result = MediaPlaylist(url, text, number("EXT-X-TARGETDURATION", -1), number("EXT-X-MEDIA-SEQUENCE", 0),
                           number("EXT-X-DISCONTINUITY-SEQUENCE", 0), "#EXT-X-ENDLIST" in lines, [])
    map_url, pending = None, {}
    for line in lines:
        if line.startswith("#EXTINF:"):
            pending["duration"] = float(line[8:].split(",")[0])
        elif line == "#EXT-X-DISCONTINUITY":
            pending["discontinuity"] = True
        elif line == "#EXT-X-GAP":
            pending["gap"] = True
        elif line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            pending["date_time"] = line.split(":", 1)[1]
        elif line.startswith("#EXT-X-MAP:"):
            map_url = urllib.parse.urljoin(url, parse_attributes(line.split(":", 1)[1])["URI"])
        elif line and not line.startswith("#"):
            result.segments.append(Segment(
                urllib.parse.urljoin(url, line), result.media_sequence + len(result.segments), pending["duration"],
                pending.get("discontinuity", False), pending.get("gap", False), map_url, pending.get("date_time")))
            pending = {}
    return result


def open_media(server, path):
    """The media playlist behind a multivariant playlist's only variant; None while there is nothing to play."""
    answer = web.get(server.http_url(path))
    if answer.status != 200:
        return None
    url = server.http_url(path)
    if "#EXT-X-STREAM-INF" in answer.text():
        url = parse_variants(url, answer.text())[0].url
        answer = web.get(url)
        assert answer.status == 200, f"{url}: {answer.status}"
    return parse_media(url, answer.text())


def download(segments):
    """The bytes of one period: initialisation section, if there is one, and every segment behind it."""
    body = b""
    if segments[0].map_url:
        body = fetch(segments[0].map_url)
    return body + b"".join(fetch(s.url) for s in segments)


def fetch(url):
    answer = web.get(url, seconds=20)
    assert answer.status == 200, f"{url}: {answer.status}"
    return answer.body
