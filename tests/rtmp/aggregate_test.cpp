#include "sluice/rtmp/aggregate.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::hex;

Outcome<std::vector<Message>> split(const Bytes& payload, std::uint32_t timestamp_ms = 1000) {
  AggregateReader reader(testing::message(message_type::kAggregate, 7, timestamp_ms, payload));
  std::vector<Message> messages;
  for (;;) {
    auto next = reader.next();
    if (!next) return next.error();
    if (!*next) return messages;
    messages.push_back(std::move(**next));
  }
}

const char* const kThree = R"(
    08 000001 000064 00 000000 a0        0000000c
    09 000002 00006e 00 000000 b0 b1     0000000d
    08 000000 000078 00 000000           0000000b)";

// CS-26: the times inside begin at 100, the aggregate's is 1000.
TEST(Aggregate, GivesItsMessagesWithItsTimeAndStream) {
  const auto messages = split(hex(kThree));
  ASSERT_TRUE(messages.has_value());
  ASSERT_EQ(messages->size(), 3u);
  EXPECT_EQ((*messages)[0].timestamp_ms, 1000u);
  EXPECT_EQ((*messages)[1].timestamp_ms, 1010u);
  EXPECT_EQ((*messages)[2].timestamp_ms, 1020u);
  EXPECT_EQ((*messages)[1].type, 9);
  EXPECT_EQ((*messages)[1].stream_id, 7u);
  EXPECT_TRUE(std::ranges::equal((*messages)[1].payload.view(), hex("b0 b1")));
  EXPECT_TRUE((*messages)[2].payload.empty());
}

// CS-26
TEST(Aggregate, TheLastBackPointerMayBeMissing) {
  Bytes bytes = hex(kThree);
  bytes.resize(bytes.size() - 4);
  EXPECT_EQ(split(bytes)->size(), 3u);
}

// CS-26: the top byte of a sub-message's time stands behind the other three, and the shift is modulo 2^32.
TEST(Aggregate, TimesHave32BitsAndWrap) {
  const auto messages = split(hex("08 000000 fffff0 ff 000000 0000000b 08 000000 000010 00 000000"), 5);
  ASSERT_TRUE(messages.has_value());
  EXPECT_EQ((*messages)[0].timestamp_ms, 5u);
  EXPECT_EQ((*messages)[1].timestamp_ms, 37u);
}

// CS-26
TEST(Aggregate, SizesBeyondTheEndAreErrors) {
  EXPECT_FALSE(split(hex("08 000002 000064 00 000000 a0")).has_value());
  EXPECT_FALSE(split(hex("08 000002 0000")).has_value());
  EXPECT_TRUE(split({}).has_value());
}

}  // namespace
}  // namespace sluice::rtmp
