// Whole publishes through the Timeline: where segments end. Every test also runs the EntryChecker.
#include <gtest/gtest.h>

#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::TrackKind;

TEST(Cuts, SegmentsEndAtKeyFrames) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 7000});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000 4.000-6.000 6.000-7.000");
  EXPECT_EQ(publisher.entries.listed[0].msn, 100u);
  EXPECT_EQ(publisher.timeline.next_msn(), 104u);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 175u);
  EXPECT_EQ(publisher.timeline.key_interval(), Ticks90k(Seconds(2)));
  ASSERT_EQ(publisher.entries.periods.size(), 1u);
  const media::Period& period = publisher.entries.periods[0];
  EXPECT_EQ(period.number, 7u);
  EXPECT_EQ(period.cause, media::PeriodCause::start);
  EXPECT_EQ(period.media_start, Ticks90k(Seconds(10)));
  EXPECT_EQ(period.wall_start, Publisher::kWallStart);
}

// AV-02
TEST(Cuts, VideoAlone) {
  Publisher publisher;
  publisher.video_config();
  publisher.run({.to_ms = 5000, .fps = 30000 / 1001.0, .gop = 60, .rate = 0});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.002 2.002-4.004 4.004-5.006");
  EXPECT_EQ(publisher.entries.tracks.size(), 1u);
}

// AV-01
TEST(Cuts, AudioAloneIsCutByTime) {
  Publisher publisher;
  publisher.audio_config();
  publisher.run({.to_ms = 5000, .fps = 0});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.020 2.020-4.040 4.040-5.016");
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
  EXPECT_EQ(publisher.timeline.key_interval(), std::nullopt);
}

// MP-04, B21: with 6 s groups first, the later ones may be anything.
TEST(Cuts, TargetDurationStaysWhatTheFirstSegmentNeeded) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 12000, .gop = 150});
  publisher.run({.from_ms = 12000, .to_ms = 32000, .gop = 1000});
  publisher.run({.from_ms = 32000, .to_ms = 40000, .gop = 25});
  publisher.end();
  EXPECT_EQ(publisher.timeline.target_duration(), Seconds(6));
  EXPECT_EQ(publisher.spans(),
            "0.000-6.000 6.000-12.000 12.000-18.440 18.440-24.880! 24.880-31.320! 31.320-32.000! 32.000-34.000 "
            "34.000-36.000 36.000-38.000 38.000-40.000");
  EXPECT_EQ(publisher.timeline.forced_cuts(), 3u);
}

// MP-06, B22
TEST(Cuts, DurationsOfAVariableFrameRateSumUpToTheTimeThatPassed) {
  Publisher publisher;
  publisher.video_config();
  std::int64_t ms = 0;
  std::int64_t step = 1;
  for (int frame = 0; ms < 60000; ++frame) {
    publisher.arrival_ms = ms;
    publisher.video(ms, frame % 20 == 0);
    step = step * 37 % 211;
    ms += step;
  }
  publisher.end();
  Ticks90k sum{};
  for (const Listed& item : publisher.entries.listed) sum += item.duration;
  const auto times = publisher.entries.times(TrackKind::video);
  EXPECT_NEAR(static_cast<double>((sum - Ticks90k(times.back() - times.front())).count()), 0, 90 * 211);
}

TEST(Cuts, BFramesKeepTheirCompositionTimes) {
  Publisher publisher;
  publisher.video_config();
  const std::int32_t composition[] = {80, 160, 80, 0, 40, -5};
  for (int frame = 0; frame < 60; ++frame) {
    publisher.arrival_ms = frame * 40;
    publisher.video(frame * 40, frame % 30 == 0, composition[frame % 6]);
  }
  publisher.end();
  for (int frame = 0; frame < 60; ++frame) {
    const media::Packet& packet = publisher.entries.packets[static_cast<std::size_t>(frame)].packet;
    EXPECT_EQ(packet.dts, 900000 + frame * 3600);
    EXPECT_EQ(packet.cts, composition[frame % 6] * 90);
  }
}

