#!/usr/bin/env python3
"""Writes the seeds of the RTMP fuzz targets into corpus/: small, valid inputs that reach every parser.

Run it after a change here; the files it writes are kept in the repository.
"""
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# --- AMF0


class Undefined:
    pass


def text16(text):
    return struct.pack(">H", len(text)) + text.encode()


def amf0(value):
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + text16(value)
    if isinstance(value, dict):
        return b"\x03" + b"".join(text16(k) + amf0(v) for k, v in value.items()) + b"\x00\x00\x09"
    if isinstance(value, list):
        return b"\x0a" + struct.pack(">I", len(value)) + b"".join(map(amf0, value))
    return b"\x06"


def ecma_array(count, pairs):
    return b"\x08" + struct.pack(">I", count) + b"".join(text16(k) + amf0(v) for k, v in pairs.items()) + b"\x00\x00\x09"


def command(*values):
    return b"".join(map(amf0, values))


# --- chunks


def message(chunk_stream, kind, stream, payload, timestamp=0, chunk_size=128):
    extended = timestamp >= 0xFFFFFF
    field = 0xFFFFFF if extended else timestamp
    tail = struct.pack(">I", timestamp) if extended else b""
    out = bytes([chunk_stream]) + field.to_bytes(3, "big") + len(payload).to_bytes(3, "big")
    out += bytes([kind]) + struct.pack("<I", stream) + tail + payload[:chunk_size]
    for at in range(chunk_size, len(payload), chunk_size):
        out += bytes([0xC0 | chunk_stream]) + tail + payload[at : at + chunk_size]
    return out


def start(app="live", name="demo", extra=None):
    fields = {"app": app, "tcUrl": "rtmp://host/" + app, "flashVer": "FMLE/3.0", **(extra or {})}
    return (
        message(3, 20, 0, command("connect", 1, fields))
        + message(3, 20, 0, command("createStream", 2, None))
        + message(3, 20, 1, command("publish", 3, None, name, "live"))
    )


VIDEO_CONFIG = bytes.fromhex("17000000000164001fffe100")
KEY_FRAME = bytes.fromhex("170100002100000004658880")
AUDIO_CONFIG = bytes.fromhex("af001210")
AUDIO_FRAME = bytes.fromhex("af0121004f")


def sub_message(kind, timestamp, payload):
    head = bytes([kind]) + len(payload).to_bytes(3, "big") + (timestamp & 0xFFFFFF).to_bytes(3, "big")
    return head + bytes([timestamp >> 24, 0, 0, 0]) + payload + struct.pack(">I", 11 + len(payload))


AGGREGATE = sub_message(8, 100, AUDIO_FRAME) + sub_message(9, 110, KEY_FRAME) + sub_message(18, 120, amf0("onMetaData"))


def chunk_streams():
    media = message(4, 9, 1, VIDEO_CONFIG) + message(4, 8, 1, AUDIO_CONFIG) + message(4, 9, 1, KEY_FRAME, 40)
    set_chunk_size = message(2, 1, 0, struct.pack(">I", 16))
    metadata = amf0("@setDataFrame") + amf0("onMetaData") + ecma_array(20, {"width": 1280, "encoder": "obs"})
    return {
        "publish": start() + message(4, 18, 1, metadata) + media,
        "stop": start() + message(3, 20, 0, command("FCUnpublish", 4, None, "demo"))
        + message(3, 20, 0, command("deleteStream", 5, None, 1)),
        "courtesies": message(3, 20, 0, command("releaseStream", 2, None, "demo")) + start()
        + message(3, 20, 1, command("closeStream", 0, None)) + message(3, 20, 0, command("strange", 9, None)),
        "enhanced": start(extra={"fourCcList": ["hvc1", "*"], "capsEx": 15})
        + message(4, 9, 1, bytes.fromhex("91") + b"hvc1" + bytes.fromhex("000021") + b"\x26" * 200, 0x1000000),
        "compressed_headers": start() + bytes.fromhex("04 000000 000004 08 01000000 af001210")
        + bytes.fromhex("44 000017 000005 09 1700000000 84 000017 1700000000 c4 1700000000"),
        "extended_deltas": start() + bytes.fromhex("04 ffffff 000002 08 01000000 01000000 af01")
        + bytes.fromhex("44 ffffff 000002 08 fffffff6 af01 c4 01000005 af01"),
        "interleaved": start() + bytes.fromhex("04 000000 000090 09 01000000") + b"\x17" * 128
        + set_chunk_size + bytes.fromhex("05 000000 000001 08 01000000 af c4") + b"\x01" * 16,
        "abort": start() + bytes.fromhex("04 000000 000090 09 01000000") + b"\x17" * 128
        + message(2, 2, 0, struct.pack(">I", 4)) + message(4, 9, 1, KEY_FRAME),
        "control": message(2, 5, 0, struct.pack(">I", 100)) + start() + message(2, 4, 0, bytes.fromhex("000600000001"))
        + message(2, 6, 0, bytes.fromhex("004c4b4002")) + message(2, 3, 0, bytes(4)),
        "aggregate": start() + message(4, 22, 1, AGGREGATE, 1000),
        "amf3": message(3, 17, 0, b"\0" + command("connect", 1)
                        + bytes.fromhex("11 0a0b01 07617070 06096c697665 01")),
        "play": start("live", "a b") + message(3, 20, 1, command("play", 4, None, "demo")),
    }


