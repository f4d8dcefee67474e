#include "sluice/timeline/cutter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::timeline {
namespace {

struct Segment {
  double duration;
  bool forced;
};

// The segments that frames of `frame_ms` with a key frame each `gop_ms` give (0: only the first one).
std::vector<Segment> segments_of(double gop_ms, double frame_ms, Seconds length, Cutter& cutter) {
  std::vector<Segment> segments;
  cutter.begin(Ticks90k(0));
  Ticks90k start{};
  double next_key = 0;
  for (double ms = 0; ms < static_cast<double>(Millis(length).count()); ms += frame_ms) {
    // RTMP rounds to milliseconds.
    const Ticks90k time = Millis(static_cast<std::int64_t>(ms + 0.5));
    const bool key = ms >= next_key - 0.01 && (gop_ms > 0 || ms == 0);
    if (key) next_key += gop_ms;
    const Ticks90k step = Ticks90k(static_cast<std::int64_t>(frame_ms * 90));
    const Cutter::Decision decision = cutter.on_frame(time, key, time, step);
    if (!decision.cut) continue;
    cutter.cut(decision.at, decision.ends_segment);
    if (decision.ends_segment) {
      segments.push_back({static_cast<double>((decision.at - start).count()) / 90000, decision.forced});
      start = decision.next;
      cutter.begin(start);
    }
  }
  return segments;
}

// MP-04, B21
TEST(Cutter, GroupsOfPicturesOfEveryLength) {
  struct Case {
    double gop_ms;
    double frame_ms;
    double segment;  // seconds of each segment
    std::int64_t target;
    bool forced;
  };
  const double ntsc = 1001 / 30.0;
  const Case cases[] = {
      {500, 40, 2, 2, false},
      {1000, 40, 2, 2, false},
      {1500, 1000 / 30.0, 1.5, 2, false},
      {1920, 40, 1.92, 2, false},
      {2000, 40, 2, 2, false},
      {60 * ntsc, ntsc, 2.002, 2, false},
      {30 * ntsc, ntsc, 2.002, 2, false},
      {2400, 40, 2.4, 3, false},
      {3000, 40, 3, 3, false},
      {6000, 40, 6, 6, false},
      {6480, 40, 6.48, 7, false},
      {250 * ntsc, ntsc, 8.342, 9, false},
      {10000, 40, 10, 10, false},
      {0, 40, 10.4, 10, true},
      {2000, 1000, 2, 2, false},
  };
  for (const Case& c : cases) {
    Cutter cutter({});
    const std::vector<Segment> segments = segments_of(c.gop_ms, c.frame_ms, Seconds(120), cutter);
    ASSERT_GE(segments.size(), 10u) << c.gop_ms;
    for (const Segment& segment : segments) {
      EXPECT_NEAR(segment.duration, c.segment, 0.0411) << c.gop_ms;
      EXPECT_EQ(segment.forced, c.forced) << c.gop_ms;
      EXPECT_LE(segment.duration, static_cast<double>(c.target) + 0.499) << c.gop_ms;
    }
    EXPECT_EQ(cutter.target_duration().count(), c.target) << c.gop_ms;
  }
}

// MP-03
TEST(Cutter, LongGroupsAfterTheFirstSegmentAreCutWithinTheTarget) {
  Cutter cutter({});
  cutter.begin(Ticks90k(0));
  cutter.cut(Seconds(2), true);
  for (const Segment& segment : segments_of(10000, 40, Seconds(60), cutter)) {
    EXPECT_LE(segment.duration, 2.49);
    EXPECT_GE(segment.duration, 0.1);
  }
  EXPECT_EQ(cutter.target_duration(), Seconds(2));
}

TEST(Cutter, TargetIsTheWishRoundedUp) {
  EXPECT_EQ(Cutter({Millis(2500), {}, Millis(10000)}).target_duration(), Seconds(3));
  EXPECT_EQ(Cutter({Millis(500), {}, Millis(10000)}).target_duration(), Seconds(1));
  EXPECT_EQ(Cutter({Millis(4000), {}, Millis(10000)}).target_duration(), Seconds(4));
}

// B23
TEST(Cutter, KeyFrameRightAfterACutEndsNoSegment) {
  Cutter cutter({});
  cutter.begin(Ticks90k(0));
  cutter.on_frame(Seconds(0), true, Seconds(0), Millis(40));
  EXPECT_TRUE(cutter.on_frame(Millis(2400), true, Millis(2400), Millis(40)).cut);
  cutter.cut(Millis(2400), true);
  cutter.begin(Millis(2400));
  EXPECT_FALSE(cutter.on_frame(Millis(2480), true, Millis(2480), Millis(40)).cut);
}

TEST(Cutter, ShortHoleBelongsToTheSegmentsAroundIt) {
  Cutter cutter({});
  cutter.begin(Ticks90k(0));
  cutter.cut(Seconds(2), true);
  cutter.begin(Seconds(2));
  const auto decision = cutter.on_frame(Millis(4700), false, Millis(4240), Millis(40));
  EXPECT_TRUE(decision.cut && decision.ends_segment);
  EXPECT_EQ(decision.at, Ticks90k(Millis(4490)));
  EXPECT_EQ(decision.next, decision.at);
}

TEST(Cutter, LongHoleBelongsToNobody) {
  Cutter cutter({});
  cutter.begin(Ticks90k(0));
  cutter.cut(Seconds(2), true);
  cutter.begin(Seconds(2));
  const auto decision = cutter.on_frame(Millis(8000), true, Millis(3040), Millis(40));
  EXPECT_TRUE(decision.cut && decision.ends_segment);
  EXPECT_EQ(decision.at, Ticks90k(Millis(3040)));
  EXPECT_EQ(decision.next, Ticks90k(Seconds(8)));
}

TEST(Cutter, ClosingTimeIsWithinTheLimitAndNeverNothing) {
  Cutter cutter({});
  cutter.begin(Ticks90k(0));
  cutter.cut(Seconds(2), true);
  cutter.begin(Seconds(2));
  EXPECT_EQ(cutter.closing_time(Seconds(3)), Ticks90k(Seconds(3)));
  EXPECT_EQ(cutter.closing_time(Seconds(9)), Ticks90k(Millis(4490)));
  EXPECT_EQ(cutter.closing_time(Seconds(1)), Ticks90k(Millis(2001)));
}

// B28
TEST(Cutter, PartsAreNearlyTheirTargetAndSegmentsWholeParts) {
  Cutter cutter({Millis(2000), Millis(500), Millis(10000)});
  cutter.begin(Ticks90k(0));
  Ticks90k start{};
  int parts = 0;
  for (int frame = 0; frame < 300; ++frame) {
    const Ticks90k time = Millis(frame * 40);
    const auto decision = cutter.on_frame(time, frame % 50 == 0, time, Millis(40));
    if (!decision.cut) continue;
    const Ticks90k duration = decision.at - start;
    EXPECT_LE(duration, Ticks90k(Millis(500)));
    if (!decision.ends_segment) {
      EXPECT_GE(duration, Ticks90k(Millis(425)));
    }
    cutter.cut(decision.at, decision.ends_segment);
    if (decision.ends_segment) {
      EXPECT_EQ(parts, 4);
      cutter.begin(decision.next);
    }
    parts = decision.ends_segment ? 0 : parts + 1;
    start = decision.next;
  }
}

}  // namespace
}  // namespace sluice::timeline
