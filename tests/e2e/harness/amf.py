"""AMF0, as far as publishers and their answers use it."""

import struct

NULL = None


def encode(*values):
    return b"".join(encode_value(v) for v in values)


def encode_value(value):
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + encode_key(value)
    if isinstance(value, list):
        return b"\x0a" + struct.pack(">I", len(value)) + encode(*value)
    if isinstance(value, dict):
        return b"\x03" + b"".join(encode_key(k) + encode_value(v) for k, v in value.items()) + b"\x00\x00\x09"
    raise TypeError(type(value))


def encode_key(text):
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def decode(data):
    """All values of a command's payload."""
    values, at = [], 0
    while at < len(data):
        value, at = decode_value(data, at)
        values.append(value)
    return values


def decode_value(data, at):
    kind = data[at]
    at += 1
    if kind == 0:
        return struct.unpack_from(">d", data, at)[0], at + 8
    if kind == 1:
        return bool(data[at]), at + 1
    if kind == 2:
        return decode_key(data, at)
    if kind in (3, 8):
        return decode_object(data, at + (4 if kind == 8 else 0))
    if kind in (5, 6):
        return None, at
    if kind == 10:
        (count,) = struct.unpack_from(">I", data, at)
        items, at = [], at + 4
        for _ in range(count):
            item, at = decode_value(data, at)
            items.append(item)
        return items, at
    raise ValueError(f"AMF0 type {kind}")


def decode_key(data, at):
    (length,) = struct.unpack_from(">H", data, at)
    return data[at + 2:at + 2 + length].decode(), at + 2 + length


def decode_object(data, at):
    found = {}
    while data[at:at + 3] != b"\x00\x00\x09":
        key, at = decode_key(data, at)
        found[key], at = decode_value(data, at)
    return found, at + 3
