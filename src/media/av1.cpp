// AV1 configuration records and sequence headers, AV1 bitstream specification 5.5 and AV1-ISOBMFF 2.3.
#include <cstdio>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {
namespace {

constexpr std::uint8_t kSequenceHeader = 1;

struct SequenceHeader {
  VideoFormat video;
  std::uint32_t primaries = 2;  // 2: unspecified
  std::uint32_t transfer = 2;
  std::uint32_t matrix = 2;
  bool full_range = false;
};

void parse_operating_points(BitReader& bits, SequenceHeader& header) {
  bool has_decoder_model = false;
  unsigned delay_length = 0;
  if (bits.flag()) {  // timing_info
    const std::uint64_t ticks = bits.bits(32);
    const std::uint64_t scale = bits.bits(32);
    if (bits.flag()) header.video.frame_rate = sane_rate(scale, ticks * (std::uint64_t{bits.uvlc()} + 1));
    has_decoder_model = bits.flag();
    if (has_decoder_model) {
      delay_length = bits.bits(5) + 1;
      bits.skip(32 + 10);
    }
  }
  const bool has_display_delay = bits.flag();
  const std::uint32_t points = bits.bits(5) + 1;
  for (std::uint32_t i = 0; i < points && bits.ok(); ++i) {
    bits.skip(12);
    if (bits.bits(5) > 7) bits.skip(1);
    if (has_decoder_model && bits.flag()) bits.skip(2 * delay_length + 1);
    if (has_display_delay && bits.flag()) bits.skip(4);
  }
}

void skip_tools(BitReader& bits) {
  bits.skip(4);
  const bool order_hint = bits.flag();
  if (order_hint) bits.skip(2);
  const bool chooses_content_tools = bits.flag();
  const bool content_tools = chooses_content_tools || bits.flag();
  if (content_tools && !bits.flag()) bits.skip(1);
  if (order_hint) bits.skip(3);
}

void parse_color(BitReader& bits, std::uint32_t profile, SequenceHeader& header) {
  const bool high_depth = bits.flag();
  if (profile == 2 && high_depth) bits.skip(1);
  if (profile != 1) bits.skip(1);
  if (bits.flag()) {
    header.primaries = bits.bits(8);
    header.transfer = bits.bits(8);
    header.matrix = bits.bits(8);
    header.video.range = range_of_transfer(header.transfer);
  }
  const bool is_srgb = header.primaries == 1 && header.transfer == 13 && header.matrix == 0;
  header.full_range = is_srgb || bits.flag();
  header.video.colour = {static_cast<std::uint8_t>(header.primaries), static_cast<std::uint8_t>(header.transfer),
                         static_cast<std::uint8_t>(header.matrix), header.full_range};
}

std::optional<SequenceHeader> parse_sequence_header(ByteView payload) {
  BitReader bits(payload);
  SequenceHeader header;
  const std::uint32_t profile = bits.bits(3);
  bits.skip(1);
  const bool reduced = bits.flag();
  if (reduced) {
    bits.skip(5);
  } else {
    parse_operating_points(bits, header);
  }
  const unsigned width_bits = bits.bits(4) + 1;
  const unsigned height_bits = bits.bits(4) + 1;
  header.video.width = bits.bits(width_bits) + 1;
  header.video.height = bits.bits(height_bits) + 1;
  if (!reduced && bits.flag()) bits.skip(7);
  bits.skip(3);
  if (!reduced) skip_tools(bits);
  bits.skip(3);
  parse_color(bits, profile, header);
  if (!bits.ok()) return {};
  return header;
}

// The first sequence header among the OBUs of `bytes`.
std::optional<SequenceHeader> find_sequence_header(ByteView bytes) {
  while (!bytes.empty()) {
    BitReader bits(bytes);
    bits.skip(1);
    const std::uint32_t type = bits.bits(4);
    const bool has_extension = bits.flag();
    const bool has_size = bits.flag();
    bits.skip(has_extension ? 9 : 1);
    std::size_t size = has_size ? bits.leb128() : bits.remaining() / 8;
    if (!bits.ok() || size > bits.remaining() / 8) return {};
    const ByteView rest = bytes.subspan(bits.position() / 8);
    if (type == kSequenceHeader) return parse_sequence_header(rest.first(size));
    bytes = rest.subspan(size);
  }
  return {};
}

void apply(const SequenceHeader& header, VideoFormat& video) {
  const std::uint8_t length_size = video.nal_length_size;
  video = header.video;
  video.nal_length_size = length_size;
}

}  // namespace

Fault parse_av1c(CodecConfig& config) {
  const ByteView record = config.record.view();
  if (record.size() < 4 || record[0] != 0x81) return Error{"the av1C record is damaged or of another version than 1"};
  const unsigned profile = record[1] >> 5;
  const unsigned level = record[1] & 0x1F;
  const bool high_depth = (record[2] & 0x40) != 0;
  const bool twelve_bits = (record[2] & 0x20) != 0;
  const bool monochrome = (record[2] & 0x10) != 0;
  const unsigned subsampling_x = record[2] >> 3 & 1;
  const unsigned subsampling_y = record[2] >> 2 & 1;
  const unsigned chroma_position = record[2] & 3;
  const unsigned depth = !high_depth ? 8 : profile == 2 && twelve_bits ? 12 : 10;
  char text[64];
  std::snprintf(text, sizeof text, "av01.%u.%02u%c.%02u", profile, level, (record[2] & 0x80) != 0 ? 'H' : 'M', depth);
  config.rfc6381 = text;

  const std::optional<SequenceHeader> header = find_sequence_header(record.subspan(4));
  if (!header) return {};  // it may stand in the key frames alone: describe_picture() reads it there
  apply(*header, config.video);
  // The optional fields go all together, and only where they say more than their defaults (BT.709, 4:2:0, limited).
  const auto ordinary = [](std::uint32_t code) { return code == 1 || code == 2; };
  const bool is_default = ordinary(header->primaries) && ordinary(header->transfer) && ordinary(header->matrix) &&
                          !header->full_range && !monochrome && subsampling_x == 1 && subsampling_y == 1;
  if (!is_default) {
    std::snprintf(text, sizeof text, ".%d.%u%u%u.%02u.%02u.%02u.%d", monochrome ? 1 : 0, subsampling_x, subsampling_y,
                  chroma_position, header->primaries, header->transfer, header->matrix, header->full_range ? 1 : 0);
    config.rfc6381 += text;
  }
  return {};
}

void describe_av1_picture(CodecConfig& config, ByteView unit) {
  const std::optional<SequenceHeader> header = find_sequence_header(unit);
  if (header) apply(*header, config.video);
}

}  // namespace sluice::media