TEST(Cuts, AbsurdCompositionTimesAreLimited) {
  Publisher publisher;
  publisher.video_config();
  publisher.video(0, true, INT32_MAX);
  publisher.video(40, false, INT32_MIN);
  EXPECT_EQ(publisher.entries.packets[0].packet.cts, 900000);
  EXPECT_EQ(publisher.entries.packets[1].packet.cts, -900000);
}

// TS-06
TEST(Cuts, VideoGoesOnWithoutAudio) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.run({.from_ms = 4000, .to_ms = 14000, .rate = 0});
  publisher.run({.from_ms = 14000, .to_ms = 18000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.entries.listed.size(), 9u);
  for (const Listed& item : publisher.entries.listed) EXPECT_EQ(item.duration, Ticks90k(Seconds(2)));
  EXPECT_EQ(publisher.timeline.counters().audio_resyncs, 1u);
}

TEST(Cuts, AudioGoesOnWithoutVideo) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.run({.from_ms = 4000, .to_ms = 14000, .fps = 0});
  publisher.run({.from_ms = 14000, .to_ms = 18000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  Ticks90k sum{};
  for (const Listed& item : publisher.entries.listed) {
    EXPECT_FALSE(item.gap);
    sum += item.duration;
  }
  EXPECT_EQ(sum, Ticks90k(Seconds(18)));
  EXPECT_GE(publisher.timeline.forced_cuts(), 4u);
}

// An interleaver that hands out audio in bursts must not make us believe that video stopped.
TEST(Cuts, AudioFarAheadOfVideoForcesNothing) {
  Publisher publisher;
  publisher.configs();
  publisher.video(0, true);
  int sample = 0;
  for (int frame = 1; frame < 500; ++frame) {
    publisher.arrival_ms = frame * 40;
    while (sample * 1024 / 44.1 < frame * 40 + 3000) publisher.audio(sample++ * 10240 / 441);
    publisher.video(frame * 40, frame % 50 == 0);
  }
  publisher.end();
  EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
  EXPECT_EQ(publisher.entries.listed.size(), 10u);
}

// MP-22: a pause too long for any segment, and too short for a stall.
TEST(Cuts, PauseOfAllMediaIsListedAsGap) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 5000});
  publisher.run({.from_ms = 10000, .to_ms = 14000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.spans(),
            "0.000-2.000 2.000-4.000 4.000-5.000 gap 5.000-7.000 gap 7.000-9.000 gap 9.000-10.000 10.000-12.000 "
            "12.000-14.000");
}

TEST(Cuts, PartsFollowOneAnotherWithinSegments) {
  Publisher publisher({.part_duration = Millis(500)});
  publisher.configs();
  publisher.run({.to_ms = 6000});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000 4.000-6.000");
  EXPECT_EQ(publisher.entries.listed[0].parts, 1u) << "the target was not known";
  EXPECT_EQ(publisher.entries.listed[1].parts, 4u);
  EXPECT_EQ(publisher.entries.listed[2].parts, 4u);
}

// B23: a frame that came is never thrown away, so a segment may be short where a publish ends.
TEST(Cuts, SingleFrameIsASegmentAtTheEnd) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 2000});
  publisher.video(2000, true);
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-2.040");
}

TEST(Cuts, EndWithoutMediaListsNothing) {
  Publisher publisher;
  publisher.configs();
  publisher.end();
  EXPECT_TRUE(publisher.entries.listed.empty());
  EXPECT_TRUE(publisher.entries.periods.empty());
}

// TS-08
TEST(Cuts, FastEncoderClockIsFollowed) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 3600000, .clock = 1.0001});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  Ticks90k sum{};
  for (const Listed& item : publisher.entries.listed) sum += item.duration;
  EXPECT_NEAR(static_cast<double>(sum.count()) / 90000, 3600.36, 0.05);
  EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
  EXPECT_EQ(publisher.timeline.counters().repaired_dts, 0u);
}

}  // namespace
}  // namespace sluice::timeline
