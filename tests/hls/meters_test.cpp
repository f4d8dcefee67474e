#include <gtest/gtest.h>

#include "sluice/hls/bandwidth_meter.hpp"
#include "sluice/hls/frame_rate_meter.hpp"

namespace sluice::hls {
namespace {

constexpr Seconds kTarget{2};

// MV-04.
TEST(BandwidthMeter, PeakIsTheBusiestRunAndNeverFalls) {
  BandwidthMeter meter;
  EXPECT_EQ(meter.bandwidth(), 0u);
  meter.add(250000, Seconds(2), kTarget);  // 1 Mbit/s
  EXPECT_EQ(meter.bandwidth(), 1100000u);
  EXPECT_EQ(meter.average_bandwidth(), 1000000u);
  meter.add(500000, Seconds(2), kTarget);
  EXPECT_EQ(meter.bandwidth(), 2200000u);
  for (int i = 0; i < 50; ++i) meter.add(250000, Seconds(2), kTarget);
  EXPECT_EQ(meter.bandwidth(), 2200000u);
  EXPECT_EQ(meter.average_bandwidth(), 1020000u);
}

TEST(BandwidthMeter, SegmentsShorterThanHalfTheTargetCountTogether) {
  BandwidthMeter meter;
  meter.add(100000, Millis(500), kTarget);  // 1.6 Mbit/s, but too short for a run of its own
  meter.add(25000, Millis(500), kTarget);   // together 1 Mbit/s
  EXPECT_EQ(meter.bandwidth(), 1100000u);
}

TEST(BandwidthMeter, RunsAreNotLongerThanOneAndAHalfTargets) {
  BandwidthMeter meter;
  for (int i = 0; i < 4; ++i) meter.add(i == 3 ? 500000 : 0, Seconds(1), kTarget);
  EXPECT_EQ(meter.bandwidth(), 4400000u);
  meter.break_run();
  meter.add(500000, Millis(400), kTarget);  // no neighbour, and no run alone
  EXPECT_EQ(meter.bandwidth(), 4400000u);
}

TEST(BandwidthMeter, ASegmentLongerThanAnyRunCountsAlone) {
  BandwidthMeter meter;
  meter.add(1000000, Seconds(8), kTarget);
  EXPECT_EQ(meter.bandwidth(), 1100000u);
}

// MV-10.
TEST(FrameRateMeter, TheMedianOfTheFirstSegmentsIsKept) {
  FrameRateMeter meter;
  EXPECT_EQ(meter.rate().numerator, 0u);
  meter.add(20, Seconds(2));
  meter.add(34, Seconds(2));
  meter.add(35, Seconds(2));
  EXPECT_EQ(meter.rate(), (media::FrameRate{17000, 1000}));
  for (int i = 0; i < 10; ++i) meter.add(120, Seconds(2));
  EXPECT_EQ(meter.rate(), (media::FrameRate{17000, 1000}));
}

TEST(FrameRateMeter, CustomaryRatesAreFoundThroughMilliseconds) {
  FrameRateMeter pal;
  pal.add(50, Millis(2001));
  EXPECT_EQ(pal.rate(), (media::FrameRate{25, 1}));
  FrameRateMeter ntsc;
  ntsc.add(60, Millis(2002));
  EXPECT_EQ(ntsc.rate(), (media::FrameRate{30000, 1001}));
  FrameRateMeter web;
  web.add(60, Millis(2000));
  EXPECT_EQ(web.rate(), (media::FrameRate{30, 1}));
}

TEST(FrameRateMeter, NothingIsMeasuredFromNothing) {
  FrameRateMeter meter;
  meter.add(0, Seconds(2));
  meter.add(50, Ticks90k(0));
  EXPECT_EQ(meter.rate().numerator, 0u);
}

}  // namespace
}  // namespace sluice::hls
