"""Comparing what was published with what comes out, frame by frame."""

from fractions import Fraction

from harness import playlist, probe

MILLISECOND = Fraction(1, 1000)
# RTMP carries milliseconds, while audio goes out with its exact sample times.
AUDIO_TOLERANCE = 2 * MILLISECOND
VIDEO_TOLERANCE = MILLISECOND


def published(path):
    """{"video": …, "audio": …} of a source file, and how many audio packets precede its first key frame."""
    found = probe.packets(path)
    early = 0
    if found["video"]:
        first_key = min(p.order for p in found["video"] if p.key)
        early = sum(p.order < first_key for p in found["audio"])
    return found, early


def assert_same(test, got, source, container, decoded_early=0):
    """Every frame of `source` from its first key frame on is in `got`, in order, with its times.

    Audio that was sent before the first key frame may be there or not. Video may be decoded so much earlier than it was
    sent for; it is shown when it should be.
    """
    want, early = published(source)
    test.assertEqual(len(got["video"]), len(want["video"]), f"video frames in {container}")
    missing = len(want["audio"]) - len(got["audio"])
    test.assertTrue(0 <= missing <= early, f"audio frames in {container}: {missing} of {len(want['audio'])} missing")
    want = {"video": want["video"], "audio": want["audio"][missing:]}
    for kind, tolerance, early in (("video", VIDEO_TOLERANCE, decoded_early), ("audio", AUDIO_TOLERANCE, 0)):
        assert_same_times(test, got[kind], want[kind], tolerance, f"{kind} in {container}", early)
    test.assertEqual([p.key for p in got["video"]], [p.key for p in want["video"]], f"key frames in {container}")
    if want["video"] and want["audio"]:
        between = [side["video"][0].pts - side["audio"][0].pts for side in (got, want)]
        test.assertLessEqual(abs(between[0] - between[1]), AUDIO_TOLERANCE, f"audio against video in {container}")


def assert_same_times(test, got, want, tolerance, what, decoded_early=0):
    for index, (g, w) in enumerate(zip(got, want)):
        for field, early in (("pts", 0), ("dts", decoded_early)):
            is_at = getattr(g, field) - got[0].dts
            due_at = getattr(w, field) - want[0].dts
            said = f"{what}: {field} of frame {index} is {float(is_at):.6f}, sent {float(due_at):.6f}"
            test.assertLessEqual(is_at - due_at, tolerance, said)
            test.assertLessEqual(due_at - is_at, tolerance + early, said)


def packets_of(test, segments, name):
    """What ffprobe reads of the segments of one period."""
    path = test.directory / name
    path.write_bytes(playlist.download(segments))
    return probe.packets(path)
