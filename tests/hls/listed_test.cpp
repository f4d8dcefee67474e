// What a request that waits asks for: LiveWindow::is_listed().
#include <gtest/gtest.h>

#include "hls/low_latency_fixture.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using testing::LowLatencyTest;

// LL-14, LL-15, LL-16: last whole segment 1002 of four parts, open segment 1003 with two.
TEST_F(LowLatencyTest, ListedIsWhatARequestAsksFor) {
  constexpr auto fmp4 = Container::fmp4;
  EXPECT_EQ(window_.is_listed(fmp4, 1000, {}), Listed::yes);  // nothing says yet that it names parts
  start();
  segments(2);
  writer_.parts(2);
  const std::optional<std::uint64_t> whole;
  const struct {
    std::uint64_t msn;
    std::optional<std::uint64_t> part;
    Listed listed;
  } cases[] = {
      {0, whole, Listed::yes},
      {999, 77, Listed::yes},
      {1000, 0, Listed::yes},
      {1001, 77, Listed::yes},
      {1002, whole, Listed::yes},
      {1002, 0, Listed::yes},
      {1002, 3, Listed::yes},
      {1002, 4, Listed::yes},  // is part 0 of 1003
      {1003, whole, Listed::not_yet},
      {1003, 0, Listed::yes},
      {1003, 1, Listed::yes},
      {1003, 2, Listed::not_yet},
      {1003, 6, Listed::not_yet},  // five ahead: 2.505 s
      {1003, 7, Listed::too_far},  // six ahead: 3.006 s
      {1003, UINT64_MAX, Listed::too_far},
      {1004, whole, Listed::not_yet},
      {1004, 0, Listed::not_yet},
      {1004, 4, Listed::not_yet},
      {1004, 5, Listed::too_far},
      {1005, whole, Listed::too_far},
      {1005, 0, Listed::too_far},
      {UINT64_MAX, whole, Listed::too_far},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(window_.is_listed(fmp4, one.msn, one.part), one.listed)
        << one.msn << "." << (one.part ? std::to_string(*one.part) : "whole");
  }
  // The open segment ends early: what was to be its next part is the first of the next.
  writer_.end_segment();
  EXPECT_EQ(window_.is_listed(fmp4, 1003, {}), Listed::yes);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 2), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 6), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 7), Listed::too_far);
  EXPECT_EQ(window_.is_listed(fmp4, 1004, 0), Listed::not_yet);
  writer_.parts(1);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 2), Listed::yes);
  EXPECT_EQ(window_.is_listed(fmp4, 1004, 0), Listed::yes);
}

TEST_F(LowLatencyTest, OneSecondPartsMayBeAskedForThreeAhead) {
  writer_.part_target = Millis(1000);
  start();
  writer_.part(Seconds(1));
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 3), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 4), Listed::too_far);
}

// LL-14: a segment without parts is there whole, and a gap is later than anything before it.
TEST_F(LowLatencyTest, ASegmentWithoutPartsAnswersForItsFirst) {
  start();
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 0), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 1), Listed::not_yet);
  writer_.gap();
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 1), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 0), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 1), Listed::not_yet);
}

}  // namespace
}  // namespace sluice::hls
