// Publishers whose clocks jump, wrap or stop, and publishers who go away and return.
#include <gtest/gtest.h>

#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::PeriodCause;
using media::TrackKind;

// TS-01, TS-02, TS-03, TS-05
TEST(TimeFaults, WrapsAndOddStartsLeaveNoTrace) {
  for (const std::int64_t offset : {0LL, 3000000000LL, 0xFFFFFFFFLL - 3000, 0xFFFFFFLL - 3000, 0x7FFFFFFFLL - 3000}) {
    Publisher publisher;
    publisher.configs();
    publisher.run({.to_ms = 10000, .offset = offset});
    publisher.end();
    EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000 4.000-6.000 6.000-8.000 8.000-10.000") << offset;
    EXPECT_EQ(publisher.entries.periods.size(), 1u) << offset;
    EXPECT_EQ(publisher.timeline.counters().restamped, 0u) << offset;
  }
}

TEST(TimeFaults, WrapAt31BitsLeavesNoTrace) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000, .offset = 0x80000000LL - 4000});
  publisher.run({.from_ms = 4000, .to_ms = 8000, .offset = -4000});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000 4.000-6.000 6.000-8.000");
}

// TS-04, B17
TEST(TimeFaults, JumpOfAnHourIsADiscontinuityAtTheNextKeyFrame) {
  for (const std::int64_t jump : {3600000LL, -3600000LL, 11000LL, -1000LL}) {
    Publisher publisher;
    publisher.configs();
    publisher.run({.to_ms = 4000, .offset = 5000000});
    publisher.run({.from_ms = 4000, .to_ms = 10000, .offset = 5000000 + jump});
    publisher.end();
    ASSERT_EQ(publisher.entries.periods.size(), 2u) << jump;
    EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::timestamps);
    EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 0u) << jump;
    EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 250u) << jump;
    EXPECT_NEAR(static_cast<double>((publisher.entries.listed.back().start).count()) / 90000, 18, 0.1) << jump;
  }
}

TEST(TimeFaults, MillisecondBackIsRepairedAndNothingElse) {
  Publisher publisher;
  publisher.video_config();
  for (const std::int64_t ms : {0, 40, 39, 120, 160, 160, 240}) publisher.video(ms, ms == 0);
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.timeline.counters().repaired_dts, 2u);
  EXPECT_EQ(publisher.entries.times(TrackKind::video),
            (std::vector<std::int64_t>{900000, 903600, 903690, 910800, 914400, 914490, 921600}));
}

// B17
TEST(TimeFaults, RogueFramesAreRestampedInPlace) {
  Publisher publisher;
  publisher.video_config();
  for (int frame = 0; frame < 100; ++frame) {
    const std::int64_t ms = frame * 40;
    publisher.arrival_ms = ms;
    publisher.video(frame % 30 == 10 ? 3000000 : frame % 30 == 20 ? 0 : ms, frame % 50 == 0);
  }
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  const auto times = publisher.entries.times(TrackKind::video);
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_EQ(times[i], 900000 + static_cast<std::int64_t>(i) * 3600) << i;
  EXPECT_GT(publisher.timeline.counters().restamped, 4u);
}

// B20, F4-05
TEST(TimeFaults, AnHourOf44100HzAudioBesideVideoHasNoGap) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 3600000, .fps = 10, .gop = 20});
  publisher.end();
  const auto times = publisher.entries.times(TrackKind::audio);
  for (std::size_t i = 1; i < times.size(); ++i) ASSERT_EQ(times[i] - times[i - 1], 1024) << i;
  EXPECT_GT(times.size(), 155000u);
}

