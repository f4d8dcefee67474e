#include "sluice/media/bit_reader.hpp"

namespace sluice::media {

void BitReader::fail() {
  ok_ = false;
  position_ = bytes_.size() * 8;
}

std::uint32_t BitReader::bits(unsigned count) {
  if (count > remaining()) {
    fail();
    return 0;
  }
  std::uint32_t value = 0;
  while (count > 0) {
    const unsigned left_in_byte = 8 - position_ % 8;
    const unsigned take = count < left_in_byte ? count : left_in_byte;
    const std::uint32_t byte = bytes_[position_ / 8];
    value =
        static_cast<std::uint32_t>(std::uint64_t{value} << take) | (byte >> (left_in_byte - take) & ((1U << take) - 1));
    position_ += take;
    count -= take;
  }
  return value;
}

void BitReader::skip(std::size_t count) {
  if (count > remaining()) return fail();
  position_ += count;
}

std::uint32_t BitReader::ue() {
  unsigned zeros = 0;
  while (ok_ && !flag()) {
    if (++zeros > 31) fail();
  }
  if (!ok_) return 0;
  const std::uint32_t value = (1U << zeros) - 1 + bits(zeros);
  return ok_ ? value : 0;
}

std::int32_t BitReader::se() {
  const std::int64_t code = ue();
  return static_cast<std::int32_t>(code % 2 != 0 ? (code + 1) / 2 : -(code / 2));
}

std::uint32_t BitReader::leb128() {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint64_t byte = bits(8);
    value |= (byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) break;
    if (i == 7) fail();
  }
  if (value > 0xFFFFFFFF) fail();
  return ok_ ? static_cast<std::uint32_t>(value) : 0;
}

}  // namespace sluice::media
