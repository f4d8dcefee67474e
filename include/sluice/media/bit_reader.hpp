// BitReader: the bits of a codec's header, most significant first, with the variable-length numbers of H.264, HEVC and
// AV1. Like ByteReader it never reads past its view: what does not fit makes it fail, yields zero, and so does every
// later read; a parser reads a whole structure and asks ok() once. Every number is bounded, so that a loop over a count
// that was read ends.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice::media {

class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return position_; }  // in bits from the start
  std::size_t remaining() const { return bytes_.size() * 8 - position_; }

  std::uint32_t bits(unsigned count);  // count <= 32
  bool flag() { return bits(1) != 0; }
  void skip(std::size_t count);

  // ue(v) and se(v) of H.264 9.1 and HEVC 9.2; a prefix of more than 31 zeros is a failure.
  std::uint32_t ue();
  std::int32_t se();
  // uvlc() of AV1 4.10.3; leb128() of AV1 4.10.5, 32 bits at most.
  std::uint32_t uvlc() { return ue(); }
  std::uint32_t leb128();

  void fail();

 private:
  ByteView bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace sluice::media
