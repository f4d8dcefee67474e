#include "audio_frames.hpp"

#include <array>

#include "sluice/media/bit_reader.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::check {
namespace {

// ISO 13818-7 6.2: adts_fixed_header and adts_variable_header.
std::optional<AudioFrame> read_adts(ByteView bytes) {
  constexpr std::array<std::uint32_t, 16> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050,
                                                    16000, 12000, 11025, 8000,  7350,  0,     0,     0};
  constexpr std::array<std::uint32_t, 8> kChannels = {0, 1, 2, 3, 4, 5, 6, 8};
  constexpr std::size_t kHeader = 7;
  media::BitReader bits(bytes);
  const bool synced = bits.bits(12) == 0xFFF;
  bits.skip(1);
  const std::uint32_t layer = bits.bits(2);
  bits.skip(1);
  AudioFrame frame;
  frame.aac_object_type = static_cast<std::uint8_t>(bits.bits(2) + 1);
  frame.sample_rate = kRates[bits.bits(4)];
  bits.skip(1);
  frame.channels = kChannels[bits.bits(3)];
  bits.skip(4);
  frame.size = bits.bits(13);
  bits.skip(11);
  frame.samples = 1024 * (bits.bits(2) + 1);
  if (!bits.ok() || !synced || layer != 0 || frame.sample_rate == 0 || frame.size <= kHeader) return {};
  return frame;
}

// ISO 11172-3 2.4.2.3 and ISO 13818-3 2.4.2.3, layer III.
std::size_t mp3_size(ByteView bytes, std::uint32_t sample_rate) {
  constexpr std::array<std::uint32_t, 16> kVersion1 = {0,   32,  40,  48,  56,  64,  80,  96,
                                                       112, 128, 160, 192, 224, 256, 320, 0};
  constexpr std::array<std::uint32_t, 16> kVersion2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
  const bool is_version1 = (bytes[1] & 0x18) == 0x18;
  const std::uint32_t rate = (is_version1 ? kVersion1 : kVersion2)[bytes[2] >> 4] * 1000;
  const std::uint32_t padding = bytes[2] >> 1 & 1;
  return rate == 0 ? 0 : (is_version1 ? 144 : 72) * rate / sample_rate + padding;
}

// ETSI TS 102 366 table 4.13; E-AC-3 states its length.
std::size_t ac3_size(ByteView bytes) {
  constexpr std::array<std::uint32_t, 19> kKilobits = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                                       192, 224, 256, 320, 384, 448, 512, 576, 640};
  constexpr std::uint32_t kHighestAc3Version = 10;
  if (bytes[5] >> 3 > kHighestAc3Version) return 2 * (((bytes[2] & 7U) << 8 | bytes[3]) + 1);
  const std::uint32_t code = bytes[4] & 0x3F;
  if (code / 2 >= kKilobits.size()) return 0;
  const std::uint32_t rate = kKilobits[code / 2];
  switch (bytes[4] >> 6) {
    case 0:
      return std::size_t{4} * rate;
    case 1:
      return std::size_t{2} * (320 * rate / 147 + (code & 1));
    case 2:
      return std::size_t{6} * rate;
    default:
      return 0;
  }
}

}  // namespace

std::optional<AudioFrame> read_audio_frame(media::Codec codec, ByteView bytes) {
  if (bytes.size() < kAudioHeaderMax) return {};
  if (codec == media::Codec::aac) return read_adts(bytes);
  const auto config = media::describe_from_frame(codec, bytes.first(kAudioHeaderMax));
  if (!config) return {};
  AudioFrame frame;
  frame.sample_rate = config->audio.sample_rate;
  frame.channels = config->audio.channels;
  frame.samples = config->audio.samples_per_frame;
  frame.size = codec == media::Codec::mp3 ? mp3_size(bytes, frame.sample_rate) : ac3_size(bytes);
  if (frame.size < kAudioHeaderMax) return {};
  return frame;
}

}  // namespace sluice::check
