#include "sluice/base/time.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Time, TicksRoundToNearestBothWays) {
  struct Case {
    std::int64_t ticks;
    std::uint32_t timescale;
    std::int64_t ticks90k;
  };
  const Case cases[] = {{0, 44100, 0},  {1024, 44100, 2090},   {44100, 44100, 90000},
                        {1, 1000, 90},  {-1024, 44100, -2090}, {1, 90000, 1},
                        {1, 180000, 1}, {-1, 180000, -1},      {1024, 48000, 1920}};
  for (const Case& c : cases) EXPECT_EQ(ticks_from(c.ticks, c.timescale).count(), c.ticks90k) << c.ticks;
  EXPECT_EQ(ticks_in(Ticks90k(90000), 44100), 44100);
  EXPECT_EQ(ticks_in(Ticks90k(1), 44100), 0);
  EXPECT_EQ(ticks_in(Ticks90k(2), 44100), 1);
  EXPECT_EQ(ticks_in(Ticks90k(1), 45000), 1) << "halves go away from zero";
  EXPECT_EQ(ticks_in(Ticks90k(-1), 45000), -1);
}

// B19
TEST(Time, ConversionsDoNotOverflowInAThousandYears) {
  constexpr std::int64_t kSeconds = 1000LL * 366 * 86400;
  EXPECT_EQ(ticks_from(kSeconds * 192000, 192000).count(), kSeconds * 90000);
  EXPECT_EQ(ticks_in(Ticks90k(kSeconds * 90000), 192000), kSeconds * 192000);
  EXPECT_EQ(to_micros(Ticks90k(kSeconds * 90000)).count(), kSeconds * 1000000);
  EXPECT_EQ(to_ticks(Micros(kSeconds * 1000000)).count(), kSeconds * 90000);
}

TEST(Time, MicrosRoundToNearest) {
  EXPECT_EQ(to_micros(Ticks90k(1)).count(), 11);
  EXPECT_EQ(to_micros(Ticks90k(5)).count(), 56);
  EXPECT_EQ(to_ticks(Micros(11)).count(), 1);
  EXPECT_EQ(to_ticks(Micros(5)).count(), 0);
}

TEST(Time, IsWrittenInUtc) {
  struct Case {
    std::int64_t micros;
    const char* rfc3339;
    const char* compact;
  };
  const Case cases[] = {
      {0, "1970-01-01T00:00:00.000Z", "19700101T000000Z"},
      {1795233312345999, "2026-11-21T03:55:12.345Z", "20261121T035512Z"},
      {951782400000000, "2000-02-29T00:00:00.000Z", "20000229T000000Z"},
      {-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(to_rfc3339(WallTime(Micros(c.micros))), c.rfc3339);
    EXPECT_EQ(to_compact_utc(WallTime(Micros(c.micros))), c.compact);
  }
}

}  // namespace
}  // namespace sluice
