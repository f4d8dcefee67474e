#include "sluice/base/bytes.hpp"

#include <gtest/gtest.h>

#include "hex.hpp"

namespace sluice {
namespace {

using test::hex;

TEST(Bytes, NumbersOfEveryWidthGoBothWays) {
  ByteWriter writer;
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u24(0x040506);
  writer.u32(0x0708090A);
  writer.u64(0x0B0C0D0E0F101112);
  writer.u16_le(0x0203);
  writer.u32_le(0x0708090A);
  writer.u64_le(0x0B0C0D0E0F101112);
  const Bytes expected = hex("01 0203 040506 0708090A 0B0C0D0E0F101112 0302 0A090807 1211100F0E0D0C0B");
  EXPECT_EQ(Bytes(writer.view().begin(), writer.view().end()), expected);

  ByteReader reader(expected);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u24(), 0x040506u);
  EXPECT_EQ(reader.u32(), 0x0708090Au);
  EXPECT_EQ(reader.u64(), 0x0B0C0D0E0F101112u);
  EXPECT_EQ(reader.u16_le(), 0x0203);
  EXPECT_EQ(reader.u32_le(), 0x0708090Au);
  EXPECT_EQ(reader.u64_le(), 0x0B0C0D0E0F101112u);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(Bytes, ReaderFailsForGoodAtTheFirstReadThatDoesNotFit) {
  const Bytes bytes = hex("0102");
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u24(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0u) << "the bytes that are there are not read any more";
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Bytes, ReaderTakesExactlyWhatIsLeft) {
  const Bytes bytes = hex("010203");
  ByteReader reader(bytes);
  reader.skip(1);
  const ByteView rest = reader.take(2);
  EXPECT_EQ(Bytes(rest.begin(), rest.end()), hex("0203"));
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_TRUE(reader.ok());
  reader.take(1);
  EXPECT_FALSE(reader.ok());
}

TEST(Bytes, WriterCanFillInALengthLater) {
  ByteWriter writer;
  writer.u8(0);
  writer.append("abc");
  *writer.at(0) = 3;
  EXPECT_EQ(std::move(writer).take(), hex("03616263"));
}

TEST(Bytes, TextAndBytesAreViewsOfEachOther) { EXPECT_EQ(as_text(as_bytes("rtmp")), "rtmp"); }

}  // namespace
}  // namespace sluice