// DC-01, DC-02
TEST(TimeFaults, PublisherWhoReturnsGoesOnInTheSameTimeline) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 5000});
  publisher.end();
  for (std::int64_t at = 5000; at < 12000; at += 250) publisher.time(at);
  publisher.arrival_ms = 12000;
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.configs();
  publisher.run({.from_ms = 12000, .to_ms = 16000, .offset = -12000});
  publisher.end();
  EXPECT_EQ(publisher.spans(),
            "0.000-2.000 2.000-4.000 4.000-5.000 gap 5.000-7.000 gap 7.000-9.000 9.000-11.000 11.000-13.000");
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::publisher);
  EXPECT_EQ(publisher.entries.periods[1].number, 8u);
  EXPECT_EQ(publisher.entries.periods[1].wall_start, Publisher::kWallStart + Seconds(12)) << "the true wall clock";
}

TEST(TimeFaults, QuickReturnLeavesNoGap) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.end();
  for (std::int64_t at = 4000; at < 6900; at += 100) publisher.time(at);
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.configs();
  publisher.run({.from_ms = 6900, .to_ms = 9000});
  publisher.end();
  EXPECT_EQ(publisher.timeline.gaps(), 0u);
}

// DC-01: a new entry within 1.5 target durations, for as long as nobody returns.
TEST(TimeFaults, GapsComeAtThePaceOfSegments) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.end();
  std::size_t listed = publisher.entries.listed.size();
  std::int64_t changed = 4000;
  for (std::int64_t at = 4000; at < 64000; at += 100) {
    publisher.time(at);
    if (publisher.entries.listed.size() == listed) continue;
    listed = publisher.entries.listed.size();
    EXPECT_LE(at - changed, 3000);
    changed = at;
  }
  EXPECT_EQ(publisher.timeline.gaps(), 29u);
}

TEST(TimeFaults, NoGapsBeforeAnythingWasCut) {
  Publisher publisher;
  publisher.time(100000);
  publisher.configs();
  publisher.video(0, false);
  publisher.time(200000);
  publisher.end();
  publisher.time(300000);
  EXPECT_TRUE(publisher.entries.listed.empty());
}

// MP-22
TEST(TimeFaults, SilentPublisherGetsGapsAndThenANewPeriod) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 5000});
  for (std::int64_t at = 5000; at < 20000; at += 250) publisher.time(at);
  EXPECT_EQ(publisher.timeline.counters().stalls, 1u);
  publisher.run({.from_ms = 20000, .to_ms = 24000});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::stall);
  EXPECT_EQ(publisher.spans(),
            "0.000-2.000 2.000-4.000 4.000-5.000 gap 5.000-7.000 gap 7.000-9.000 gap 9.000-11.000 11.000-13.000 "
            "13.000-15.000");
  EXPECT_EQ(publisher.entries.periods[1].wall_start, Publisher::kWallStart + Seconds(20));
}

TEST(TimeFaults, ReturnWithPFramesWaitsForTheKeyFrameUnderOneNumber) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.end();
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.configs();
  publisher.run({.from_ms = 5000, .to_ms = 6000, .key_first = false});
  publisher.end();
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.configs();
  publisher.run({.from_ms = 7000, .to_ms = 9000});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 3u);
  EXPECT_EQ(publisher.entries.periods[1].number, 8u);
  EXPECT_EQ(publisher.entries.periods[2].number, 8u);
}

// B45
TEST(TimeFaults, WallClockSteppedBackDoesNotTakeDatesBack) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.end();
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.configs();
  publisher.run({.from_ms = -3600000, .to_ms = -3598000});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_GE(publisher.entries.periods[1].wall_start, Publisher::kWallStart + Seconds(4));
  EXPECT_LE(publisher.entries.periods[1].wall_start, Publisher::kWallStart + Millis(4100));
}

TEST(TimeFaults, FreshTimelineMayBeginAsARestart) {
  Publisher publisher({}, {4, 2, PeriodCause::restart});
  publisher.configs();
  publisher.run({.to_ms = 2000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods[0].cause, PeriodCause::restart);
  EXPECT_EQ(publisher.entries.listed[0].msn, 4u);
}

}  // namespace
}  // namespace sluice::timeline
