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

// LL-03
TEST(Cutter, PartTargetIsTheWholeNumberOfFramesNearestToTheWish) {
  struct Case {
    double frame_ms;
    std::int64_t wish;
    std::int64_t target;
  };
  const double aac = 1024 / 44.1;
  const Case cases[] = {{1000 / 24.0, 200, 210}, {1000 / 24.0, 500, 501}, {40, 500, 521},          {40, 200, 201},
                        {1001 / 30.0, 500, 502}, {1000 / 30.0, 500, 501}, {1000 / 30.0, 200, 201}, {20, 500, 501},
                        {1000 / 60.0, 500, 501}, {aac, 500, 512},         {aac, 200, 210},         {1000, 500, 1001},
                        {700, 500, 701},         {3000, 500, 2000}};
  for (const Case& c : cases) {
    FrameTimes frames;
    for (int i = 0; i <= 60; ++i) frames.add(Ticks90k(static_cast<std::int64_t>(i * c.frame_ms * 90)));
    EXPECT_EQ(choose_part_target(Millis(c.wish), frames, {}, Seconds(2)).count(), c.target) << c.frame_ms;
  }
}

TEST(Cutter, AHoleInTheFirstSegmentMakesNoPartTargetAndALongFrameDoes) {
  FrameTimes hole;
  for (int i = 0; i < 40; ++i) hole.add(Millis(i * 40 + (i > 20 ? 900 : 0)));
  EXPECT_EQ(choose_part_target(Millis(200), hole, {}, Seconds(2)), Millis(201));
  FrameTimes uneven;
  for (int i = 0; i < 40; ++i) uneven.add(Millis(i * 200 + (i % 2) * 150));
  EXPECT_EQ(choose_part_target(Millis(200), uneven, {}, Seconds(2)), Millis(351));
}

TEST(Cutter, TheOnlyFrameOfAFirstSegmentIsTheMeasure) {
  EXPECT_EQ(choose_part_target(Millis(500), {}, Millis(40), Seconds(2)), Millis(521));
}

Cutter running(Millis part_target) {
  Cutter cutter({Millis(2000), {}, Millis(10000), Seconds(2), part_target});
  cutter.begin(Ticks90k(0));
  cutter.on_frame(Seconds(0), true, Seconds(0), Millis(40));
  return cutter;
}

TEST(Cutter, ALateFrameIsTakenBackToWhereThePartEnds) {
  Cutter cutter = running(Millis(501));
  EXPECT_FALSE(cutter.on_frame(Millis(400), false, Millis(400), Millis(40)).cut);
  const auto decision = cutter.on_frame(Millis(700), false, Millis(440), Millis(300));
  EXPECT_TRUE(decision.cut && !decision.ends_segment && decision.move);
  EXPECT_EQ(decision.at, Ticks90k(Millis(501)));
  EXPECT_EQ(decision.next, decision.at);
}

TEST(Cutter, AVeryLateFrameBeginsASegmentAndALaterOneLeavesAHole) {
  for (const auto& [late, hole] : {std::pair(900, false), std::pair(1100, true)}) {
    Cutter cutter = running(Millis(301));
    cutter.cut(Millis(300), false);
    cutter.on_frame(Millis(500), false, Millis(340), Millis(200));
    const Ticks90k time = Millis(601 + late);
    const auto decision = cutter.on_frame(time, false, Millis(540), Millis(1000));
    EXPECT_TRUE(decision.cut && decision.ends_segment && decision.forced);
    EXPECT_EQ(decision.at, hole ? Ticks90k(Millis(540)) : Ticks90k(Millis(601)));
    EXPECT_EQ(decision.next, hole ? time : decision.at);
    EXPECT_EQ(decision.move.has_value(), !hole);
  }
}

TEST(Cutter, SlowFramesMakeASegmentOnePart) {
  Cutter cutter = running(Millis(501));
  EXPECT_FALSE(cutter.on_frame(Millis(900), false, Millis(40), Millis(900)).cut);
  EXPECT_FALSE(cutter.on_frame(Millis(1800), false, Millis(1800), Millis(40)).cut);
  const auto decision = cutter.on_frame(Millis(2000), true, Millis(1840), Millis(200));
  EXPECT_TRUE(decision.cut && decision.ends_segment && !decision.forced && !decision.move);
  EXPECT_EQ(decision.at, Ticks90k(Millis(2000)));
  EXPECT_EQ(cutter.slow_segments(), 1u);
}

TEST(Cutter, WithAPartTargetOfNothingThereAreNoParts) {
  Cutter cutter({Millis(2000), Millis(500), Millis(10000), Seconds(2), Millis(0)});
  cutter.begin(Ticks90k(0));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(cutter.on_frame(Millis(i * 40), i == 0, Millis(i * 40), Millis(40)).cut);
  EXPECT_TRUE(cutter.on_frame(Seconds(2), true, Seconds(2), Millis(40)).ends_segment);
}

}  // namespace
}  // namespace sluice::timeline
