#include "sluice/io/repeat_filter.hpp"

#include <gtest/gtest.h>

namespace sluice::io {
namespace {

MonoTime at(Millis time) { return MonoTime(time); }

class RepeatFilterTest : public testing::Test {
 protected:
  bool admit(std::string_view event, Millis time, std::string_view message = "m") {
    return filter_.admit(Level::warn, event, message, at(time));
  }
  RepeatFilter filter_{{.burst = 2, .window = Seconds(1)}};
};

// LG-04
TEST_F(RepeatFilterTest, ABurstPassesAndTheRestIsToldOnce) {
  EXPECT_TRUE(admit("a", Millis(0)));
  EXPECT_TRUE(admit("a", Millis(10)));
  EXPECT_FALSE(admit("a", Millis(20), "first held"));
  EXPECT_FALSE(admit("a", Millis(999), "last held"));
  EXPECT_TRUE(filter_.take_repeats(at(Millis(999))).empty());
  const auto repeats = filter_.take_repeats(at(Millis(1000)));
  ASSERT_EQ(repeats.size(), 1u);
  EXPECT_EQ(repeats[0].event, "a");
  EXPECT_EQ(repeats[0].count, 2u);
  EXPECT_EQ(repeats[0].message, "last held");
  EXPECT_EQ(repeats[0].level, Level::warn);
  EXPECT_TRUE(filter_.take_repeats(at(Millis(5000))).empty());
  EXPECT_TRUE(admit("a", Millis(5000)));
}

TEST_F(RepeatFilterTest, OneFloodDoesNotSilenceAnotherEvent) {
  for (int i = 0; i < 100; ++i) admit("flood", Millis(i));
  EXPECT_TRUE(admit("other", Millis(100)));
}

TEST_F(RepeatFilterTest, SlowEventsAlwaysPass) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(admit("a", Millis(600 * i))) << i;
  EXPECT_TRUE(filter_.take_repeats(at(Seconds(100))).empty());
}

TEST_F(RepeatFilterTest, WhatIsHeldBackIsNotForgottenWhenTheNextWindowBegins) {
  for (int i = 0; i < 5; ++i) admit("a", Millis(0));
  EXPECT_FALSE(admit("a", Millis(2000)));  // nobody has told of the other three yet
  const auto repeats = filter_.take_repeats(at(Millis(2000)));
  ASSERT_EQ(repeats.size(), 1u);
  EXPECT_EQ(repeats[0].count, 4u);
}

}  // namespace
}  // namespace sluice::io
