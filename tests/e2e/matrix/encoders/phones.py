"""Publishers modelled on the libraries of phone applications: HaishinKit, RootEncoder, StreamPack and Larix.

The applications need a phone; what they put on the wire does not. A Flow is modelled on what is known of one of them
(the order of its commands, what it waits for, how it leaves), and is no capture of it: chunk streams, clocks and
slashes are chosen so that the Flows together have all the oddities that such senders are allowed.
"""

import dataclasses
import struct
import threading
import time
import urllib.parse

from harness import amf, enhanced, flv
from harness.rtmp import COMMAND, DATA, WINDOW_SIZE, RtmpClient
from matrix import material
from matrix.encoders import Source

APPLE_FIELDS = {"flashVer": "FMLE/3.0 (compatible; FMSc/1.0)", "swfUrl": None, "fpad": False, "capabilities": 239,
                "audioCodecs": 1024, "videoCodecs": 128, "videoFunction": 1, "pageUrl": None, "objectEncoding": 0,
                "fourCcList": ["av01", "hvc1", "vp09", "Opus"]}
ANDROID_FIELDS = {"flashVer": "FMLE/3.0 (compatible; Lavf57.56.101)", "fpad": False, "capabilities": 239,
                  "audioCodecs": 3191, "videoCodecs": 252, "videoFunction": 1, "objectEncoding": 0,
                  "fourCcList": ["hvc1", "av01", "Opus"]}


@dataclasses.dataclass
class Flow:
    connect: dict  # what connect carries beside app and tcUrl
    chunk_size: int
    chunk_size_first: bool  # before connect, or after its answer
    before_publish: tuple  # commands in their order, not waited for, but for createStream
    goodbye: tuple
    csids: dict  # chunk stream of audio, video and data
    headers: tuple = (0,)  # the chunk header formats that messages begin with
    app: str = "{app}"
    tc_url: str = "rtmp://{host}:{port}/{app}"
    start_ms: int = 0  # of the first timestamp
    metadata_after: int = 0  # media messages that come before onMetaData
    window_size: int | None = None  # told to the server after connect


FLOWS = {
    # Commands one after the other, no FCPublish, everything of a kind on a chunk stream of its own, as deltas.
    "haishinkit": Flow(APPLE_FIELDS, 8192, False, ("createStream",), ("closeStream",),
                       {flv.AUDIO: 4, flv.VIDEO: 5, flv.SCRIPT: 6}, (0, 1)),
    # All commands at once, a window size, and clocks that count from when the phone was switched on.
    "rootencoder": Flow(ANDROID_FIELDS, 65536, True, ("releaseStream", "FCPublish", "createStream"),
                        ("FCUnpublish", "closeStream"), {flv.AUDIO: 7, flv.VIDEO: 6, flv.SCRIPT: 8}, (0, 1, 2, 3),
                        start_ms=0x1000000 - 20_000, window_size=2_500_000),
    # createStream first, FCPublish behind it; leaves with deleteStream alone.
    "streampack": Flow({"flashVer": "StreamPack", "objectEncoding": 0}, 4096, True,
                       ("createStream", "releaseStream", "FCPublish"), ("deleteStream",),
                       {flv.AUDIO: 4, flv.VIDEO: 4, flv.SCRIPT: 4}, (0, 1), start_ms=3_000_000_000),
    # 128 bytes a chunk for ever, slashes behind app and tcUrl, metadata late, no goodbye.
    "larix": Flow({"type": "nonprivate", "flashVer": "FMLE/3.0", "objectEncoding": 0}, 128, True,
                  ("releaseStream", "FCPublish", "createStream"), (), {flv.AUDIO: 4, flv.VIDEO: 6, flv.SCRIPT: 4},
                  app="{app}/", tc_url="rtmp://{host}:{port}/{app}/", metadata_after=30),
}


