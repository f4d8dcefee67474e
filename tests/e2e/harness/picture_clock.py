"""Pictures with a clock in them that can be read back exactly: 48 black and white blocks in the upper third.

16 columns, 3 rows, each block a 16th of the width and a 9th of the height: 40 bits of milliseconds since 1970, most
significant first, then 8 bits that check them. web/low_latency.html reads it.
"""

import random

COLUMNS, ROWS, BITS = 16, 9, 40
BLACK, WHITE = b"\x20", b"\xe0"


def code(milliseconds):
    """The 48 bits as a number."""
    value = milliseconds & ((1 << BITS) - 1)
    return value << 8 | check(value)


def check(value):
    return (sum(value.to_bytes(5, "big")) ^ 0x5A) & 0xFF


class ClockPicture:
    """Makes frames of planar YUV 4:2:0; below the clock something moves, so that every frame is a new one."""

    def __init__(self, width, height):
        assert width % (2 * COLUMNS) == 0 and height % (2 * ROWS) == 0, (width, height)
        self.width, self.height = width, height
        self._block, self._lines = width // COLUMNS, height // ROWS
        self._below = (height - 3 * self._lines) * width
        # Smooth waves, wide enough to be scrolled through: cheap to encode, unlike noise.
        generator = random.Random(5)
        steps = [generator.randrange(64, 192) for _ in range(self._below * 2 // 16 + 1)]
        self._scene = b"".join(bytes([step]) * 16 for step in steps)
        self._colour = b"\x70" * (width * height // 4) + b"\x90" * (width * height // 4)

    def frame(self, milliseconds, number):
        """The bytes of one frame that shows this time; `number` moves the rest of the picture."""
        bits = code(milliseconds)
        lines = []
        for row in range(3):
            line = b"".join((WHITE if bits >> (47 - row * COLUMNS - column) & 1 else BLACK) * self._block
                            for column in range(COLUMNS))
            lines.append(line * self._lines)
        offset = number * 2 % self._below
        return b"".join([*lines, self._scene[offset:offset + self._below], self._colour])
