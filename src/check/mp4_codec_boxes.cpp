#include "mp4_codec_boxes.hpp"

#include <array>
#include <optional>

#include "mp4_boxes.hpp"
#include "sluice/media/bit_reader.hpp"
#include "sluice/media/nal.hpp"

namespace sluice::check::mp4 {
namespace {

// Its lengths allow for a gigabyte of parameter sets; all that a stream can refer to are some kilobytes.
constexpr std::size_t kRecordMax = std::size_t{64} * 1024;

// ISO 14496-1 7.2.6: a tag, its length in up to four bytes of seven bits.
struct Descriptor {
  std::uint8_t tag = 0;
  ByteView content;
};

Descriptor read_descriptor(ByteReader& reader) {
  Descriptor descriptor;
  descriptor.tag = reader.u8();
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i) {
    const std::uint8_t byte = reader.u8();
    length = length << 7 | (byte & 0x7F);
    if ((byte & 0x80) == 0) break;
  }
  descriptor.content = reader.take(length);
  return descriptor;
}

// ISO 14496-3 1.6.2.1: the audio object type when it is not one of AAC's first four, with or without SBR: xHE-AAC (42).
std::optional<std::uint32_t> unknown_object_type(ByteView config) {
  media::BitReader bits(config);
  const auto object_type = [&bits] {
    const std::uint32_t type = bits.bits(5);
    return type == 31 ? 32 + bits.bits(6) : type;
  };
  const auto skip_rate = [&bits] {
    if (bits.bits(4) == 15) bits.skip(24);
  };
  const std::uint32_t stated = object_type();
  std::uint32_t core = stated;
  if (stated == 5 || stated == 29) {
    skip_rate();
    bits.skip(4);
    skip_rate();
    core = object_type();
  }
  if (!bits.ok() || (core >= 1 && core <= 4)) return {};
  return stated;
}

// ISO 14496-14 5.6: ES_Descriptor { DecoderConfigDescriptor { DecoderSpecificInfo } }.
Result<media::CodecConfig> config_of_esds(ByteView content) {
  constexpr std::uint8_t kAac = 0x40;
  constexpr std::uint8_t kMp3 = 0x6B;
  constexpr std::uint8_t kMp3LowRate = 0x69;
  ByteReader reader(content);
  reader.skip(4);
  const Descriptor stream = read_descriptor(reader);
  if (!reader.ok() || stream.tag != 3) return Error{"the esds box has no ES_Descriptor"};
  ByteReader fields(stream.content);
  fields.skip(2);
  const std::uint8_t flags = fields.u8();
  if ((flags & 0x80) != 0) fields.skip(2);
  if ((flags & 0x40) != 0) fields.skip(fields.u8());
  if ((flags & 0x20) != 0) fields.skip(2);
  const Descriptor decoder = read_descriptor(fields);
  if (!fields.ok() || decoder.tag != 4) return Error{"the esds box has no DecoderConfigDescriptor"};
  ByteReader config(decoder.content);
  const std::uint8_t object_type = config.u8();
  if (object_type == kMp3 || object_type == kMp3LowRate) {
    media::CodecConfig mp3;
    mp3.codec = media::Codec::mp3;
    mp3.rfc6381 = "mp4a.40.34";
    return mp3;
  }
  if (object_type != kAac) return media::CodecConfig{};
  config.skip(12);
  const Descriptor specific = read_descriptor(config);
  if (!config.ok() || specific.tag != 5) return Error{"the esds box has no DecoderSpecificInfo"};
  if (const auto type = unknown_object_type(specific.content)) {
    media::CodecConfig other;
    other.rfc6381 = "mp4a.40." + std::to_string(*type);
    return other;
  }
  return media::parse_codec_config(media::Codec::aac, Payload::copy_of(specific.content));
}

// Encapsulation of Opus in ISO BMFF 4.3.2: the OpusHead with its numbers the other way round.
Result<media::CodecConfig> config_of_dops(ByteView content) {
  ByteReader reader(content);
  ByteWriter head;
  head.append("OpusHead");
  reader.skip(1);
  head.u8(1);
  head.u8(reader.u8());
  head.u16_le(reader.u16());
  head.u32_le(reader.u32());
  head.u16_le(reader.u16());
  head.append(reader.rest());
  if (!reader.ok() || reader.at_end()) return Error{"the dOps box has " + std::to_string(content.size()) + " bytes"};
  return media::parse_codec_config(media::Codec::opus, Payload::copy_of(head.view()));
}

// ETSI TS 102 366 F.4 and F.6.
Result<media::CodecConfig> config_of_ac3(media::Codec codec, ByteView content) {
  constexpr std::array<std::uint32_t, 4> kRates = {48000, 44100, 32000, 0};
  constexpr std::array<std::uint32_t, 8> kChannels = {2, 1, 2, 3, 3, 4, 4, 5};
  media::BitReader bits(content);
  if (codec == media::Codec::eac3) bits.skip(16);  // of the first substream
  const std::uint32_t rate = kRates[bits.bits(2)];
  bits.skip(codec == media::Codec::eac3 ? 5 + 1 + 1 + 3 : 5 + 3);
  const std::uint32_t mode = bits.bits(3);
  const bool low_frequency = bits.flag();
  if (!bits.ok()) return Error{"the configuration box has " + std::to_string(content.size()) + " bytes"};
  media::CodecConfig config;
  config.codec = codec;
  config.rfc6381 = codec == media::Codec::eac3 ? "ec-3" : "ac-3";
  config.audio.sample_rate = rate;
  config.audio.channels = kChannels[mode] + (low_frequency ? 1 : 0);
  return config;
}

ParameterSets sets_of_avcc(ByteView record) {
  ParameterSets sets;
  ByteReader reader(record);
  reader.skip(5);
  for (const std::uint8_t mask : {std::uint8_t{0x1F}, std::uint8_t{0xFF}}) {
    for (int count = reader.u8() & mask; count > 0 && reader.ok(); --count) {
      const ByteView set = reader.take(reader.u16());
      if (!set.empty()) sets.emplace(as_text(set));
    }
  }
  return sets;
}

ParameterSets sets_of_hvcc(ByteView record) {
  ParameterSets sets;
  ByteReader reader(record);
  reader.skip(22);
  for (int arrays = reader.u8(); arrays > 0 && reader.ok(); --arrays) {
    reader.skip(1);
    for (int count = reader.u16(); count > 0 && reader.ok(); --count) {
      const ByteView set = reader.take(reader.u16());
      if (!set.empty()) sets.emplace(as_text(set));
    }
  }
  return sets;
}

std::string describe(const media::Colour& colour) {
  return std::to_string(colour.primaries) + "/" + std::to_string(colour.transfer) + "/" +
         std::to_string(colour.matrix) + (colour.full_range ? " full range" : "");
}

}  // namespace

