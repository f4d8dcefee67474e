#include "sluice/base/compact_time.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(CompactTime, WhatIsWrittenIsReadBack) {
  for (const std::int64_t second : {std::int64_t{0}, std::int64_t{951782400}, std::int64_t{1795233312},
                                    std::int64_t{4102444799}, std::int64_t{253402300799}}) {
    const WallTime time{Seconds(second)};
    EXPECT_EQ(parse_compact_utc(to_compact_utc(time)), time) << to_compact_utc(time);
  }
  EXPECT_EQ(parse_compact_utc("20240229T235959Z"), WallTime(Seconds(1709251199)));
}

TEST(CompactTime, MomentsThatNoCalendarHasAreRefused) {
  for (const char* text : {"", "20261121T035512", "20261121T035512Z ", "20261121t035512Z", "2026-11-21T03:55:12Z",
                           "20261121T0355121Z", "20260229T000000Z", "20261301T000000Z", "20260001T000000Z",
                           "20260132T000000Z", "20260100T000000Z", "20261121T240000Z", "20261121T006000Z",
                           "20261121T000060Z", "19691231T235959Z", "-0261121T035512Z", "+0261121T035512Z"}) {
    EXPECT_FALSE(parse_compact_utc(text)) << text;
  }
}

}  // namespace
}  // namespace sluice
