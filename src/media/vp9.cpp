// VP9: vpcC records (VP Codec ISO Media File Format Binding) and the uncompressed header of key frames (VP9 bitstream
// specification 6.2).
#include <cstdio>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {
namespace {

// Reads up to the frame type; true for a key frame.
bool read_to_key_frame(BitReader& bits, std::uint32_t& profile) {
  if (bits.bits(2) != 2) return false;
  profile = bits.bits(1);
  profile |= bits.bits(1) << 1;
  if (profile == 3) bits.skip(1);
  const bool shows_existing = bits.flag();
  return !shows_existing && !bits.flag() && bits.ok();
}

}  // namespace

bool vp9_is_key(ByteView frame) {
  BitReader bits(frame);
  std::uint32_t profile = 0;
  return read_to_key_frame(bits, profile);
}

void describe_vp9_picture(CodecConfig& config, ByteView frame) {
  constexpr std::uint32_t kSyncCode = 0x498342;
  constexpr std::uint32_t kRgb = 7;
  BitReader bits(frame);
  std::uint32_t profile = 0;
  if (!read_to_key_frame(bits, profile)) return;
  bits.skip(2);
  if (bits.bits(24) != kSyncCode) return;
  if (profile >= 2) bits.skip(1);
  const bool is_rgb = bits.bits(3) == kRgb;
  if (!is_rgb) bits.skip(1);
  if (profile == 1 || profile == 3) bits.skip(is_rgb ? 1 : 3);
  const std::uint32_t width = bits.bits(16) + 1;
  const std::uint32_t height = bits.bits(16) + 1;
  if (!bits.ok()) return;
  config.video.width = width;
  config.video.height = height;
}

Fault parse_vpcc(CodecConfig& config) {
  ByteView record = config.record.view();
  // Enhanced RTMP sends the box's payload, a FullBox: version 1 and flags stand before the fields. Some leave them out;
  // then the first byte is a profile and the fourth a colour code, which is never 0 beside a level of 0.
  if (record.size() >= 12 && record[0] == 1 && record[1] == 0 && record[2] == 0 && record[3] == 0) {
    record = record.subspan(4);
  }
  ByteReader reader(record);
  const unsigned profile = reader.u8();
  const unsigned level = reader.u8();
  const std::uint8_t packed = reader.u8();
  const unsigned primaries = reader.u8();
  const unsigned transfer = reader.u8();
  const unsigned matrix = reader.u8();
  const unsigned depth = packed >> 4;
  const unsigned subsampling = packed >> 1 & 7;
  const bool full_range = (packed & 1) != 0;
  if (!reader.ok() || profile > 3 || (depth != 8 && depth != 10 && depth != 12)) {
    return Error{"the vpcC record is damaged: profile " + std::to_string(profile) + ", bit depth " +
                 std::to_string(depth)};
  }
  char text[64];
  // Players refuse a level of 0 ("unknown"): then the lowest is named, as the level only matters for hardware limits.
  std::snprintf(text, sizeof text, "vp09.%02u.%02u.%02u", profile, level == 0 ? 10U : level, depth);
  config.rfc6381 = text;
  config.video.range = range_of_transfer(transfer);
  config.video.colour = {static_cast<std::uint8_t>(primaries), static_cast<std::uint8_t>(transfer),
                         static_cast<std::uint8_t>(matrix), full_range};
  const auto ordinary = [](unsigned code) { return code <= 2; };
  const bool is_default =
      subsampling <= 1 && !full_range && ordinary(primaries) && ordinary(transfer) && ordinary(matrix);
  if (!is_default) {
    std::snprintf(text, sizeof text, ".%02u.%02u.%02u.%02u.%02u", subsampling, primaries, transfer, matrix,
                  full_range ? 1U : 0U);
    config.rfc6381 += text;
  }
  return {};
}

}  // namespace sluice::media
