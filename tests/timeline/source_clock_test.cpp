#include "sluice/timeline/source_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::timeline {
namespace {

using Kind = Placement::Kind;

constexpr Ticks90k kStart = Seconds(10);

Ticks90k at(std::int64_t ms) { return kStart + Millis(ms); }

class Clock : public testing::Test {
 protected:
  Clock() { clock.anchor(0, kStart); }
  // The caller's expectation is a frame of 40 ms after the track's last.
  Placement place(SourceTrack& track, std::int64_t ms, bool eager = false) {
    const Ticks90k expected = track.last ? *track.last + Millis(40) : clock.newest();
    return clock.place(track, static_cast<std::uint32_t>(ms), 0, expected, eager);
  }
  SourceClock clock{Millis(10000)};
  SourceTrack video;
  SourceTrack audio;
};

TEST_F(Clock, TimesFollowTheAnchor) {
  clock.reset();
  clock.anchor(3000000000, kStart);
  EXPECT_EQ(clock.place(video, 3000000040, 0, kStart, false).time, at(40));
}

// ER-05
TEST_F(Clock, NanoOffsetsRefineTheMillisecond) {
  EXPECT_EQ(clock.place(video, 33, 366666, at(0), false).time, kStart + Ticks90k(3003));
  EXPECT_EQ(clock.place(video, 66, 733333, at(0), false).time, kStart + Ticks90k(6006));
  EXPECT_EQ(clock.place(video, 67, 0, at(0), false).time, kStart + Ticks90k(6030));
}

TEST_F(Clock, LimitsOfWhatIsBelieved) {
  struct Case {
    std::int64_t ms;
    Kind kind;
  };
  for (const Case& c : {Case{1000 - 200, Kind::in_line}, Case{1000 - 201, Kind::restamped},
                        Case{1000 + 10000, Kind::in_line}, Case{1000 + 10001, Kind::restamped}}) {
    SourceClock fresh{Millis(10000)};
    fresh.anchor(0, kStart);
    SourceTrack track;
    fresh.place(track, 1000, 0, kStart, false);
    EXPECT_EQ(fresh.place(track, static_cast<std::uint32_t>(c.ms), 0, at(1040), false).kind, c.kind) << c.ms;
  }
}

// B17, B18: three in a row over both tracks are the publisher's clock, and the tracks stay in step.
TEST_F(Clock, JumpOfTheWholePublisherMovesOneCorrection) {
  for (const std::int64_t jump : {3600000LL, -3600000LL}) {
    SourceClock fresh{Millis(10000)};
    fresh.anchor(4000000, kStart);
    SourceTrack v;
    SourceTrack a;
    const auto put = [&](SourceTrack& track, std::int64_t ms, std::int64_t expected_ms) {
      return fresh.place(track, static_cast<std::uint32_t>(4000000 + ms), 0, at(expected_ms), false);
    };
    put(v, 0, 0);
    put(a, 10, 10);
    EXPECT_EQ(put(v, jump + 40, 40).kind, Kind::restamped);
    EXPECT_EQ(put(a, jump + 33, 33).kind, Kind::restamped);
    const Placement third = put(v, jump + 80, 80);
    EXPECT_EQ(third.kind, Kind::jumped);
    EXPECT_EQ(third.time, at(80));
    const Placement next = put(a, jump + 56, 56);
    EXPECT_EQ(next.kind, Kind::in_line);
    EXPECT_EQ(next.time, at(56));
    EXPECT_EQ(a.skew, Ticks90k(0));
  }
}

// B17
TEST_F(Clock, SingleRogueFrameIsRestampedAndForgotten) {
  place(video, 0);
  const Placement rogue = place(video, 5000000);
  EXPECT_EQ(rogue.kind, Kind::restamped);
  EXPECT_EQ(rogue.time, at(40));
  const Placement next = place(video, 80);
  EXPECT_EQ(next.kind, Kind::in_line);
  EXPECT_EQ(next.time, at(80));
  EXPECT_EQ(place(video, 4000000).kind, Kind::restamped);
  EXPECT_EQ(place(video, 4000040).kind, Kind::restamped) << "the run began anew";
}

// B18: only the track that is out of step is corrected.
TEST_F(Clock, TrackWithAClockOfItsOwnIsCorrectedAlone) {
  place(video, 0);
  place(audio, 0);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(place(video, i * 40).kind, Kind::in_line);
    EXPECT_EQ(place(audio, 7200000 + i * 40).kind, i < 3 ? Kind::restamped : Kind::split);
  }
  const Placement sound = place(audio, 7200000 + 160);
  EXPECT_EQ(sound.kind, Kind::in_line);
  EXPECT_EQ(sound.time, at(160));
  EXPECT_EQ(place(video, 160).time, at(160));
}

// TS-06: audio that was silent for a minute is no jump while video went on.
TEST_F(Clock, TrackThatWasSilentReturnsInStep) {
  place(audio, 0);
  for (std::int64_t ms = 0; ms < 60000; ms += 40) place(video, ms);
  const Placement back = place(audio, 60000);
  EXPECT_EQ(back.kind, Kind::in_line);
  EXPECT_EQ(back.time, at(60000));
}

// NR-d#320: different first timestamps of the tracks are legal.
TEST_F(Clock, TracksMayStartApart) {
  place(video, 5000);
  EXPECT_EQ(place(audio, 100).time, at(100));
}

TEST_F(Clock, EagerJumpNeedsNoProof) {
  place(video, 0);
  const Placement jump = place(video, 9000000, true);
  EXPECT_EQ(jump.kind, Kind::jumped);
  EXPECT_EQ(jump.time, at(40));
  EXPECT_EQ(place(video, 9000040).time, at(80));
}

// ER-07
TEST_F(Clock, FollowersNeverMoveTheStream) {
  SourceTrack extra;
  extra.follower = true;
  place(video, 0);
  for (int i = 1; i < 10; ++i) place(extra, 8000000 + i * 40);
  EXPECT_EQ(place(video, 40).kind, Kind::in_line);
  EXPECT_EQ(place(video, 80).time, at(80));
}

// A slow walk backwards is not taken for small regressions for ever.
TEST_F(Clock, ManySmallStepsBackAreAJump) {
  place(video, 1000);
  int jumps = 0;
  for (std::int64_t ms = 900; ms > 0; ms -= 100) jumps += place(video, ms).kind == Kind::jumped ? 1 : 0;
  EXPECT_GE(jumps, 1);
}

TEST_F(Clock, NearestIsTheTimestampOnlyWhenItIsPlausible) {
  place(video, 1000);
  EXPECT_EQ(clock.nearest(500), at(500));
  EXPECT_EQ(clock.nearest(9000000), at(1000));
}

}  // namespace
}  // namespace sluice::timeline
