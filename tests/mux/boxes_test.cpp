#include "sluice/mux/boxes.hpp"

#include <gtest/gtest.h>

namespace sluice::mux {
namespace {

const Bytes kBoxes = {0, 0, 0, 9, 'f', 'r', 'e', 'e', 1, 0, 0, 0, 8, 'm', 'd', 'a', 't'};

TEST(Boxes, FollowEachOther) {
  const auto first = box_at(kBoxes, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, "free");
  EXPECT_EQ(first->content.size(), 1u);
  const auto second = box_at(kBoxes, first->size);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, "mdat");
  EXPECT_FALSE(box_at(kBoxes, kBoxes.size()));
  EXPECT_EQ(find_box(kBoxes, "mdat")->offset, 9u);
  EXPECT_FALSE(find_box(kBoxes, "moof"));
}

TEST(Boxes, ABoxThatOverrunsIsNone) {
  for (std::size_t size = 0; size < 9; ++size) EXPECT_FALSE(box_at(ByteView(kBoxes).first(size), 0)) << size;
  Bytes tiny = kBoxes;
  tiny[3] = 7;
  EXPECT_FALSE(box_at(tiny, 0));
  EXPECT_FALSE(box_at(kBoxes, 100));
}

}  // namespace
}  // namespace sluice::mux
