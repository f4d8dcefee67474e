#include "sluice/timeline/pace.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::timeline {
namespace {

TEST(Pace, IsSteadyWhenTheLastFramesDifferByRoundingOnly) {
  for (const double fps : {24.0, 25.0, 30000 / 1001.0, 30.0, 50.0, 60000 / 1001.0, 60.0}) {
    Pace pace;
    for (int frame = 0; frame < 1000; ++frame) {
      pace.add(Millis(std::llround(frame * 1000 / fps)));
      const auto steady = pace.steady();
      ASSERT_EQ(steady.has_value(), frame >= static_cast<int>(Pace::kFrames)) << frame;
      if (!steady) continue;
      ASSERT_EQ(steady->shortest, Ticks90k(Millis(std::llround(std::floor(1000 / fps)))));
      ASSERT_NEAR(static_cast<double>(steady->mean.count()), 90000 / fps, 90 / 8.0 + 1);
    }
  }
}

TEST(Pace, IsLostWithAFrameThatComesAtAnotherAndFoundAfterEightOthers) {
  Pace pace;
  for (int frame = 0; frame < 20; ++frame) pace.add(Millis(frame * 40));
  EXPECT_TRUE(pace.steady());
  pace.add(Millis(20 * 40 + 4));
  EXPECT_FALSE(pace.steady());
  for (int frame = 21; frame < 29; ++frame) {
    pace.add(Millis(frame * 40 + 4));
    EXPECT_EQ(pace.steady().has_value(), frame == 28);
  }
  pace.forget();
  EXPECT_FALSE(pace.steady());
}

}  // namespace
}  // namespace sluice::timeline
