"""Simulated low-latency players, many in one process: each asks for the playlist with the next part, fetches the hinted
part before it is there, and every segment; it keeps what it was sent, by address."""

import asyncio
import dataclasses
import hashlib
import re
import time
import zlib

URI = re.compile(r'URI="([^"]+)"')


@dataclasses.dataclass
class Answer:
    status: int
    fields: dict
    body: bytes


class Connection:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, port):
        self._port = port
        self._writer = None

    async def get(self, path, gzip=False):
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        self._writer.write((f"GET {path} HTTP/1.1\r\nHost: h\r\n"
                            + ("Accept-Encoding: gzip, deflate, br\r\n" if gzip else "") + "\r\n").encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if fields.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        else:
            body = await self._reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("content-encoding") == "gzip":
            body = zlib.decompress(body, 31)
        if fields.get("connection") == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), fields, body)

    async def _chunks(self):
        body = b""
        while True:
            size = int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16)
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
            if size == 0:
                return body

    def close(self):
        if self._writer is not None:
            self._writer.close()
            self._writer = None


@dataclasses.dataclass
class Playlist:
    """What a player goes by. `next` is the (msn, part) that it lists next."""
    next: tuple = (0, 0)
    ended: bool = False
    skipped: int = 0
    hint: str = ""
    names: list = dataclasses.field(default_factory=list)  # what can be fetched, oldest first

    @staticmethod
    def parse(text):
        found = Playlist()
        msn, part = 0, 0
        for line in text.splitlines():
            if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
                msn = int(line.split(":")[1])
            elif line.startswith("#EXT-X-SKIP:"):
                found.skipped = int(re.search(r"SKIPPED-SEGMENTS=(\d+)", line).group(1))
                msn += found.skipped
            elif line.startswith("#EXT-X-PART:"):
                part += 1
                found.names.append(URI.search(line).group(1))
            elif line.startswith("#EXT-X-MAP:"):
                found.names.append(URI.search(line).group(1))
            elif line.startswith("#EXT-X-PRELOAD-HINT:TYPE=PART"):
                found.hint = URI.search(line).group(1)
            elif line.startswith("#EXT-X-ENDLIST"):
                found.ended = True
            elif line and not line.startswith("#"):
                found.names.append(line)
                msn, part = msn + 1, 0
        found.next = (msn, part)
        return found


class Player:
    """`path` is a media playlist. `problems` is empty when everything was as it should be."""

    def __init__(self, port, path, delta=False, gzip=False, low_latency=True):
        self.path, self.delta, self.gzip, self.low_latency = path, delta, gzip, low_latency
        self.bodies = {}  # address → digest of what came
        self.asked = []  # playlist addresses, in order
        self.parts = 0
        self.problems = []
        self._playlists, self._media = Connection(port), Connection(port)

    async def run(self, until):
        try:
            await (self._follow(until) if self.low_latency else self._reload(until))
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.problems.append(f"{type(error).__name__}: {error}")
        finally:
            self._playlists.close()
            self._media.close()

    async def _playlist(self, query=""):
        address = self.path + query
        self.asked.append(address)
        answer = await self._playlists.get(address, self.gzip)
        if answer.status != 200:
            self.problems.append(f"{address}: {answer.status} {answer.body[:200]!r}")
            await asyncio.sleep(0.2)
            return None
        return Playlist.parse(answer.body.decode())

    async def _follow(self, until):
        playlist = await self._playlist()
        hints = asyncio.Queue()
        fetching = asyncio.ensure_future(self._fetch_all(hints))
        while playlist is not None and not playlist.ended and time.monotonic() < until:
            if playlist.hint:
                hints.put_nowait(playlist.hint)
            msn, part = playlist.next
            query = f"?_HLS_msn={msn}&_HLS_part={part}" + ("&_HLS_skip=YES" if self.delta else "")
            following = await self._playlist(query)
            if following is not None and not following.ended and following.next <= playlist.next:
                self.problems.append(f"{query}: the playlist does not have it, next is {following.next}")
            playlist = following
        hints.put_nowait(None)
        await fetching

    async def _fetch_all(self, names):
        last = None
        while name := await names.get():
            if name != last:
                await self._fetch(name)
            last = name

    async def _reload(self, until):
        """As a player without low latency: the playlist now and then, and each new segment."""
        seen = set()
        while time.monotonic() < until:
            playlist = await self._playlist()
            for name in playlist.names[-3:] if playlist and not seen else playlist.names if playlist else []:
                if name not in seen and "part-" not in name:
                    seen.add(name)
                    await self._fetch(name)
            await asyncio.sleep(0.5)

    async def _fetch(self, name):
        address = self.path.rpartition("/")[0] + "/" + name
        answer = await self._media.get(address, self.gzip)
        if answer.status != 200:
            self.problems.append(f"{address}: {answer.status}")
            return
        self.parts += "part-" in name
        self.bodies[address] = hashlib.sha256(answer.body).hexdigest()


async def play_all(players, seconds, ramp=0.5):
    """Lets all play, one starting after the other within `ramp` seconds."""
    begin = time.monotonic()

    async def play(index, player):
        await asyncio.sleep(ramp * index / len(players))
        await player.run(begin + seconds)

    await asyncio.gather(*(play(index, player) for index, player in enumerate(players)))
