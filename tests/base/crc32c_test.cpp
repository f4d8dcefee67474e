#include "sluice/base/crc32c.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace sluice {
namespace {

struct Vector {
  const char* name;
  Bytes bytes;
  std::uint32_t crc;
};

// RFC 3720 section B.4, which prints the checksums in the order of their bytes; and the usual check value.
std::vector<Vector> vectors() {
  Bytes ascending(32);
  std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});
  const Bytes descending(ascending.rbegin(), ascending.rend());
  const ByteView digits = as_bytes("123456789");
  return {{"Nothing", {}, 0},
          {"Zeros", Bytes(32, 0x00), 0x8A9136AA},
          {"Ones", Bytes(32, 0xFF), 0x62A8AB43},
          {"Ascending", ascending, 0x46DD794E},
          {"Descending", descending, 0x113FDB5C},
          {"Digits", Bytes(digits.begin(), digits.end()), 0xE3069283}};
}

TEST(Crc32c, GivesThePublishedValuesBothWays) {
  for (const Vector& vector : vectors()) {
    EXPECT_EQ(crc32c(vector.bytes), vector.crc) << vector.name;
    EXPECT_EQ(crc32c_by_tables(vector.bytes), vector.crc) << vector.name;
  }
}

TEST(Crc32c, IsTheSameAtEveryLengthAndAlignmentBothWays) {
  Bytes bytes(80);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    for (std::size_t size = 0; offset + size <= bytes.size(); ++size) {
      const ByteView view = ByteView(bytes).subspan(offset, size);
      EXPECT_EQ(crc32c(view), crc32c_by_tables(view)) << offset << " " << size;
    }
  }
}

TEST(Crc32c, GoesOnFromAChecksumAtEverySplit) {
  const ByteView digits = as_bytes("123456789");
  for (std::size_t split = 0; split <= digits.size(); ++split) {
    EXPECT_EQ(crc32c(digits.subspan(split), crc32c(digits.first(split))), 0xE3069283) << split;
    EXPECT_EQ(crc32c_by_tables(digits.subspan(split), crc32c_by_tables(digits.first(split))), 0xE3069283) << split;
  }
}

}  // namespace
}  // namespace sluice
