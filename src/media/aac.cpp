// AudioSpecificConfig, ISO 14496-3 1.6.2.1, with the signalling of SBR and parametric stereo of 1.6.5 and the program
// config element of 4.4.1.1. Rate and channels come from here alone: FLV's own bits say 44.1 kHz stereo whatever is
// true.
#include <algorithm>
#include <array>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {
namespace {

constexpr std::uint32_t kAacMain = 1;
constexpr std::uint32_t kAacLtp = 4;
constexpr std::uint32_t kSbr = 5;
constexpr std::uint32_t kParametricStereo = 29;
constexpr std::uint32_t kSbrSync = 0x2B7;
constexpr std::uint32_t kParametricStereoSync = 0x548;
constexpr std::uint32_t kExplicitRate = 15;

std::uint32_t object_type(BitReader& bits) {
  const std::uint32_t type = bits.bits(5);
  return type == 31 ? 32 + bits.bits(6) : type;
}

// 0 for the reserved indexes.
std::uint32_t sample_rate(BitReader& bits) {
  constexpr std::array<std::uint32_t, 16> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050,
                                                    16000, 12000, 11025, 8000,  7350,  0,     0,     0};
  const std::uint32_t index = bits.bits(4);
  return index == kExplicitRate ? bits.bits(24) : kRates[index];
}

std::uint32_t channels_of(std::uint32_t configuration) {
  constexpr std::array<std::uint32_t, 16> kChannels = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0};
  return kChannels[configuration];
}

// The number of channels a program config element describes.
std::uint32_t program_config(BitReader& bits) {
  bits.skip(4 + 2 + 4);
  const std::uint32_t front = bits.bits(4);
  const std::uint32_t side = bits.bits(4);
  const std::uint32_t back = bits.bits(4);
  const std::uint32_t low_frequency = bits.bits(2);
  const std::uint32_t associated = bits.bits(3);
  const std::uint32_t coupling = bits.bits(4);
  if (bits.flag()) bits.skip(4);
  if (bits.flag()) bits.skip(4);
  if (bits.flag()) bits.skip(3);
  std::uint32_t channels = low_frequency;
  for (std::uint32_t i = 0; i < front + side + back; ++i) {
    channels += bits.flag() ? 2 : 1;
    bits.skip(4);
  }
  bits.skip(4 * low_frequency + 4 * associated + 5 * coupling);
  bits.skip((8 - bits.position() % 8) % 8);
  bits.skip(8 * bits.bits(8));
  return channels;
}

struct Extension {
  bool sbr = false;
  bool parametric_stereo = false;
  std::uint32_t rate = 0;
};

// The backward compatible signalling behind the AAC configuration. Writers leave odd bits before it, so its sync word
// is looked for bit by bit, as the common decoders do.
Extension find_extension(BitReader bits) {
  Extension extension;
  while (bits.remaining() >= 16) {
    BitReader ahead = bits;
    if (ahead.bits(11) != kSbrSync) {
      bits.skip(1);
      continue;
    }
    if (object_type(ahead) == kSbr && ahead.flag()) {
      extension.sbr = true;
      extension.rate = sample_rate(ahead);
      if (ahead.remaining() >= 12 && ahead.bits(11) == kParametricStereoSync) {
        extension.parametric_stereo = ahead.flag();
      }
    }
    if (!ahead.ok()) return {};
    break;
  }
  return extension;
}

}  // namespace

Fault parse_aac(CodecConfig& config) {
  // Nothing of use stands later than this, and the search for the extension is kept short.
  constexpr std::size_t kUsefulBytes = 256;
  const ByteView record = config.record.view();
  BitReader bits(record.first(std::min(record.size(), kUsefulBytes)));
  std::uint32_t type = object_type(bits);
  const std::uint32_t core_rate = sample_rate(bits);
  const std::uint32_t configuration = bits.bits(4);
  Extension extension;
  if (type == kSbr || type == kParametricStereo) {
    extension.sbr = true;
    extension.parametric_stereo = type == kParametricStereo;
    extension.rate = sample_rate(bits);
    type = object_type(bits);
  }
  if (bits.ok() && (type < kAacMain || type > kAacLtp)) {
    return Error{"the AudioSpecificConfig names object type " + std::to_string(type) +
                 "; 1 to 4 (AAC), 5 (SBR) and 29 (parametric stereo) are known"};
  }
  const bool short_frames = bits.flag();
  if (bits.flag()) bits.skip(14);  // core coder delay
  bits.skip(1);
  std::uint32_t channels = configuration == 0 ? program_config(bits) : channels_of(configuration);
  if (!bits.ok()) return Error{"the AudioSpecificConfig ends too early (" + std::to_string(record.size()) + " bytes)"};
  if (core_rate == 0 || channels == 0) {
    return Error{"the AudioSpecificConfig states " + std::to_string(core_rate) + " Hz and " + std::to_string(channels) +
                 " channels"};
  }
  if (!extension.sbr) extension = find_extension(bits);
  // An extension rate below the core's is nonsense; the core alone is then played.
  const bool sbr = extension.sbr && extension.rate >= core_rate;
  if (sbr && extension.parametric_stereo && channels == 1) channels = 2;

  const std::uint32_t core_samples = short_frames ? 960 : 1024;
  config.audio.channels = channels;
  config.audio.sample_rate = sbr ? extension.rate : core_rate;
  config.audio.samples_per_frame =
      static_cast<std::uint32_t>(std::uint64_t{core_samples} * config.audio.sample_rate / core_rate);
  config.rfc6381 = "mp4a.40." + std::to_string(!sbr ? type : extension.parametric_stereo ? kParametricStereo : kSbr);
  return {};
}

}  // namespace sluice::media