Result<media::CodecConfig> config_of_box(media::Codec codec, ByteView content) {
  switch (codec) {
    case media::Codec::aac:
      return config_of_esds(content);
    case media::Codec::opus:
      return config_of_dops(content);
    case media::Codec::ac3:
    case media::Codec::eac3:
      return config_of_ac3(codec, content);
    case media::Codec::mp3: {
      media::CodecConfig mp3;
      mp3.codec = codec;
      mp3.rfc6381 = "mp4a.40.34";
      return mp3;
    }
    case media::Codec::flac:
      // A full box: version and flags stand before the metadata blocks.
      if (content.size() < 4) return Error{"the dfLa box has " + std::to_string(content.size()) + " bytes"};
      return media::parse_codec_config(codec, Payload::copy_of(content.subspan(4)));
    default:
      if (content.size() > kRecordMax) {
        return Error{"its configuration has " + std::to_string(content.size()) + " bytes; more than " +
                     std::to_string(kRecordMax) + " are not looked at"};
      }
      return media::parse_codec_config(codec, Payload::copy_of(content));
  }
}

std::uint8_t nal_type(const media::CodecConfig& config, ByteView nal) {
  return config.codec == media::Codec::h264 ? media::h264_nal_type(nal) : media::hevc_nal_type(nal);
}

bool is_parameter_set(const media::CodecConfig& config, ByteView nal) {
  constexpr std::uint8_t kHevcVps = 32;
  constexpr std::uint8_t kHevcPps = 34;
  const std::uint8_t type = nal_type(config, nal);
  return config.codec == media::Codec::h264 ? type == media::kH264Sps || type == media::kH264Pps
                                            : type >= kHevcVps && type <= kHevcPps;
}

ParameterSets parameter_sets_of(const media::CodecConfig& config) {
  const ByteView record = config.record.view();
  return config.codec == media::Codec::h264 ? sets_of_avcc(record) : sets_of_hvcc(record);
}

std::size_t kinds_of_sets(const media::CodecConfig& config, const ParameterSets& sets) {
  std::set<std::uint8_t> kinds;
  for (const std::string& set : sets) {
    if (is_parameter_set(config, as_bytes(set))) kinds.insert(nal_type(config, as_bytes(set)));
  }
  return kinds.size();
}

std::string find_colour_fault(ByteView boxes, const media::VideoFormat& video) {
  const media::Colour& stated = video.colour;
  const bool says_any = stated.primaries != 2 || stated.transfer != 2 || stated.matrix != 2;
  if (!says_any) return {};
  const auto colr = find_box(boxes, "colr");
  if (!colr) return "it has no colr box; its configuration says " + describe(stated);
  ByteReader reader(colr->content);
  const std::string_view type = as_text(reader.take(4));
  if (type != "nclx" && type != "nclc") return {};  // an ICC profile says it in another way
  media::Colour colour;
  const std::uint16_t primaries = reader.u16();
  const std::uint16_t transfer = reader.u16();
  const std::uint16_t matrix = reader.u16();
  colour.full_range = type == "nclx" ? (reader.u8() & 0x80) != 0 : stated.full_range;
  colour.primaries = static_cast<std::uint8_t>(primaries);
  colour.transfer = static_cast<std::uint8_t>(transfer);
  colour.matrix = static_cast<std::uint8_t>(matrix);
  if (!reader.ok()) return "its colr box is too short";
  if (colour == stated && primaries < 256 && transfer < 256 && matrix < 256) return {};
  return "its colr box says " + describe(colour) + ", its configuration " + describe(stated);
}

std::string find_shape_fault(ByteView boxes, const media::VideoFormat& video) {
  if (video.pixel_width == video.pixel_height) return {};
  const std::string stated = std::to_string(video.pixel_width) + ":" + std::to_string(video.pixel_height);
  const auto pasp = find_box(boxes, "pasp");
  if (!pasp) return "it has no pasp box; its configuration says " + stated;
  ByteReader reader(pasp->content);
  const std::uint64_t width = reader.u32();
  const std::uint64_t height = reader.u32();
  if (reader.ok() && width * video.pixel_height == height * video.pixel_width && width != 0) return {};
  return "its pasp box says " + std::to_string(width) + ":" + std::to_string(height) + ", its configuration " + stated;
}

}  // namespace sluice::check::mp4
