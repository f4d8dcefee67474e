#include "sluice/media/codec_config.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "parsers.hpp"
#include "sluice/media/nal.hpp"

namespace sluice::media {
namespace {

Fault parse_record(CodecConfig& config) {
  switch (config.codec) {
    case Codec::h264:
      return parse_avcc(config);
    case Codec::hevc:
      return parse_hvcc(config);
    case Codec::av1:
      return parse_av1c(config);
    case Codec::vp9:
      return parse_vpcc(config);
    case Codec::aac:
      return parse_aac(config);
    case Codec::opus:
      return parse_opus_head(config);
    case Codec::flac:
      return parse_flac(config);
    case Codec::vvc:
      // LengthSizeMinusOne of the VvcDecoderConfigurationRecord; nothing else is needed to record it.
      if (config.record.empty()) return Error{"the vvcC record is empty"};
      config.video.nal_length_size = (config.record.data()[0] >> 1 & 3) + 1;
      return {};
    case Codec::mp3:
    case Codec::ac3:
    case Codec::eac3:
    case Codec::vp8:
    case Codec::other_video:
    case Codec::other_audio:
    case Codec::unknown:
      return {};
  }
  return {};
}

bool all_nals_whole(const CodecConfig& config, ByteView unit) {
  NalReader nals(unit, config.video.nal_length_size);
  while (nals.next()) {
  }
  return nals.ok();
}

// True when the unit has a NAL unit of a type in [first, last].
template <class TypeOf>
Result<bool> has_nal(const CodecConfig& config, ByteView unit, TypeOf type_of, std::uint8_t first, std::uint8_t last) {
  bool found = false;
  NalReader nals(unit, config.video.nal_length_size);
  while (nals.next()) {
    const std::uint8_t type = type_of(nals.nal());
    found = found || (type >= first && type <= last);
  }
  if (!nals.ok()) return Error{"a NAL unit is longer than the access unit that holds it"};
  return found;
}

}  // namespace

VideoRange range_of_transfer(std::uint32_t transfer_characteristics) {
  constexpr std::uint32_t kPq = 16;
  constexpr std::uint32_t kHlg = 18;
  return transfer_characteristics == kPq    ? VideoRange::pq
         : transfer_characteristics == kHlg ? VideoRange::hlg
                                            : VideoRange::sdr;
}

std::optional<FrameRate> sane_rate(std::uint64_t ticks_a_second, std::uint64_t ticks) {
  constexpr std::uint64_t kMost = 240;
  if (ticks == 0 || ticks_a_second < ticks || ticks_a_second > kMost * ticks || ticks > UINT32_MAX ||
      ticks_a_second > UINT32_MAX) {
    return {};
  }
  const std::uint64_t divisor = std::gcd(ticks_a_second, ticks);
  return FrameRate{static_cast<std::uint32_t>(ticks_a_second / divisor), static_cast<std::uint32_t>(ticks / divisor)};
}

Result<CodecConfig> parse_codec_config(Codec codec, Payload record) {
  CodecConfig config;
  config.codec = codec;
  config.record = std::move(record);
  if (Fault fault = parse_record(config)) return *std::move(fault);
  return config;
}

Result<CodecConfig> describe_from_frame(Codec codec, ByteView frame) {
  CodecConfig config;
  config.codec = codec;
  Fault fault;
  if (codec == Codec::mp3) {
    fault = describe_mp3(config, frame);
  } else if (codec == Codec::ac3 || codec == Codec::eac3) {
    fault = describe_ac3(config, frame);
  } else if (codec == Codec::opus) {
    fault = describe_opus(config, frame);
  } else {
    fault = Error{std::string(to_string(codec)) + " frames do not describe themselves"};
  }
  if (fault) return *std::move(fault);
  return config;
}

void describe_picture(CodecConfig& config, ByteView key_frame) {
  if (config.video.width != 0) return;
  if (config.codec == Codec::av1) describe_av1_picture(config, key_frame);
  if (config.codec == Codec::vp9) describe_vp9_picture(config, key_frame);
}

bool same_config(const CodecConfig& left, const CodecConfig& right) {
  const ByteView a = left.record.view();
  const ByteView b = right.record.view();
  return left.codec == right.codec && std::equal(a.begin(), a.end(), b.begin(), b.end()) &&
         left.audio.sample_rate == right.audio.sample_rate && left.audio.channels == right.audio.channels;
}

std::uint32_t samples_in_frame(const CodecConfig& config, ByteView frame) {
  switch (config.codec) {
    case Codec::mp3:
      return mp3_samples(frame);
    case Codec::ac3:
    case Codec::eac3:
      return ac3_samples(frame);
    case Codec::opus:
      return opus_samples(frame);
    case Codec::flac:
      return flac_samples(frame);
    case Codec::aac:
    case Codec::other_audio:
    case Codec::h264:
    case Codec::hevc:
    case Codec::av1:
    case Codec::vp9:
    case Codec::vp8:
    case Codec::vvc:
    case Codec::other_video:
    case Codec::unknown:
      return config.audio.samples_per_frame;
  }
  return 0;
}

Result<bool> is_random_access(const CodecConfig& config, ByteView unit, bool flagged) {
  switch (config.codec) {
    case Codec::h264:
      return has_nal(config, unit, h264_nal_type, kH264Idr, kH264Idr);
    case Codec::hevc:
      return has_nal(config, unit, hevc_nal_type, kHevcFirstIrap, kHevcLastIrap);
    case Codec::vvc:
      if (!all_nals_whole(config, unit)) return Error{"a NAL unit is longer than the access unit that holds it"};
      return flagged;
    case Codec::vp9:
      return flagged && vp9_is_key(unit);
    case Codec::av1:
    case Codec::vp8:
    case Codec::other_video:
    case Codec::aac:
    case Codec::mp3:
    case Codec::opus:
    case Codec::flac:
    case Codec::ac3:
    case Codec::eac3:
    case Codec::other_audio:
    case Codec::unknown:
      return flagged;
  }
  return flagged;
}

}  // namespace sluice::media
