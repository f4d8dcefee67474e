#include "sluice/media/bit_reader.hpp"

#include <gtest/gtest.h>

#include "hex.hpp"

namespace sluice::media {
namespace {

using test::hex;

TEST(BitReader, ReadsAcrossByteBorders) {
  const Bytes bytes = hex("A5 C3 FF 00 12 34");
  BitReader bits(bytes);
  EXPECT_EQ(bits.bits(3), 5u);
  EXPECT_EQ(bits.bits(7), 0x17u);
  EXPECT_EQ(bits.bits(6), 3u);
  EXPECT_EQ(bits.bits(32), 0xFF001234u);
  EXPECT_TRUE(bits.ok());
  EXPECT_EQ(bits.remaining(), 0u);
}

TEST(BitReader, FailsForGoodWhenBitsRunOut) {
  const Bytes bytes = hex("FF");
  BitReader bits(bytes);
  EXPECT_EQ(bits.bits(9), 0u);
  EXPECT_FALSE(bits.ok());
  EXPECT_EQ(bits.bits(1), 0u);
  EXPECT_FALSE(bits.ok());
}

TEST(BitReader, SkippingPastTheEndFails) {
  const Bytes bytes = hex("FF FF");
  BitReader bits(bytes);
  bits.skip(16);
  EXPECT_TRUE(bits.ok());
  bits.skip(1);
  EXPECT_FALSE(bits.ok());
}

TEST(BitReader, ReadsExpGolombNumbers) {
  struct Case {
    const char* bytes;
    std::uint32_t unsigned_value;
    std::int32_t signed_value;
  };
  const Case cases[] = {
      {"80", 0, 0},
      {"40", 1, 1},
      {"60", 2, -1},
      {"20", 3, 2},
      {"28", 4, -2},
      {"08 80", 16, -8},
      {"00 00 00 01 FF FF FF FE", 0xFFFFFFFE, INT32_MIN + 1},
  };
  for (const Case& c : cases) {
    const Bytes bytes = hex(c.bytes);
    BitReader reader(bytes);
    EXPECT_EQ(reader.ue(), c.unsigned_value) << c.bytes;
    BitReader again(bytes);
    EXPECT_EQ(again.se(), c.signed_value) << c.bytes;
    EXPECT_TRUE(reader.ok() && again.ok());
  }
}

TEST(BitReader, ThirtyOneZerosAreANumberAndThirtyTwoAFault) {
  const Bytes longest = hex("00 00 00 01 00 00 00 00");
  BitReader good(longest);
  EXPECT_EQ(good.ue(), 0x7FFFFFFFu);
  EXPECT_TRUE(good.ok());
  const Bytes zeros = hex("00 00 00 00 80 00 00 00 00");
  BitReader bad(zeros);
  EXPECT_EQ(bad.ue(), 0u);
  EXPECT_FALSE(bad.ok());
}

TEST(BitReader, ReadsLeb128UpTo32Bits) {
  struct Case {
    const char* bytes;
    std::uint32_t value;
    bool ok;
  };
  const Case cases[] = {{"00", 0, true},
                        {"7F", 127, true},
                        {"80 01", 128, true},
                        {"FF FF FF FF 0F", 0xFFFFFFFF, true},
                        {"80 80 80 80 10", 0, false},
                        {"80 80 80 80 80 80 80 80 00", 0, false},
                        {"80", 0, false}};
  for (const Case& c : cases) {
    const Bytes bytes = hex(c.bytes);
    BitReader bits(bytes);
    EXPECT_EQ(bits.leb128(), c.value) << c.bytes;
    EXPECT_EQ(bits.ok(), c.ok) << c.bytes;
  }
}

}  // namespace
}  // namespace sluice::media
