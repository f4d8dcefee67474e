#include "sluice/rtmp/amf3.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::hex;
using testing::join;

Result<amf::Value> decode(const Bytes& bytes) {
  ByteReader reader(bytes);
  amf::DecodeBudget budget;
  return amf3::decode(reader, budget);
}

// AMF-06
TEST(Amf3, DecodesPlainValues) {
  struct Row {
    const char* bytes;
    amf::Value value;
  };
  const std::vector<Row> rows = {
      {"00", amf::Undefined()},
      {"01", amf::Null()},
      {"02", false},
      {"03", true},
      {"04 7f", 127.0},
      {"04 81 00", 128.0},
      {"04 ff 7f", 16383.0},
      {"04 81 80 00", 16384.0},
      {"04 bf ff ff ff", 268435455.0},
      {"04 ff ff ff ff", -1.0},
      {"04 c0 80 80 00", -268435456.0},
      {"05 3ff8000000000000", 1.5},
      {"06 07 616263", "abc"},
      {"06 01", ""},
      {"0b 05 3c3e", amf::Xml{"<>"}},
      {"08 01 4000000000000000", amf::Date{2.0}},
      {"0c 05 aabb", amf::Unsupported()},
      {"09 05 01 02 03", amf::StrictArray{{false, true}}},
  };
  for (const Row& row : rows) {
    const auto value = decode(hex(row.bytes));
    ASSERT_TRUE(value.has_value()) << row.bytes << ": " << value.error().message;
    EXPECT_EQ(*value, row.value) << row.bytes;
    const Bytes bytes = hex(row.bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))).has_value());
    }
  }
}

// AMF-06: sealed and dynamic members, keys and traits by reference.
TEST(Amf3, DecodesObjects) {
  const auto sealed = decode(hex("0a 13 01 03 61 06 03 78"));
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(*sealed, testing::object({{"a", "x"}}));

  const auto dynamic = decode(hex("0a 0b 01 07 617070 06 09 6c697665 01"));
  ASSERT_TRUE(dynamic.has_value());
  EXPECT_EQ(*dynamic, testing::object({{"app", "live"}}));

  // An array of two objects: the second has the traits of the first, and its value is its key.
  const auto shared = decode(hex("09 05 01 0a 13 01 03 61 06 03 78 0a 01 06 00"));
  ASSERT_TRUE(shared.has_value()) << shared.error().message;
  EXPECT_EQ(*shared, (amf::StrictArray{{testing::object({{"a", "x"}}), testing::object({{"a", "a"}})}}));
}

TEST(Amf3, ArraysWithKeysBecomeObjects) {
  const auto value = decode(hex("09 03 03 61 03 01 02"));
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, (amf::Object{amf::Object::Form::ecma_array, {}, {{"a", true}, {"0", false}}}));
}

TEST(Amf3, BadReferencesAndExternalizableObjectsAreErrors) {
  for (const char* bytes : {"06 00", "0a 01", "0a 07 01", "0d", "11"})
    EXPECT_FALSE(decode(hex(bytes)).has_value()) << bytes;
}

// LIM-13
TEST(Amf3, NestingIsLimitedTo16) {
  const auto nested = [](std::size_t depth) {
    Bytes bytes;
    for (std::size_t i = 0; i < depth; ++i) bytes = join(bytes, hex("09 03 01"));
    return join(bytes, hex("01"));
  };
  EXPECT_TRUE(decode(nested(16)).has_value());
  EXPECT_FALSE(decode(nested(17)).has_value());
}

// LIM-13: a string repeated by reference counts each time.
TEST(Amf3, RepeatedStringsCountAgainstTheLimit) {
  const auto repeated = [](std::size_t times) {
    ByteWriter writer;
    writer.append(hex("09 81 00 01"));  // filled in below: 1 + times items
    const auto head = static_cast<std::uint16_t>((times + 1) << 1 | 1);
    *writer.at(1) = static_cast<std::uint8_t>(0x80 | head >> 7);
    *writer.at(2) = static_cast<std::uint8_t>(head & 0x7F);
    writer.append(hex("06 a0 01"));  // 2048 bytes
    writer.append(std::string(2048, 'x'));
    for (std::size_t i = 0; i < times; ++i) writer.append(hex("06 00"));
    return std::move(writer).take();
  };
  EXPECT_TRUE(decode(repeated(31)).has_value());
  EXPECT_FALSE(decode(repeated(32)).has_value());
}

}  // namespace
}  // namespace sluice::rtmp
