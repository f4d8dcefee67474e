#include "sluice/hls/directives.hpp"

#include <gtest/gtest.h>

namespace sluice::hls {
namespace {

struct Case {
  const char* query;
  PlaylistDirectives directives;
};

TEST(Directives, EachIsUnderstood) {
  const Case cases[] = {
      {"", {}},
      {"_HLS_msn=1000", {1000, {}, false}},
      {"_HLS_msn=0", {0, {}, false}},
      {"_HLS_msn=18446744073709551615", {UINT64_MAX, {}, false}},
      {"_HLS_msn=007", {7, {}, false}},
      {"_HLS_msn=1000&_HLS_part=3", {1000, 3, false}},
      {"_HLS_part=0&_HLS_msn=1000", {1000, 0, false}},
      {"_HLS_skip=YES", {{}, {}, true}},
      {"_HLS_skip=v2", {{}, {}, true}},
      {"_HLS_msn=1000&_HLS_part=3&_HLS_skip=v2", {1000, 3, true}},
  };
  for (const Case& one : cases) {
    const auto parsed = parse_directives(one.query);
    ASSERT_TRUE(parsed.has_value()) << one.query << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, one.directives) << one.query;
  }
}

// HC-17, LL-18.
TEST(Directives, WhatIsNoneOfThemMeansNothing) {
  const Case cases[] = {
      {"a=1&_HLS_msn=5&b", {5, {}, false}},
      {"CMCD=bl%3D21300%2Cot%3Dm%2Csid%3D%226e2fb550%22&_HLS_msn=5", {5, {}, false}},
      {"_HLS_push=1&_HLS_report=x&_HLS_primary_id=y", {}},
      {"_HLS_skip=NO", {}},
      {"_HLS_skip", {}},
      {"_HLS_skip=yes", {}},
      {"_HLS_skip=YES&_HLS_skip=v3", {{}, {}, true}},
      {"_hls_msn=x&HLS_msn=x&_HLS_MSN=x", {}},
      {"&&=&=5&%", {}},
      {"x=_HLS_msn=5", {}},
  };
  for (const Case& one : cases) {
    const auto parsed = parse_directives(one.query);
    ASSERT_TRUE(parsed.has_value()) << one.query << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, one.directives) << one.query;
  }
}

TEST(Directives, EscapesAreDecodedOnce) {
  EXPECT_EQ(*parse_directives("%5fHLS_msn=%31%30&%5FHLS_part=%33"), (PlaylistDirectives{10, 3, false}));
  EXPECT_FALSE(parse_directives("_HLS_msn=%2531").has_value());
}

TEST(Directives, TheSameValueTwiceIsOne) {
  EXPECT_EQ(*parse_directives("_HLS_msn=5&_HLS_msn=5&_HLS_part=1&_HLS_part=01"), (PlaylistDirectives{5, 1, false}));
}

// LL-16.
TEST(Directives, ErrorsNameDirectiveAndValueAndWhatIsAllowed) {
  const std::string range = ": a decimal number from 0 to 18446744073709551615 is allowed";
  const struct {
    const char* query;
    std::string message;
  } cases[] = {
      {"_HLS_msn=x", "_HLS_msn is \"x\"" + range},
      {"_HLS_msn=", "_HLS_msn is \"\"" + range},
      {"_HLS_msn", "_HLS_msn is \"\"" + range},
      {"_HLS_msn=-1", "_HLS_msn is \"-1\"" + range},
      {"_HLS_msn=+1", "_HLS_msn is \"+1\"" + range},
      {"_HLS_msn= 1", "_HLS_msn is \" 1\"" + range},
      {"_HLS_msn=1.5", "_HLS_msn is \"1.5\"" + range},
      {"_HLS_msn=0x10", "_HLS_msn is \"0x10\"" + range},
      {"_HLS_msn=1%00", "_HLS_msn is \"1?\"" + range},
      {"_HLS_msn=\"<script>\xff", "_HLS_msn is \"?<script>?\"" + range},
      {"_HLS_msn=18446744073709551616", "_HLS_msn is \"18446744073709551616\"" + range},
      {"_HLS_msn=184467440737095516150", "_HLS_msn is \"18446744073709551615…\"" + range},
      {"_HLS_msn=5&_HLS_part=x", "_HLS_part is \"x\"" + range},
      {"_HLS_msn=5&_HLS_part=", "_HLS_part is \"\"" + range},
      {"_HLS_part=3", "_HLS_part is 3 without _HLS_msn: a part is asked for with the segment it belongs to"},
      {"_HLS_msn=5&_HLS_msn=6", "_HLS_msn has two values, 5 and 6: one is allowed"},
      {"_HLS_msn=5&_HLS_part=1&_HLS_part=2", "_HLS_part has two values, 1 and 2: one is allowed"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_directives(one.query);
    ASSERT_FALSE(parsed.has_value()) << one.query;
    EXPECT_EQ(parsed.error().message, one.message) << one.query;
  }
}

}  // namespace
}  // namespace sluice::hls
