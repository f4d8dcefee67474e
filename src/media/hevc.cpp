// HEVC decoder configuration and sequence parameter sets, ITU-T H.265 7.3.2.2, 7.3.7 and E.2.1.
#include <array>
#include <cstdio>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"
#include "sluice/media/nal.hpp"
#include "vui.hpp"

namespace sluice::media {
namespace {

void skip_profile_tier_level(BitReader& bits, std::uint32_t max_sub_layers_minus1) {
  bits.skip(88 + 8);
  std::array<bool, 8> has_profile{};
  std::array<bool, 8> has_level{};
  for (std::uint32_t i = 0; i < max_sub_layers_minus1; ++i) {
    has_profile[i] = bits.flag();
    has_level[i] = bits.flag();
  }
  if (max_sub_layers_minus1 > 0) bits.skip(2 * (8 - max_sub_layers_minus1));
  for (std::uint32_t i = 0; i < max_sub_layers_minus1; ++i) {
    if (has_profile[i]) bits.skip(88);
    if (has_level[i]) bits.skip(8);
  }
}

void skip_scaling_lists(BitReader& bits) {
  for (int size = 0; size < 4; ++size) {
    for (int matrix = 0; matrix < 6 && bits.ok(); matrix += size == 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.ue();
        continue;
      }
      const int coefficients = size == 0 ? 16 : 64;
      if (size > 1) bits.se();
      for (int i = 0; i < coefficients && bits.ok(); ++i) bits.se();
    }
  }
}

// 7.3.7: sets may be coded as differences to the set before, so the number of pictures in each must be followed.
void skip_short_term_sets(BitReader& bits) {
  const std::uint32_t count = bits.ue();
  if (count > 64) bits.fail();
  std::uint32_t pictures = 0;  // of the set before
  for (std::uint32_t set = 0; set < count && bits.ok(); ++set) {
    if (set > 0 && bits.flag()) {
      bits.skip(1);
      bits.ue();
      std::uint32_t kept = 0;
      for (std::uint32_t i = 0; i <= pictures && bits.ok(); ++i) {
        const bool used = bits.flag();
        if (used || bits.flag()) ++kept;
      }
      pictures = kept;
      continue;
    }
    const std::uint32_t negative = bits.ue();
    const std::uint32_t positive = bits.ue();
    if (negative > 16 || positive > 16) bits.fail();
    for (std::uint32_t i = 0; i < negative + positive && bits.ok(); ++i) {
      bits.ue();
      bits.skip(1);
    }
    pictures = negative + positive;
  }
}

void parse_vui(BitReader& bits, VideoFormat& video) {
  parse_picture_vui(bits, video);
  bits.skip(3);
  if (bits.flag()) {  // default display window
    for (int i = 0; i < 4; ++i) bits.ue();
  }
  if (bits.flag()) {
    const std::uint64_t ticks = bits.bits(32);
    const std::uint64_t scale = bits.bits(32);
    if (bits.ok()) video.frame_rate = sane_rate(scale, ticks);
  }
}

// What stands between the coding block sizes and the VUI. False when the rest cannot be followed.
bool skip_to_vui(BitReader& bits, std::uint32_t max_sub_layers_minus1, std::uint32_t order_bits) {
  const bool all_layers = bits.flag();
  for (std::uint32_t i = all_layers ? 0 : max_sub_layers_minus1; i <= max_sub_layers_minus1; ++i) {
    bits.ue();
    bits.ue();
    bits.ue();
  }
  for (int i = 0; i < 6; ++i) bits.ue();  // block sizes and transform depths
  if (bits.flag() && bits.flag()) skip_scaling_lists(bits);
  bits.skip(2);
  if (bits.flag()) {  // pcm
    bits.skip(8);
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  skip_short_term_sets(bits);
  if (bits.flag()) {  // long-term pictures
    const std::uint32_t count = bits.ue();
    if (count > 32) bits.fail();
    for (std::uint32_t i = 0; i < count && bits.ok(); ++i) bits.skip(order_bits + 1);
  }
  bits.skip(2);
  return bits.flag() && bits.ok();
}

Fault parse_sps(ByteView nal, VideoFormat& video) {
  const Bytes payload = unescape(nal, 2);
  BitReader bits(payload);
  bits.skip(4);
  const std::uint32_t max_sub_layers_minus1 = bits.bits(3);
  bits.skip(1);
  if (max_sub_layers_minus1 > 6) bits.fail();
  if (bits.ok()) skip_profile_tier_level(bits, max_sub_layers_minus1);
  bits.ue();  // sps_seq_parameter_set_id
  const std::uint32_t chroma_format = bits.ue();
  const bool separate_planes = chroma_format == 3 && bits.flag();
  const std::uint64_t width = bits.ue();
  const std::uint64_t height = bits.ue();
  std::uint64_t crop_x = 0;
  std::uint64_t crop_y = 0;
  if (bits.flag()) {
    crop_x = std::uint64_t{bits.ue()} + bits.ue();
    crop_y = std::uint64_t{bits.ue()} + bits.ue();
  }
  bits.ue();
  bits.ue();
  const std::uint32_t order_bits = bits.ue() + 4;
  if (!bits.ok() || chroma_format > 3 || order_bits > 16) {
    return Error{"the HEVC sequence parameter set ends too early or is damaged"};
  }
  const std::uint64_t unit_x = !separate_planes && (chroma_format == 1 || chroma_format == 2) ? 2 : 1;
  const std::uint64_t unit_y = !separate_planes && chroma_format == 1 ? 2 : 1;
  if (width > 16384 || height > 16384 || crop_x * unit_x >= width || crop_y * unit_y >= height) {
    return Error{"the HEVC sequence parameter set states a picture of " + std::to_string(width) + "x" +
                 std::to_string(height) + " before cropping; 1x1 to 16384x16384 is allowed"};
  }
  video.width = static_cast<std::uint32_t>(width - crop_x * unit_x);
  video.height = static_cast<std::uint32_t>(height - crop_y * unit_y);
  if (skip_to_vui(bits, max_sub_layers_minus1, order_bits)) parse_vui(bits, video);
  return {};
}

// ISO 14496-15 E.3: profile space and number, compatibility flags in reverse bit order, tier and level, then the
// constraint bytes up to the last that is not zero.
std::string codec_string(ByteView profile) {
  std::string text = "hvc1.";
  const std::uint8_t space = profile[0] >> 6;
  if (space > 0) text += static_cast<char>('A' + space - 1);
  text += std::to_string(profile[0] & 0x1F);
  std::uint32_t flags = 0;
  for (int bit = 0; bit < 32; ++bit) {
    if ((profile[1 + bit / 8] >> (7 - bit % 8) & 1) != 0) flags |= 1U << bit;
  }
  char part[32];
  std::snprintf(part, sizeof part, ".%X.%c%u", flags, (profile[0] & 0x20) != 0 ? 'H' : 'L', unsigned{profile[11]});
  text += part;
  int last = 10;
  while (last >= 5 && profile[last] == 0) --last;
  for (int i = 5; i <= last; ++i) {
    std::snprintf(part, sizeof part, ".%X", unsigned{profile[i]});
    text += part;
  }
  return text;
}

}  // namespace

Fault parse_hvcc(CodecConfig& config) {
  ByteReader reader(config.record.view());
  reader.skip(1);  // 1; some early writers leave 0
  const ByteView profile = reader.take(12);
  reader.skip(8);
  const std::uint8_t length_size = (reader.u8() & 3) + 1;
  const std::uint8_t arrays = reader.u8();
  ByteView sps;
  for (std::uint8_t i = 0; i < arrays && reader.ok(); ++i) {
    const std::uint8_t type = reader.u8() & 0x3F;
    const std::uint16_t count = reader.u16();
    for (std::uint16_t n = 0; n < count && reader.ok(); ++n) {
      const ByteView nal = reader.take(reader.u16());
      if (type == kHevcSps && sps.empty()) sps = nal;
    }
  }
  if (!reader.ok()) return Error{"the hvcC record ends too early"};
  if (length_size == 3) return Error{"the hvcC record asks for NAL lengths of 3 bytes; 1, 2 and 4 exist"};
  if (sps.empty()) return Error{"the hvcC record has no sequence parameter set"};
  config.video.nal_length_size = length_size;
  config.rfc6381 = codec_string(profile);
  return parse_sps(sps, config.video);
}

}  // namespace sluice::media
