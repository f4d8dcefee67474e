#include "sluice/timeline/track_clock.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::timeline {
namespace {

constexpr std::uint32_t kSamples = 1024;

// F4-05, TS-07: an hour of 44.1 kHz AAC with timestamps rounded to milliseconds.
TEST(TrackClock, AnHourOfAacHasNoGapAndNoDrift) {
  for (const std::uint32_t rate : {44100u, 48000u, 22050u, 11025u}) {
    TrackClock clock(rate, kSamples);
    std::int64_t count = 0;
    std::int64_t first = 0;
    for (double seconds = 0; seconds < 3600; seconds = static_cast<double>(count) * kSamples / rate) {
      const auto placed = clock.place(Seconds(10) + Millis(std::llround(seconds * 1000)), kSamples);
      if (count == 0) first = placed.dts;
      ASSERT_EQ(placed.dts, first + count * kSamples);
      ASSERT_FALSE(placed.resynced || placed.repaired);
      ++count;
    }
  }
}

TEST(TrackClock, AudioWhoseRateDiffersFromItsTimestampsIsBroughtBackRarely) {
  TrackClock clock(48000, kSamples);
  int resyncs = 0;
  std::int64_t last = -1;
  for (int i = 0; i < 168750; ++i) {  // an hour, timestamps 100 ppm fast
    const double ms = i * 1024 / 48.0 * 1.0001;
    const auto placed = clock.place(Millis(std::llround(ms)), kSamples);
    ASSERT_GT(placed.dts, last);
    last = placed.dts;
    resyncs += placed.resynced ? 1 : 0;
    ASSERT_LE(std::abs(placed.dts - ms * 48), 48 * 45) << i;
  }
  EXPECT_GE(resyncs, 7);
  EXPECT_LE(resyncs, 9);
}

TEST(TrackClock, JitterOfAudioTimestampsIsSmoothed) {
  TrackClock clock(48000, kSamples);
  for (int i = 0; i < 1000; ++i) {
    // Four frames stamped at once, as some senders do.
    const auto placed = clock.place(Millis(std::llround(i / 4 * 4 * 1024 / 48.0)), kSamples);
    ASSERT_EQ(placed.dts, i * 1024);
  }
}

TEST(TrackClock, LostAudioLeavesItsGap) {
  TrackClock clock(48000, kSamples);
  clock.place(Millis(0), kSamples);
  const auto placed = clock.place(Millis(3000), kSamples);
  EXPECT_TRUE(placed.resynced);
  EXPECT_EQ(placed.dts, 144000);
  EXPECT_EQ(clock.place(Millis(3021), kSamples).dts, 144000 + 1024);
}

TEST(TrackClock, ASmallLossIsNoticedWithinAFewFrames) {
  TrackClock clock(48000, kSamples);
  const auto at = [](int frame) { return Millis(std::llround(frame * 1024 / 48.0)); };
  clock.place(at(0), kSamples);
  int frames = 0;
  bool resynced = false;
  for (int i = 4; !resynced; ++i) {
    resynced = clock.place(at(i), kSamples).resynced;
    ASSERT_LT(++frames, 10);
  }
  EXPECT_EQ(frames, TrackClock::kDriftFrames);
}

// TS-04, B16
TEST(TrackClock, VideoThatDoesNotIncreaseIsMovedUpByAMillisecond) {
  TrackClock clock(90000, 3000);
  EXPECT_EQ(clock.place(Millis(100), 0).dts, 9000);
  for (const std::int64_t ms : {100, 99, 60}) {
    const std::int64_t last = clock.last();
    const auto placed = clock.place(Millis(ms), 0);
    EXPECT_TRUE(placed.repaired);
    EXPECT_EQ(placed.dts, last + 90);
  }
  const auto next = clock.place(Millis(140), 0);
  EXPECT_FALSE(next.repaired);
  EXPECT_EQ(next.dts, 12600);
}

TEST(TrackClock, FrameDurationIsTheLastOneThatNoRepairMade) {
  TrackClock clock(90000, 3000);
  clock.place(Millis(0), 0);
  EXPECT_EQ(clock.end(), 3000) << "the guess, before two frames came";
  clock.place(Millis(40), 0);
  EXPECT_EQ(clock.end(), 7200);
  clock.place(Millis(40), 0);
  EXPECT_EQ(clock.end(), 3690 + 3600);
  clock.place(Millis(5000), 0);
  EXPECT_EQ(clock.frame_time(), Ticks90k(3600)) << "a pause is no frame duration";
}

TEST(TrackClock, NothingBeginsBeforeAnEndThatWasTold) {
  TrackClock video(90000, 3000);
  video.place(Millis(0), 0);
  video.hold(9000);
  const auto placed = video.place(Millis(40), 0);
  EXPECT_EQ(placed.dts, 9000);
  EXPECT_TRUE(placed.repaired);
  TrackClock audio(48000, kSamples);
  audio.place(Millis(500), kSamples);
  audio.hold(audio.end());
  for (int i = 0; i < 20; ++i) EXPECT_GE(audio.place(Millis(0), kSamples).dts, 24000 + 1024);
}

}  // namespace
}  // namespace sluice::timeline
