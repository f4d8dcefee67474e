"""What was seen of a player, and what is made of it: nothing counts as playing that was not seen to move on."""

import dataclasses

PLAYS, PICTURE_ONLY, SOUND_ONLY, NOTHING = "plays", "picture only", "sound only", "nothing"

# Media seconds a player is watched for.
WANTED = 5
# How far media time and the clock on the wall may part meanwhile: players begin with a burst, and decode ahead.
SLACK = 2.5
# Of the frames that belong to the media seconds seen.
DECODED_SHARE = 0.6


@dataclasses.dataclass
class Sample:
    wall: float  # seconds
    media: float  # seconds
    frames: int  # pictures decoded so far
    sound: int  # of audio decoded so far: frames or bytes, whatever the player counts


@dataclasses.dataclass
class Sight:
    """`samples` begin once something has been decoded. `fatal`: the player gave up."""
    samples: list
    faults: list
    fatal: bool = False

    def progress(self):
        return self.samples[-1].media - self.samples[0].media if self.samples else 0

    def elapsed(self):
        return self.samples[-1].wall - self.samples[0].wall if self.samples else 0

    def outcome(self, frame_rate):
        """One of the four words above. `frame_rate` is the source's, 0 without a picture."""
        if self.fatal or self.progress() < WANTED or abs(self.progress() - self.elapsed()) > SLACK:
            return NOTHING
        first, last = self.samples[0], self.samples[-1]
        picture = frame_rate > 0 and last.frames - first.frames >= DECODED_SHARE * self.progress() * frame_rate
        sound = last.sound > first.sound
        return {(True, True): PLAYS, (True, False): PICTURE_ONLY, (False, True): SOUND_ONLY,
                (False, False): NOTHING}[picture, sound]

    def describe(self):
        decoded = (self.samples[-1].frames, self.samples[-1].sound) if self.samples else (0, 0)
        told = " ".join("; ".join(dict.fromkeys(str(f) for f in self.faults)).split())
        return (f"{self.progress():.1f} s of media in {self.elapsed():.1f} s, {decoded[0]} frames, sound {decoded[1]}"
                f"{', gave up' if self.fatal else ''}{': ' + told[:400] if told else ''}")
