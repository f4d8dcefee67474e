#include "obu.hpp"

#include "sluice/media/bit_reader.hpp"

namespace sluice::check {
namespace {

// 5.9.2: show_existing_frame and frame_type begin the header, unless the sequence is a single still picture.
bool begins_key_frame(ByteView payload) {
  media::BitReader bits(payload);
  const bool shows_existing = bits.flag();
  return !shows_existing && bits.bits(2) == 0 && bits.ok();
}

}  // namespace

ObuUnit read_obus(ByteView bytes) {
  constexpr std::uint32_t kDelimiter = 2;
  constexpr std::uint32_t kFrameHeader = 3;
  constexpr std::uint32_t kFrame = 6;
  ObuUnit unit;
  bool has_frame = false;
  while (!bytes.empty()) {
    media::BitReader bits(bytes);
    const bool is_forbidden = bits.flag();
    const std::uint32_t type = bits.bits(4);
    const bool has_extension = bits.flag();
    const bool has_size = bits.flag();
    bits.skip(has_extension ? 9 : 1);
    const std::size_t size = has_size ? bits.leb128() : bits.remaining() / 8;
    if (!bits.ok() || is_forbidden || size > bits.remaining() / 8) return unit;
    const ByteView rest = bytes.subspan(bits.position() / 8);
    unit.has_delimiter = unit.has_delimiter || type == kDelimiter;
    if ((type == kFrame || type == kFrameHeader) && !has_frame) {
      has_frame = true;
      unit.has_key_frame = begins_key_frame(rest.first(size));
    }
    bytes = rest.subspan(size);
  }
  unit.is_whole = has_frame;
  return unit;
}

}  // namespace sluice::check
