#include "sluice/timeline/unwrap.hpp"

#include <gtest/gtest.h>

namespace sluice::timeline {
namespace {

struct Case {
  const char* name;
  std::uint32_t from;
  std::uint32_t to;
  std::int64_t step;
};

// TS-01, TS-02, TS-03
const Case kCases[] = {
    {"32-bit wrap", 0xFFFFFFF0, 0x00000010, 32},
    {"32-bit wrap, backwards", 0x00000010, 0xFFFFFFF0, -32},
    {"31-bit wrap", 0x7FFFFFF0, 0x00000010, 32},
    {"31-bit wrap, the other track still before it", 0x00000010, 0x7FFFFFF0, -32},
    {"the 31-bit boundary of a sender that counts on", 0x7FFFFFF0, 0x80000010, 32},
    {"24-bit boundary", 0xFFFFF0, 0x1000010, 32},
    {"31-bit wrap, a minute wide at most", 0x80000000u - 60000, 59999, 119999},
    {"just outside of that minute: a jump back", 0x80000000u - 60001, 10, 10 - (0x80000000LL - 60001)},
    {"jump back by an hour", 7200000, 3600000, -3600000},
    {"jump forward by an hour", 0, 3600000, 3600000},
    {"nothing", 5, 5, 0},
};

TEST(Unwrap, StepsToTheNearestCongruentTime) {
  for (const Case& c : kCases) {
    Unwrap unwrap;
    const std::int64_t from = unwrap.accept(c.from);
    EXPECT_EQ(unwrap.value(c.to) - from, c.step) << c.name;
    EXPECT_EQ(unwrap.accept(c.to) - from, c.step) << c.name;
  }
}

// TS-05
TEST(Unwrap, FirstTimestampMayBeAnything) {
  for (const std::uint32_t raw : {0u, 3000000000u, 0xFFFFFFFFu}) {
    Unwrap unwrap;
    EXPECT_EQ(unwrap.accept(raw), std::int64_t{raw});
  }
}

TEST(Unwrap, GoesThroughManyWrapsOfBothKinds) {
  for (const std::uint64_t modulus : {std::uint64_t{1} << 31, std::uint64_t{1} << 32}) {
    Unwrap unwrap;
    std::int64_t last = unwrap.accept(0);
    std::uint64_t time = 0;
    for (int i = 0; i < 2000000; ++i) {
      time += 20011;
      const std::int64_t value = unwrap.accept(static_cast<std::uint32_t>(time % modulus));
      ASSERT_EQ(value - last, 20011) << time;
      last = value;
    }
    EXPECT_GT(time, 4 * modulus);
  }
}

TEST(Unwrap, InterleavedTracksCrossA31BitWrapWithoutLosingEachOther) {
  Unwrap unwrap;
  const std::int64_t start = unwrap.accept(0x7FFFFF00);
  for (std::int64_t ms = 0; ms < 1000; ms += 20) {
    const auto video = static_cast<std::uint32_t>((0x7FFFFF00 + ms) % 0x80000000);
    const auto audio = static_cast<std::uint32_t>((0x7FFFFF00 + ms - 150) % 0x80000000);
    ASSERT_EQ(unwrap.accept(video) - start, ms);
    ASSERT_EQ(unwrap.accept(audio) - start, ms - 150);
  }
}

TEST(Unwrap, LookingDoesNotMoveIt) {
  Unwrap unwrap;
  unwrap.accept(1000);
  unwrap.value(0xF0000000);
  EXPECT_EQ(unwrap.accept(1040), 1040);
}

}  // namespace
}  // namespace sluice::timeline
