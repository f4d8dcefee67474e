#include "sluice/app/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::app {
namespace {

TEST(Nearest, DistancesAreKnownOnesBothWays) {
  struct Case {
    const char* a;
    const char* b;
    std::size_t distance;
  };
  for (const auto& [a, b, distance] :
       {Case{"", "", 0}, Case{"", "abc", 3}, Case{"abc", "abc", 0}, Case{"abc", "abd", 1}, Case{"abc", "acb", 1},
        Case{"listen", "lissten", 1}, Case{"kitten", "sitting", 3}, Case{"rtpm", "rtmp", 1}}) {
    EXPECT_EQ(edit_distance(a, b), distance) << a << " " << b;
    EXPECT_EQ(edit_distance(b, a), distance) << b << " " << a;
  }
}

TEST(Nearest, LongWordsAreComparedByTheirBeginning) {
  EXPECT_EQ(edit_distance(std::string(64, 'a') + "b", std::string(64, 'a') + "c"), 0u);
  EXPECT_EQ(edit_distance(std::string(100'000, 'a'), ""), 64u);
}

TEST(Nearest, PicksTheFirstOfTheNearest) {
  const std::vector<std::string> words = {"serve", "check-config", "recording"};
  EXPECT_EQ(nearest("serv", words), "serve");
  EXPECT_EQ(nearest("chekconfig", words), "check-config");
  EXPECT_EQ(nearest("", {}), "");
}

}  // namespace
}  // namespace sluice::app
