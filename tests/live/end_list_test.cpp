#include "sluice/live/end_list.hpp"

#include <gtest/gtest.h>

namespace sluice::live {
namespace {

PublishEnd end_of(std::uint64_t packets) {
  const WallTime ended{Seconds(1795233312)};
  return {StreamName::make("live", "a").value(),
          SessionId::parse("20261121T035512Z-3f9a2c").value(),
          "192.0.2.7",
          ended,
          Seconds(2),
          packets,
          4000,
          "closed",
          "the encoder closed the connection"};
}

TEST(EndList, TheNewestComesFirst) {
  EndList list;
  list.add(end_of(1));
  list.add(end_of(2));
  EXPECT_EQ(list.newest_first().front().packets, 2u);
  EXPECT_EQ(list.newest_first().back().packets, 1u);
}

TEST(EndList, TheOldestMakesRoom) {
  EndList list;
  for (std::size_t i = 0; i < EndList::kKept + 3; ++i) list.add(end_of(i));
  EXPECT_EQ(list.newest_first().size(), EndList::kKept);
  EXPECT_EQ(list.newest_first().front().packets, EndList::kKept + 2);
  EXPECT_EQ(list.newest_first().back().packets, 3u);
}

}  // namespace
}  // namespace sluice::live
