#include "sluice/rtmp/handshake.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::join;
using testing::pattern;

const Bytes kC0 = {3};

Bytes answer_to(std::uint64_t seed, const Bytes& c1) {
  Handshake handshake(seed);
  const Bytes sent = join(kC0, c1);
  ByteView input(sent);
  EXPECT_TRUE(handshake.feed(input).has_value());
  return handshake.take_output();
}

// HS-01, HS-02, HS-03, HS-04, HS-05: the C1 here has random bytes where version 0 belongs.
TEST(Handshake, AnswersWithVersionThenFillerThenTheEcho) {
  const Bytes c1 = pattern(1536, 9);
  const Bytes answer = answer_to(1, c1);
  ASSERT_EQ(answer.size(), 3073u);
  EXPECT_EQ(answer[0], 3);
  EXPECT_EQ(Bytes(answer.begin() + 1 + 4, answer.begin() + 1 + 8), Bytes(4, 0));
  EXPECT_EQ(Bytes(answer.begin() + 1 + 1536, answer.end()), c1);
}

// HS-03
TEST(Handshake, FillerDiffersWithTheSeed) {
  const Bytes c1 = pattern(1536);
  EXPECT_EQ(answer_to(1, c1), answer_to(1, c1));
  EXPECT_NE(answer_to(1, c1), answer_to(2, c1));
}

// HS-01: one byte at a time, nothing is said before C1 is whole.
TEST(Handshake, DrippedBytesAreAnsweredAfterTheLastOfC1) {
  Handshake handshake(1);
  const Bytes sent = join(kC0, pattern(1536));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_FALSE(handshake.has_output());
    EXPECT_TRUE(handshake.take_output().empty());
    ByteView byte = ByteView(sent).subspan(i, 1);
    ASSERT_TRUE(handshake.feed(byte).has_value());
  }
  EXPECT_TRUE(handshake.has_output());
  EXPECT_EQ(handshake.take_output().size(), 3073u);
  EXPECT_FALSE(handshake.has_output());
  EXPECT_FALSE(handshake.done());
}

// HS-06, HS-09: C2 may hold anything, and what follows it in the same bytes is left in the input, at every split.
TEST(Handshake, BytesBehindC2AreKeptAtEverySplit) {
  const Bytes sent = join(kC0, pattern(1536, 1), pattern(1536, 77), Bytes{0x02, 0x00});
  for (std::size_t split = 0; split <= sent.size(); split += 13) {
    Handshake handshake(1);
    ByteView first = ByteView(sent).first(split);
    ASSERT_TRUE(handshake.feed(first).has_value());
    ByteView second = ByteView(sent).subspan(split);
    ASSERT_TRUE(handshake.feed(second).has_value());
    EXPECT_TRUE(handshake.done());
    EXPECT_EQ(second.size(), std::min<std::size_t>(2, sent.size() - split)) << split;
  }
}

// HS-07, HS-08: only version 3 goes on; TLS is told apart.
TEST(Handshake, OtherFirstBytesFail) {
  for (unsigned version = 0; version < 256; ++version) {
    Handshake handshake(1);
    const Bytes sent = {static_cast<std::uint8_t>(version)};
    ByteView input(sent);
    const auto fed = handshake.feed(input);
    EXPECT_EQ(fed.has_value(), version == 3);
    if (version == 3) continue;
    EXPECT_EQ(fed.error().failure, version == 0x16 ? Failure::tls_on_clear_port : Failure::handshake_version);
    EXPECT_FALSE(handshake.has_output());
  }
}

}  // namespace
}  // namespace sluice::rtmp
