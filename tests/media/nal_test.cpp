#include "sluice/media/nal.hpp"

#include <gtest/gtest.h>

#include "hex.hpp"

namespace sluice::media {
namespace {

using test::hex;

std::vector<Bytes> nals_of(ByteView unit, std::uint8_t length_size, bool* ok) {
  std::vector<Bytes> found;
  NalReader nals(unit, length_size);
  while (nals.next()) found.emplace_back(nals.nal().begin(), nals.nal().end());
  *ok = nals.ok();
  return found;
}

TEST(NalReader, WalksUnitsForEachLengthSize) {
  bool ok = false;
  const std::vector<Bytes> expected = {hex("65 88"), hex("41")};
  EXPECT_EQ(nals_of(hex("02 65 88 01 41"), 1, &ok), expected);
  EXPECT_TRUE(ok);
  EXPECT_EQ(nals_of(hex("0002 65 88 0001 41"), 2, &ok), expected);
  EXPECT_TRUE(ok);
  EXPECT_EQ(nals_of(hex("00000002 65 88 00000001 41"), 4, &ok), expected);
  EXPECT_TRUE(ok);
}

TEST(NalReader, PassesOverEmptyUnits) {
  bool ok = false;
  EXPECT_EQ(nals_of(hex("0000 0001 41 0000"), 2, &ok), std::vector<Bytes>{hex("41")});
  EXPECT_TRUE(ok);
}

// MT-04
TEST(NalReader, LengthPastTheEndIsAFaultAtEveryCut) {
  const Bytes unit = hex("00000002 65 88 00000003 41 9A 00");
  for (std::size_t size = 0; size <= unit.size(); ++size) {
    bool ok = false;
    nals_of(ByteView(unit).first(size), 4, &ok);
    EXPECT_EQ(ok, size == 0 || size == 6 || size == unit.size()) << size;
  }
}

TEST(NalReader, UnknownLengthSizeIsAFault) {
  bool ok = true;
  nals_of(hex("01 41"), 0, &ok);
  EXPECT_FALSE(ok);
}

TEST(Unescape, RemovesEmulationPreventionOnly) {
  EXPECT_EQ(unescape(hex("67 00 00 03 01 00 00 03 00 00 03"), 1), hex("00 00 01 00 00 00 00"));
  EXPECT_EQ(unescape(hex("67 00 03 00 00 04 03"), 1), hex("00 03 00 00 04 03"));
  EXPECT_EQ(unescape(hex("67"), 1), Bytes());
  EXPECT_EQ(unescape(hex("42"), 2), Bytes());
}

}  // namespace
}  // namespace sluice::media
