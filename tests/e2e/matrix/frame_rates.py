"""Media of every frame rate and sample rate, with and without B-frames; little pictures, since nobody looks at them."""

import dataclasses
from fractions import Fraction

from harness.media import UNEVEN, make

FRAME_RATES = ("24", "25", "30000/1001", "30", "50", "60000/1001", "60")
SAMPLE_RATES = (44100, 48000)
GOP_SECONDS = 2
SECONDS = 9


@dataclasses.dataclass(frozen=True)
class Material:
    frame_rate: str | None = None
    sample_rate: int | None = None
    b_frames: int = 0
    uneven: bool = False  # frames of 33, 67 and 133 ms

    @property
    def name(self):
        """For a stream: letters, digits, hyphens."""
        picture = f"{float(Fraction(self.frame_rate)):.2f}".replace(".", "-") + "fps" if self.frame_rate else "no-picture"
        sound = f"{self.sample_rate}hz" if self.sample_rate else "no-sound"
        return "-".join([picture, sound, *(["b"] if self.b_frames else []), *(["vfr"] if self.uneven else [])])

    @property
    def longest_frame(self):
        """Seconds, of the kind of track that parts are cut by."""
        if self.uneven:
            return 0.134
        return float(1 / Fraction(self.frame_rate)) if self.frame_rate else 1024 / self.sample_rate

    def path(self):
        arguments = []
        if self.frame_rate:
            arguments += ["-f", "lavfi", "-i", f"testsrc2=size=192x112:rate={self.frame_rate}"]
        if self.sample_rate:
            arguments += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={self.sample_rate}",
                          "-c:a", "aac", "-b:a", "48k", "-ac", "1"]
        if self.frame_rate:
            arguments += [*(UNEVEN if self.uneven else []), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "35",
                          "-bf", str(self.b_frames), "-b_strategy", "0", "-g", "600", "-sc_threshold", "0",
                          "-force_key_frames", f"expr:gte(t,n_forced*{GOP_SECONDS})", "-pix_fmt", "yuv420p",
                          "-threads", "1"]
        return make(f"rates-{self.name}.flv", [*arguments, "-t", str(SECONDS)])


MATERIALS = [
    *(Material(frame_rate, sample_rate, b_frames) for frame_rate in FRAME_RATES for sample_rate in SAMPLE_RATES
      for b_frames in (0, 2)),
    Material("30", 44100, 0, uneven=True), Material("30", 48000, 2, uneven=True),
    Material(None, 44100), Material(None, 48000), Material("30000/1001"), Material("25", b_frames=2),
]
