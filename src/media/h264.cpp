// H.264 sequence parameter sets, ITU-T H.264 7.3.2.1.1 and E.1.1.
#include <cstdio>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"
#include "sluice/media/nal.hpp"
#include "vui.hpp"

namespace sluice::media {
namespace {

void skip_scaling_list(BitReader& bits, int size) {
  std::int32_t last = 8;
  std::int32_t next = 8;
  for (int i = 0; i < size && bits.ok(); ++i) {
    if (next != 0) next = (last + bits.se() + 256) % 256;
    if (next != 0) last = next;
  }
}

bool has_chroma_fields(std::uint32_t profile) {
  switch (profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135:
      return true;
    default:
      return false;
  }
}

void parse_vui(BitReader& bits, VideoFormat& video) {
  parse_picture_vui(bits, video);
  if (bits.flag()) {
    const std::uint64_t ticks = bits.bits(32);
    const std::uint64_t scale = bits.bits(32);
    // A tick is a field: two make a frame.
    if (bits.ok()) video.frame_rate = sane_rate(scale, 2 * ticks);
  }
}

Fault parse_sps(ByteView nal, VideoFormat& video) {
  const Bytes payload = unescape(nal, 1);
  BitReader bits(payload);
  const std::uint32_t profile = bits.bits(8);
  bits.skip(16);
  bits.ue();  // seq_parameter_set_id
  std::uint32_t chroma_format = 1;
  bool separate_planes = false;
  if (has_chroma_fields(profile)) {
    chroma_format = bits.ue();
    if (chroma_format == 3) separate_planes = bits.flag();
    bits.ue();
    bits.ue();
    bits.skip(1);
    if (bits.flag()) {
      const int lists = chroma_format == 3 ? 12 : 8;
      for (int i = 0; i < lists; ++i) {
        if (bits.flag()) skip_scaling_list(bits, i < 6 ? 16 : 64);
      }
    }
  }
  bits.ue();  // log2_max_frame_num_minus4
  const std::uint32_t order_type = bits.ue();
  if (order_type == 0) {
    bits.ue();
  } else if (order_type == 1) {
    bits.skip(1);
    bits.se();
    bits.se();
    const std::uint32_t cycle = bits.ue();
    if (cycle > 255) bits.fail();
    for (std::uint32_t i = 0; i < cycle && bits.ok(); ++i) bits.se();
  }
  bits.ue();  // max_num_ref_frames
  bits.skip(1);
  const std::uint64_t width_in_blocks = std::uint64_t{bits.ue()} + 1;
  const std::uint64_t height_in_units = std::uint64_t{bits.ue()} + 1;
  const bool frames_only = bits.flag();
  if (!frames_only) bits.skip(1);
  bits.skip(1);
  std::uint64_t crop_x = 0;
  std::uint64_t crop_y = 0;
  if (bits.flag()) {
    crop_x = std::uint64_t{bits.ue()} + bits.ue();
    crop_y = std::uint64_t{bits.ue()} + bits.ue();
  }
  if (!bits.ok() || chroma_format > 3) return Error{"the H.264 sequence parameter set ends too early or is damaged"};

  const bool subsampled = !separate_planes && (chroma_format == 1 || chroma_format == 2);
  const std::uint64_t unit_x = subsampled ? 2 : 1;
  const std::uint64_t unit_y = (!separate_planes && chroma_format == 1 ? 2 : 1) * (frames_only ? 1 : 2);
  const std::uint64_t width = width_in_blocks * 16;
  const std::uint64_t height = height_in_units * 16 * (frames_only ? 1 : 2);
  if (width > 16384 || height > 16384 || crop_x * unit_x >= width || crop_y * unit_y >= height) {
    return Error{"the H.264 sequence parameter set states a picture of " + std::to_string(width) + "x" +
                 std::to_string(height) + " before cropping; 16384x16384 is the most"};
  }
  video.width = static_cast<std::uint32_t>(width - crop_x * unit_x);
  video.height = static_cast<std::uint32_t>(height - crop_y * unit_y);
  // What follows only adds knowledge: a damaged VUI is no reason to refuse the stream.
  if (bits.flag()) parse_vui(bits, video);
  return {};
}

}  // namespace

Fault parse_avcc(CodecConfig& config) {
  ByteReader reader(config.record.view());
  const std::uint8_t version = reader.u8();
  reader.skip(3);
  const std::uint8_t length_size = (reader.u8() & 3) + 1;
  const std::uint8_t count = reader.u8() & 0x1F;
  ByteView sps;
  for (std::uint8_t i = 0; i < count; ++i) {
    const ByteView nal = reader.take(reader.u16());
    if (sps.empty()) sps = nal;
  }
  if (!reader.ok() || version != 1) return Error{"the avcC record is damaged or of another version than 1"};
  if (length_size == 3) return Error{"the avcC record asks for NAL lengths of 3 bytes; 1, 2 and 4 exist"};
  if (sps.size() < 4 || h264_nal_type(sps) != kH264Sps) return Error{"the avcC record has no sequence parameter set"};
  config.video.nal_length_size = length_size;
  char text[16];
  std::snprintf(text, sizeof text, "avc1.%02x%02x%02x", sps[1], sps[2], sps[3]);
  config.rfc6381 = text;
  return parse_sps(sps, config.video);
}

}  // namespace sluice::media
