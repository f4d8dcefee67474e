#include "sluice/rtmp/amf0.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::hex;
using testing::join;
using testing::to_hex;

Result<amf::Value> decode(const Bytes& bytes) {
  ByteReader reader(bytes);
  amf::DecodeBudget budget;
  return amf0::decode(reader, budget);
}

std::string encoded(const amf::Value& value) {
  ByteWriter writer;
  amf0::encode(writer, value);
  return to_hex(writer.view());
}

struct Row {
  const char* name;
  amf::Value value;
  const char* bytes;
};

std::vector<Row> rows() {
  using Form = amf::Object::Form;
  return {
      {"number", 1.5, "00 3ff8000000000000"},
      {"true", true, "01 01"},
      {"false", false, "01 00"},
      {"string", "abc", "02 0003 616263"},
      {"empty string", "", "02 0000"},
      {"object", testing::object({{"a", 1.0}, {"b", "x"}}), "03 0001 61 00 3ff0000000000000 0001 62 02 0001 78 000009"},
      {"empty object", testing::object({}), "03 000009"},
      {"null", amf::Null(), "05"},
      {"undefined", amf::Undefined(), "06"},
      {"ECMA array", amf::Object{Form::ecma_array, {}, {{"a", true}}}, "08 00000001 0001 61 01 01 000009"},
      {"strict array", amf::StrictArray{{amf::Null(), "x"}}, "0a 00000002 05 02 0001 78"},
      {"date", amf::Date{2.0}, "0b 4000000000000000 0000"},
      {"unsupported", amf::Unsupported(), "0d"},
      {"XML", amf::Xml{"<a/>"}, "0f 00000004 3c612f3e"},
      {"typed object", amf::Object{Form::typed, "T", {{"a", amf::Null()}}}, "10 0001 54 0001 61 05 000009"},
  };
}

// AMF-01
TEST(Amf0, DecodesAndEncodesEveryKind) {
  for (const Row& row : rows()) {
    const auto value = decode(hex(row.bytes));
    ASSERT_TRUE(value.has_value()) << row.name << ": " << value.error().message;
    EXPECT_EQ(*value, row.value) << row.name;
    EXPECT_EQ(encoded(row.value), to_hex(hex(row.bytes))) << row.name;
  }
}

TEST(Amf0, LongStringsHaveTheirOwnMarker) {
  EXPECT_EQ(*decode(hex("0c 00000003 616263")), amf::Value("abc"));
  const std::string text(0x10000, 'x');
  EXPECT_EQ(encoded(text).substr(0, 10), "0c00010000");
  ByteWriter writer;
  amf0::encode(writer, text);
  EXPECT_EQ(*decode(Bytes(writer.view().begin(), writer.view().end())), amf::Value(text));
}

TEST(Amf0, EveryValueThatEndsEarlyIsAnError) {
  for (const Row& row : rows()) {
    const Bytes bytes = hex(row.bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto value = decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
      // An object may end where its next key would be: some encoders leave the end marker out.
      if (value.has_value()) {
        EXPECT_NE(value->object(), nullptr) << row.name << " of " << size;
      }
    }
  }
}

// AMF-01
TEST(Amf0, MovieClipsRecordSetsAndReferencesAreErrors) {
  for (const char* bytes : {"04", "0e", "07 0000", "09", "12", "ff"})
    EXPECT_FALSE(decode(hex(bytes)).has_value()) << bytes;
}

// AMF-02
TEST(Amf0, TheCountOfAnEcmaArrayIsAHint) {
  const Bytes entries = hex("0001 61 05 0001 62 05 0001 63 05 000009");
  for (const char* count : {"00000000", "00000014", "ffffffff"}) {
    const auto value = decode(join(hex("08"), hex(count), entries));
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(value->object()->properties.size(), 3u);
  }
}

// AMF-04
TEST(Amf0, TheLastOfEqualKeysWins) {
  const auto value = decode(hex("03 0001 61 02 0001 78 0001 61 02 0001 79 000009"));
  EXPECT_EQ(value->object()->find("a")->text(), "y");
  EXPECT_EQ(value->object()->find("A"), nullptr);
}

// AMF-05
TEST(Amf0, OnlyWholeNumbersOf32BitsAreIds) {
  EXPECT_EQ(amf::Value(0.0).whole_number(), 0u);
  EXPECT_EQ(amf::Value(4294967295.0).whole_number(), 0xFFFFFFFFu);
  for (const double bad : {-1.0, 1.5, 4294967296.0, 1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(amf::Value(bad).whole_number(), std::nullopt) << bad;
  }
  EXPECT_EQ(amf::Value("1").whole_number(), std::nullopt);
}

Bytes nested(std::size_t depth) {
  Bytes bytes;
  for (std::size_t i = 0; i < depth; ++i) bytes = join(bytes, hex("03 0001 61"));
  bytes = join(bytes, hex("05"));
  for (std::size_t i = 0; i < depth; ++i) bytes = join(bytes, hex("000009"));
  return bytes;
}

// AMF-07, LIM-13
TEST(Amf0, NestingIsLimitedTo16) {
  EXPECT_TRUE(decode(nested(16)).has_value());
  EXPECT_FALSE(decode(nested(17)).has_value());
  const Bytes deep(200000, 0x0A);  // strict arrays, each the item of the one before
  EXPECT_FALSE(decode(deep).has_value());
}

// AMF-07
TEST(Amf0, PropertiesAndItemsAreLimitedTo1024) {
  const auto array = [](std::uint32_t count) {
    ByteWriter writer;
    writer.u8(0x0A);
    writer.u32(count);
    for (std::uint32_t i = 0; i < count; ++i) writer.u8(0x05);
    return std::move(writer).take();
  };
  EXPECT_TRUE(decode(array(1024)).has_value());
  EXPECT_FALSE(decode(array(1025)).has_value());
}

// AMF-07
TEST(Amf0, KeysAreLimitedTo256Bytes) {
  const auto with_key = [](std::size_t size) {
    ByteWriter writer;
    amf0::encode(writer, testing::object({{std::string(size, 'k'), amf::Null()}}));
    return std::move(writer).take();
  };
  EXPECT_TRUE(decode(with_key(256)).has_value());
  EXPECT_FALSE(decode(with_key(257)).has_value());
}

// AMF-07
TEST(Amf0, TextIsLimitedInSum) {
  const auto with_text = [](std::size_t size) {
    ByteWriter writer;
    amf0::encode(writer, amf::StrictArray{{std::string(size, 'x'), std::string(size, 'y')}});
    return std::move(writer).take();
  };
  EXPECT_TRUE(decode(with_text(32 * 1024)).has_value());
  EXPECT_FALSE(decode(with_text(32 * 1024 + 1)).has_value());
}

}  // namespace
}  // namespace sluice::rtmp