class Phone(RtmpClient):
    """The wire of one Flow. Raises AssertionError when the server's answers are not what the library insists on."""

    def __init__(self, flow, url):
        parts = urllib.parse.urlsplit(url)
        app, self._name = parts.path.strip("/").split("/")
        super().__init__((parts.hostname, parts.port), seconds=30)
        self._flow = flow
        self._last = {}  # csid: (timestamp, delta, length, type) of the message before
        names = {"app": app, "host": parts.hostname, "port": parts.port}
        self._fields = {"app": flow.app.format(**names), **flow.connect, "tcUrl": flow.tc_url.format(**names)}

    def begin(self):
        flow = self._flow
        self.handshake()
        if flow.chunk_size_first:
            self.set_chunk_size(flow.chunk_size)
        self.send_command("connect", self._fields)
        answer = self.read_command("_result", "_error")
        assert answer[0] == "_result" and answer[3]["code"] == "NetConnection.Connect.Success", answer
        if not flow.chunk_size_first:
            self.set_chunk_size(flow.chunk_size)
        if flow.window_size:
            self.send_message(WINDOW_SIZE, struct.pack(">I", flow.window_size), csid=2)
        created = None
        for command in flow.before_publish:
            if command == "createStream":
                created = self.send_command(command, None)
            else:
                self.send_command(command, None, self._name)
        while not self.stream_id:
            answer = self.read_command("_result", "_error")
            if answer[1] == created:
                self.stream_id = int(answer[3])
        self.send_command("publish", None, self._name, "live", stream_id=self.stream_id, csid=8)
        self._wait_publish_start()

    def _wait_publish_start(self):
        """On the stream's own id; another command there first is what some take for a refusal."""
        while True:
            kind, stream_id, payload = self.read_message()
            if kind == COMMAND and stream_id == self.stream_id:
                values = amf.decode(payload)
                assert values[0] == "onStatus" and values[3]["code"] == "NetStream.Publish.Start", values
                return

    def end(self):
        for command in self._flow.goodbye:
            of_stream = command == "closeStream"
            self.send_command(command, None, *([self._name] if command == "FCUnpublish" else
                                               [self.stream_id] if command == "deleteStream" else []),
                              stream_id=self.stream_id if of_stream else 0)

    def send_media(self, kind, payload, timestamp):
        csid = self._flow.csids[kind]
        self.send(self._begin_message(csid, kind, len(payload), timestamp & 0xFFFFFFFF) + self._pieces(csid, payload))

    def _begin_message(self, csid, kind, length, timestamp):
        """The shortest header that the flow has for it."""
        last = self._last.get(csid)
        delta = (timestamp - last[0]) & 0xFFFFFFFF if last else 0
        form = 0
        # Backwards, or too far for three bytes, is told as an absolute time.
        if last and delta < 0xFFFFFF:
            form = 1
            if last[2:] == (length, kind):
                form = 3 if last[1] == delta else 2
            while form not in self._flow.headers:
                form -= 1
        self._last[csid] = (timestamp, delta if form else None, length, kind)
        shown = timestamp if form == 0 else delta
        self._extended = struct.pack(">I", shown) if form == 0 and shown >= 0xFFFFFF else b""
        head = bytes([form << 6 | csid])
        if form < 3:
            head += min(shown, 0xFFFFFF).to_bytes(3, "big")
        if form < 2:
            head += length.to_bytes(3, "big") + bytes([kind])
        if form == 0:
            head += struct.pack("<I", self.stream_id)
        return head + self._extended

    def _pieces(self, csid, payload):
        size = self._flow.chunk_size
        between = bytes([0xC0 | csid]) + self._extended
        return between.join(payload[at:at + size] for at in range(0, len(payload), size))


class Publisher:
    """Plays tags in real time from a thread of its own, until it is stopped."""

    def __init__(self, site, flow, url, tags):
        self._flow, self._url, self._tags = flow, url, tags
        self._stop = threading.Event()
        self._fault = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        site.addCleanup(self.stop)

    def fault(self):
        if self._fault is None and not self._thread.is_alive():
            return "its media has ended"
        return self._fault

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        try:
            with Phone(self._flow, self._url) as phone:
                phone.begin()
                self._send(phone)
                phone.end()
        except (OSError, AssertionError) as error:
            self._fault = f"{type(error).__name__}: {error}"
        except Exception as error:  # noqa: whatever it is, the run has to hear of it
            self._fault = f"{type(error).__name__}: {error}"
            raise

    def _send(self, phone):
        started = time.monotonic()
        metadata = amf.encode("@setDataFrame", "onMetaData", {"width": 320, "height": 180, "encoder": "phone"})
        for index, tag in enumerate(self._tags):
            if index == self._flow.metadata_after:
                phone.send_media(DATA, metadata, self._flow.start_ms + tag.timestamp)
            if self._stop.wait(max(0, started + tag.timestamp / 1000 - time.monotonic())):
                return
            phone.send_media(tag.kind, tag.payload, self._flow.start_ms + tag.timestamp)


def media_tags(*codecs):
    """The tags of these codecs in the order of their times; H.264 and AAC the old way, all others the enhanced one."""
    found = []
    for codec in codecs:
        if codec in ("h264", "aac"):
            found += [t for t in flv.read(material.tracks(codec, suffix="flv")) if t.kind != flv.SCRIPT]
        else:
            found += enhanced.tags(enhanced.read_track(material.tracks(codec)))
    return sorted(found, key=lambda tag: tag.timestamp)


def source(flow, *codecs):
    def start(site, url):
        return Publisher(site, FLOWS[flow], url, media_tags(*codecs))
    return Source(f"{flow}-{'-'.join(codecs)}", flow, codecs, start)


SOURCES = [source("haishinkit", "h264", "aac"), source("haishinkit", "hevc", "aac"),
           source("rootencoder", "h264", "aac"), source("rootencoder", "av1", "opus"),
           source("streampack", "hevc", "opus"), source("larix", "h264", "aac")]
