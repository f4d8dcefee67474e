#include "sluice/mux/annexb.hpp"

#include <gtest/gtest.h>

namespace sluice::mux {
namespace {

const Bytes kRecord = {1, 100, 0, 11, 0xff, 0xe1, 0, 4, 0x67, 1, 2, 3, 1, 0, 2, 0x68, 9, 0xfd, 0xf8, 0xf8, 0};
const Bytes kDelimiter = {0, 0, 0, 1, 9, 0xf0};
const Bytes kSets = {0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 9};

Bytes joined(std::initializer_list<Bytes> pieces) {
  Bytes bytes;
  for (const Bytes& piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
  return bytes;
}

Bytes converted(const Bytes& unit, bool key) {
  Bytes out;
  EXPECT_TRUE(append_annexb(out, parse_avc_record(kRecord).value(), unit, key).has_value());
  return out;
}

// M2T-05.
TEST(AnnexB, AKeyFrameGetsDelimiterAndParameterSets) {
  const Bytes unit = {0, 0, 0, 2, 6, 5, 0, 0, 0, 3, 0x65, 8, 8};
  EXPECT_EQ(converted(unit, true), joined({kDelimiter, kSets, {0, 0, 0, 1, 6, 5}, {0, 0, 0, 1, 0x65, 8, 8}}));
}

TEST(AnnexB, ParameterSetsInTheUnitAreEnough) {
  const Bytes unit = {0, 0, 0, 2, 0x67, 7, 0, 0, 0, 2, 0x68, 7, 0, 0, 0, 2, 0x65, 8};
  EXPECT_EQ(converted(unit, true),
            joined({kDelimiter, {0, 0, 0, 1, 0x67, 7}, {0, 0, 0, 1, 0x68, 7}, {0, 0, 0, 1, 0x65, 8}}));
}

TEST(AnnexB, ADelimiterInTheUnitIsNotDoubled) {
  const Bytes unit = {0, 0, 0, 2, 9, 0x10, 0, 0, 0, 0, 0, 0, 0, 2, 0x41, 8};
  EXPECT_EQ(converted(unit, false), joined({kDelimiter, {0, 0, 0, 1, 0x41, 8}}));
}

TEST(AnnexB, ShortLengthsAreRead) {
  AvcParameters parameters = parse_avc_record(kRecord).value();
  parameters.nal_length_size = 2;
  Bytes out;
  ASSERT_TRUE(append_annexb(out, parameters, Bytes{0, 1, 0x41}, false).has_value());
  EXPECT_EQ(out, joined({kDelimiter, {0, 0, 0, 1, 0x41}}));
}

TEST(AnnexB, ALengthThatOverrunsIsAnErrorAtEveryCut) {
  const Bytes unit = {0, 0, 0, 3, 0x65, 8, 8, 0, 0, 0, 1, 0x65};
  for (std::size_t size = 0; size <= unit.size(); ++size) {
    Bytes out;
    const bool whole = size == 0 || size == 7 || size == unit.size();
    EXPECT_EQ(append_annexb(out, parse_avc_record(kRecord).value(), ByteView(unit).first(size), true).has_value(),
              whole);
    EXPECT_EQ(out.empty(), !whole);
  }
}

TEST(AvcRecord, ARecordCutInsideItsSetsIsAnError) {
  for (std::size_t size = 0; size < 17; ++size) {
    EXPECT_FALSE(parse_avc_record(ByteView(kRecord).first(size)).has_value()) << size;
  }
  EXPECT_EQ(parse_avc_record(kRecord).value().parameter_sets, kSets);
  EXPECT_EQ(parse_avc_record(kRecord).value().nal_length_size, 4u);
}

}  // namespace
}  // namespace sluice::mux
