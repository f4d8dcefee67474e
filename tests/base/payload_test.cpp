#include "sluice/base/payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace sluice {
namespace {

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

bool has_zero_padding(const Payload& payload) {
  return std::all_of(payload.data() + payload.size(), payload.data() + payload.size() + Payload::kPadding,
                     [](std::uint8_t byte) { return byte == 0; });
}

Bytes copy(const Payload& payload) { return Bytes(payload.view().begin(), payload.view().end()); }

TEST(Payload, IsEmptyByDefault) {
  const Payload payload;
  EXPECT_TRUE(payload.empty());
  EXPECT_EQ(payload.size(), 0u);
  EXPECT_TRUE(Payload::copy_of({}).empty());
}

TEST(Payload, HoldsACopyWithZeroesBehindIt) {
  Bytes bytes = counting(100);
  const Payload payload = Payload::copy_of(bytes);
  bytes[0] = 99;
  EXPECT_EQ(copy(payload), counting(100));
  EXPECT_TRUE(has_zero_padding(payload));
}

TEST(Payload, CopiesAndSlicesShareTheBytesAndOutliveTheFirst) {
  Payload whole = Payload::copy_of(counting(100));
  const std::uint8_t* data = whole.data();
  const Payload second = whole;
  const Payload part = whole.slice(10, 5);
  const Payload tail = whole.slice(90);
  whole = Payload();
  EXPECT_EQ(second.data(), data);
  EXPECT_EQ(part.data(), data + 10);
  EXPECT_EQ(copy(part), (Bytes{10, 11, 12, 13, 14}));
  EXPECT_EQ(tail.size(), 10u);
  EXPECT_EQ(copy(second), counting(100));
}

TEST(Payload, SlicesNeverReachOutside) {
  const Payload payload = Payload::copy_of(counting(10));
  EXPECT_EQ(payload.slice(10).size(), 0u);
  EXPECT_EQ(payload.slice(8, 100).size(), 2u);
  EXPECT_EQ(payload.slice(0, 0).size(), 0u);
}

TEST(Payload, MovesLeaveAnEmptyOne) {
  Payload first = Payload::copy_of(counting(3));
  const Payload second = std::move(first);
  EXPECT_EQ(second.size(), 3u);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what a move leaves is promised
}

TEST(Payload, AssigningToItselfKeepsIt) {
  Payload payload = Payload::copy_of(counting(3));
  const Payload& same = payload;
  payload = same;
  EXPECT_EQ(copy(payload), counting(3));
}

TEST(PayloadBuilder, GathersPiecesOfEverySize) {
  const Bytes whole = counting(5000);
  for (const std::size_t piece : {1u, 7u, 128u, 4096u, 5000u}) {
    PayloadBuilder builder;
    for (std::size_t at = 0; at < whole.size(); at += piece) {
      const ByteView rest = ByteView(whole).subspan(at);
      builder.append(rest.first(std::min(piece, rest.size())), whole.size());
    }
    const Payload payload = builder.finish();
    EXPECT_EQ(copy(payload), whole) << piece;
    EXPECT_TRUE(has_zero_padding(payload)) << piece;
    EXPECT_EQ(builder.size(), 0u);
  }
}

TEST(PayloadBuilder, MemoryFollowsWhatArrivedAndNotWhatWasDeclared) {
  PayloadBuilder builder;
  constexpr std::size_t kDeclared = 16 << 20;
  const Bytes piece = counting(128);
  while (builder.size() < 100000) {
    builder.append(piece, kDeclared);
    ASSERT_LE(builder.capacity(), 2 * builder.size() + 4096) << builder.size();
  }
}

TEST(PayloadBuilder, ClearForgetsWhatWasGathered) {
  PayloadBuilder builder;
  builder.append(counting(10), 10);
  builder.clear();
  EXPECT_TRUE(builder.finish().empty());
  builder.append(counting(2), 2);
  EXPECT_EQ(copy(builder.finish()), counting(2));
}

TEST(PayloadBuilder, MovesTakeTheBytesAlong) {
  PayloadBuilder first;
  first.append(counting(10), 10);
  PayloadBuilder second(std::move(first));
  EXPECT_EQ(copy(second.finish()), counting(10));
}

}  // namespace
}  // namespace sluice
