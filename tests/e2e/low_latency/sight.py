"""What was seen of a player, and what is made of it."""

import dataclasses
import itertools
import statistics

# Media time that stands still for longer than this is a stall, whether the player says so or not.
STILL_SECONDS = 0.45


@dataclasses.dataclass
class Sample:
    wall: float  # seconds
    media: float  # seconds
    picture_ms: float | None  # how long ago the picture was taken, by the clock in it
    date_ms: float | None  # the same by EXT-X-PROGRAM-DATE-TIME, as the player sees it
    frames: int
    dropped: int
    rate: float


class Sight:
    """As web/low_latency.html tells it. What counts is what happened after `settled_at`."""

    def __init__(self, player, url, *, samples, events, requests, refused, version, playing):
        self.player, self.url, self.version, self.playing = player, url, version, playing
        self.samples = [Sample(*sample) for sample in samples]
        self.events = sorted(events)  # (wall, kind, text)
        self.requests, self.refused = requests, refused
        self.settled_at = 0.0

    def since(self, wall):
        return [sample for sample in self.samples if sample.wall >= wall]

    def settled(self):
        """The samples that count."""
        return self.since(self.settled_at)

    def latencies(self):
        """Seconds, by the picture."""
        return [s.picture_ms / 1000 for s in self.settled() if s.picture_ms is not None]

    def date_latencies(self):
        """Seconds, by the program date time."""
        return [s.date_ms / 1000 for s in self.settled() if s.date_ms is not None]

    def median(self):
        return statistics.median(self.latencies())

    def worst(self):
        return max(self.latencies())

    def stalls(self):
        """[(wall, what)]: what the player said, and media time that stood still."""
        found = [(wall, kind) for wall, kind, _ in self.events if kind == "waiting" and wall >= self.settled_at]
        samples = self.settled()
        for media, group in itertools.groupby(samples, key=lambda sample: sample.media):
            still = list(group)
            if still[-1].wall - still[0].wall > STILL_SECONDS:
                found.append((still[0].wall, f"still for {still[-1].wall - still[0].wall:.1f} s at {media:.3f}"))
        return found

    def errors(self):
        """What it complained of, fatal or not."""
        return [f"{kind} {text}" for wall, kind, text in self.events
                if kind in ("error", "fatal") and wall >= self.settled_at]

    def fatal(self):
        return [text for _, kind, text in self.events if kind == "fatal"]

    def dropped(self):
        """Frames since it has settled."""
        samples = self.settled()
        return samples[-1].dropped - samples[0].dropped if samples else 0

    def other_rate_seconds(self):
        """For how long it played at another speed than that of the clock."""
        samples = self.settled()
        return sum(b.wall - a.wall for a, b in zip(samples, samples[1:]) if a.rate != 1)

    def describe(self):
        latencies = self.latencies()
        told = "; ".join(dict.fromkeys(self.errors()))
        seen = f"{self.median():.3f} s behind, at worst {self.worst():.3f}" if latencies else "nothing seen"
        return (f"{self.player} {self.version}: {seen}, {len(self.stalls())} stalls, {self.dropped()} frames dropped, "
                f"{self.other_rate_seconds():.0f} s at another speed, {self.requests}, refused {self.refused[:5]}"
                f"{': ' + told[:800] if told else ''}")
