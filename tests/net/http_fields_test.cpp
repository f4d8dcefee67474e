#include "sluice/net/http_fields.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

// HC-05
TEST(HttpFields, RangesOfAThousandBytes) {
  const RangeAnswer whole{RangeKind::whole, {}};
  const RangeAnswer unsatisfiable{RangeKind::unsatisfiable, {}};
  const auto part = [](std::uint64_t first, std::uint64_t length) {
    return RangeAnswer{RangeKind::part, {first, length}};
  };
  const struct {
    const char* field;
    RangeAnswer expected;
  } cases[] = {
      {"bytes=0-0", part(0, 1)},
      {"bytes=0-499", part(0, 500)},
      {"bytes=500-", part(500, 500)},
      {"bytes=999-", part(999, 1)},
      {"bytes=-1", part(999, 1)},
      {"bytes=-5000", part(0, 1000)},
      {"bytes=0-9007199254740991", part(0, 1000)},
      {"bytes=0-18446744073709551615", part(0, 1000)},
      {"BYTES=1-2", part(1, 2)},
      {"bytes= 1-2 ", part(1, 2)},
      {"bytes=1000-", unsatisfiable},
      {"bytes=1000-2000", unsatisfiable},
      {"bytes=-0", unsatisfiable},
      {"", whole},
      {"bytes=", whole},
      {"bytes=-", whole},
      {"bytes=5", whole},
      {"bytes=5-4", whole},
      {"bytes=a-b", whole},
      {"bytes=1-2x", whole},
      {"bytes=+1-2", whole},
      {"bytes=--2", whole},
      {"bytes=0-1,5-6", whole},
      {"bytes=0-18446744073709551616", whole},
      {"seconds=0-1", whole},
  };
  for (const auto& c : cases) EXPECT_EQ(choose_range(c.field, 1000), c.expected) << c.field;
}

TEST(HttpFields, NoRangeOfNothingCanBeSatisfied) {
  EXPECT_EQ(choose_range("bytes=0-", 0).kind, RangeKind::unsatisfiable);
  EXPECT_EQ(choose_range("bytes=-5", 0).kind, RangeKind::unsatisfiable);
}

// HC-03
TEST(HttpFields, GzipIsSentToThoseWhoWantIt) {
  const struct {
    const char* field;
    bool expected;
  } cases[] = {
      {"", false},
      {"gzip", true},
      {"GZIP", true},
      {"x-gzip", true},
      {"gzip, deflate, br, zstd", true},
      {"deflate, br", false},
      {"gzip;q=0", false},
      {"gzip;q=0.000", false},
      {"gzip ; q=0.001", true},
      {"gzip;q=1.000", true},
      {"*", true},
      {"*;q=0", false},
      {"gzip;q=0, *", false},
      {"identity, gzip;q=0.5", false},
      {"identity;q=0.5, gzip;q=0.5", true},
      {"identity;q=0, gzip;q=0.1", true},
      {"gzip;q=nonsense", false},
      {"gzip;q=", false},
      {"gzipped", false},
      {",,gzip,,", true},
  };
  for (const auto& c : cases) EXPECT_EQ(accepts_gzip(c.field), c.expected) << c.field;
}

// HC-06
TEST(HttpFields, EntityTagsAreFoundInTheList) {
  EXPECT_TRUE(etag_listed(R"("a")", R"("a")"));
  EXPECT_TRUE(etag_listed(R"("x", "a")", R"("a")"));
  EXPECT_TRUE(etag_listed(R"(W/"a")", R"("a")"));
  EXPECT_TRUE(etag_listed("*", R"("a")"));
  EXPECT_FALSE(etag_listed(R"("a-gzip")", R"("a")"));
  EXPECT_FALSE(etag_listed("a", R"("a")"));
  EXPECT_FALSE(etag_listed("", R"("a")"));
}

TEST(HttpFields, DatesBothWays) {
  const struct {
    std::int64_t seconds;
    const char* text;
  } cases[] = {
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {1795233312, "Sat, 21 Nov 2026 03:55:12 GMT"},
      {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(http_date(WallTime(Seconds(c.seconds))), c.text);
    EXPECT_EQ(parse_http_date(c.text), WallTime(Seconds(c.seconds))) << c.text;
  }
  EXPECT_EQ(http_date(WallTime(Micros(999'999))), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpFields, WhatIsNoDateIsNone) {
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, 06 nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice::net