def flv_tags():
    color = amf0("colorInfo") + amf0({"colorConfig": {"transferCharacteristics": 18}})
    tags = {
        "avc_config": (9, VIDEO_CONFIG),
        "avc_frame": (9, KEY_FRAME),
        "aac": (8, AUDIO_FRAME),
        "mp3": (8, bytes.fromhex("2ffffb9000")),
        "hevc": (9, bytes.fromhex("91") + b"hvc1" + bytes.fromhex("00002126")),
        "av1": (9, bytes.fromhex("a3") + b"av01" + bytes.fromhex("3200")),
        "mod_ex": (9, bytes.fromhex("9702000005 00ff17 0200000503".replace(" ", "")) + b"hvc1\x26"),
        "one_track": (8, bytes.fromhex("9501") + b"mp4a\x01\x21\x00"),
        "many_tracks": (9, bytes.fromhex("9611") + b"hvc1" + bytes.fromhex("00000004000021260100000400000026")),
        "many_codecs": (9, bytes.fromhex("9623") + b"hvc1" + bytes.fromhex("0000000126") + b"av01" + bytes.fromhex("0100000132")),
        "color_info": (9, bytes.fromhex("94") + b"hvc1" + color),
        "aggregate": (22, AGGREGATE),
    }
    return {name: bytes([kind]) + body for name, (kind, body) in tags.items()}


def amf_values():
    return {
        "connect": command("connect", 1, {"app": "live", "capsEx": 15, "fourCcList": ["hvc1", "*"]}),
        "metadata": amf0("onMetaData") + ecma_array(20, {"width": 1280, "stereo": True, "none": None, "u": Undefined()}),
        "nested": amf0({"a": {"b": {"c": [1, [2, [3]]]}}}),
        "rare": bytes.fromhex("0b40000000000000000000 0d 0c00000003616263 0f000000023c3e 10000154000161 05000009".replace(" ", "")),
        "amf3_object": bytes.fromhex("11 0a1301036106 0378 11 0a0b01 07617070 06096c697665 01".replace(" ", "")),
        "amf3_array": bytes.fromhex("1109050103 61030102 0a130103610603 780a010600".replace(" ", "")),
        "amf3_values": bytes.fromhex("1104ffffffff 11053ff8000000000000 1108014000000000000000 110b053c3e 110c05aabb".replace(" ", "")),
    }


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def proxy_headers():
    signature = bytes.fromhex("0d0a0d0a000d0a515549540a")
    inet = bytes.fromhex("c0000201c6336401dc04078f")
    unsigned = signature + bytes.fromhex("21110013") + inet + bytes.fromhex("03000400000000")
    return {
        "v1_tcp4": b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 1935\r\n\x03",
        "v1_tcp6": b"PROXY TCP6 2001:db8::1 ::1 56324 1935\r\n",
        "v1_unknown": b"PROXY UNKNOWN ffff::1 1 2\r\n",
        "v2_inet": signature + bytes.fromhex("2111000c") + inet + b"\x03",
        "v2_inet6": signature + bytes.fromhex("21210024") + bytes(range(36)),
        "v2_local": signature + bytes.fromhex("20000000"),
        "v2_tlv": signature + bytes.fromhex("21110011") + inet + bytes.fromhex("ea0002aabb"),
        "v2_crc": unsigned[:-4] + struct.pack(">I", crc32c(unsigned)),
    }


def handshakes():
    filler = bytes(i * 7 & 0xFF for i in range(1536))
    return {
        "whole": b"\x60\x03" + filler + filler + b"\x02",
        "split_in_c1": b"\x20\x03" + filler + filler,
        "half": b"\x01\x03" + filler,
        "http": b"\x02GET / HTTP/1.1\r\n",
        "tls": b"\x01\x16\x03\x01",
    }


def main():
    for name, data in chunk_streams().items():
        write("chunk_stream", name, bytes([zlib.crc32(name.encode()) % 64]) + data)
    for target, seeds in {
        "flv_tag": flv_tags(),
        "amf0": amf_values(),
        "proxy_header": proxy_headers(),
        "handshake": handshakes(),
    }.items():
        for name, data in seeds.items():
            write(target, name, data)


if __name__ == "__main__":
    main()
