"""FLV files, tag by tag."""

import dataclasses

AUDIO, VIDEO, SCRIPT = 8, 9, 18


@dataclasses.dataclass
class Tag:
    kind: int
    timestamp: int  # milliseconds
    payload: bytes

    @property
    def is_config(self):
        """A sequence header, which is no frame."""
        if self.kind == VIDEO:
            return self.payload[0] & 0x0F == 7 and self.payload[1] == 0
        return self.kind == AUDIO and self.payload[0] >> 4 == 10 and self.payload[1] == 0

    @property
    def is_frame(self):
        if self.kind == VIDEO:
            return self.payload[0] & 0x0F == 7 and self.payload[1] == 1
        return self.kind == AUDIO and not self.is_config

    @property
    def is_key(self):
        return self.kind == VIDEO and self.is_frame and self.payload[0] >> 4 == 1


def read(path):
    """Every tag of a file, in its order."""
    data = path.read_bytes()
    tags, at = [], 9 + 4
    while at + 11 <= len(data):
        size = int.from_bytes(data[at + 1:at + 4], "big")
        timestamp = int.from_bytes(data[at + 4:at + 7], "big") | data[at + 7] << 24
        tags.append(Tag(data[at], timestamp, data[at + 11:at + 11 + size]))
        at += 11 + size + 4
    return tags
