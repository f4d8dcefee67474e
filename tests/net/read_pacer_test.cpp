#include "sluice/net/read_pacer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace sluice::net {
namespace {

// Could always read more, and takes itself out in its third turn.
class Greedy : public Paced {
 public:
  Greedy(boost::asio::io_context& context, ReadPacer& pacer) : context_(context), pacer_(pacer) {}

  bool on_turn() override {
    if (++turns == 1) {
      // What is posted from a posted handler runs behind a turn asked for at once, and before any tick.
      boost::asio::post(context_, [this] { boost::asio::post(context_, [this] { turns_at_once = turns; }); });
    }
    if (turns < 3) return true;
    pacer_.remove(*this);
    return false;
  }

  int turns = 0;
  int turns_at_once = 0;

 private:
  boost::asio::io_context& context_;
  ReadPacer& pacer_;
};

// Of three turns, those it had without a tick between them.
int turns_at_once(bool held_back) {
  boost::asio::io_context context;
  ReadPacer pacer(context.get_executor(), [held_back] { return held_back; });
  Greedy greedy(context, pacer);
  pacer.add(greedy);
  context.run();
  EXPECT_EQ(greedy.turns, 3);
  return greedy.turns_at_once;
}

TEST(ReadPacer, WhoCouldReadMoreGetsAnotherTurnAtOnce) { EXPECT_GT(turns_at_once(false), 1); }

// A turn at once would always be seen. On a machine that stands still for a while the tick may come first all the same,
// but not each time.
TEST(ReadPacer, WhoIsHeldBackGetsTheNextTurnAtTheNextTick) {
  int turns = turns_at_once(true);
  for (int i = 0; i < 50 && turns != 1; ++i) turns = turns_at_once(true);
  EXPECT_EQ(turns, 1);
}

TEST(ReadPacer, SleepsWhileThereIsNobody) {
  boost::asio::io_context context;
  ReadPacer pacer(context.get_executor());
  Greedy greedy(context, pacer);
  pacer.add(greedy);
  pacer.remove(greedy);
  context.run();
  EXPECT_EQ(greedy.turns, 0);
}

}  // namespace
}  // namespace sluice::net
