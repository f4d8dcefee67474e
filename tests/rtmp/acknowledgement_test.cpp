#include "sluice/rtmp/acknowledgement.hpp"

#include <gtest/gtest.h>

namespace sluice::rtmp {
namespace {

// CS-22
TEST(AcknowledgementWindow, IsDueWhenTheWindowIsFull) {
  AcknowledgementWindow window;
  window.add(AcknowledgementWindow::kDefaultBytes - 1);
  EXPECT_FALSE(window.due());
  window.add(1);
  EXPECT_TRUE(window.due());
  EXPECT_EQ(window.acknowledge(), AcknowledgementWindow::kDefaultBytes);
  EXPECT_FALSE(window.due());
}

// CS-22
TEST(AcknowledgementWindow, FollowsThePeersWindowButNotZero) {
  AcknowledgementWindow window;
  window.set_window(10);
  window.set_window(0);
  window.add(9);
  EXPECT_FALSE(window.due());
  window.add(1);
  EXPECT_TRUE(window.due());
}

// CS-22: the sequence number wraps after 4 GiB.
TEST(AcknowledgementWindow, SequenceNumberWraps) {
  AcknowledgementWindow window(0xFFFFFF00);
  window.set_window(0x200);
  window.add(0x1FF);
  EXPECT_FALSE(window.due());
  window.add(1);
  EXPECT_EQ(window.acknowledge(), 0x100u);
  EXPECT_EQ(window.received(), 0x100000100u);
}

}  // namespace
}  // namespace sluice::rtmp
