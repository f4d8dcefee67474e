// AC-3 and E-AC-3 syncframe headers, ETSI TS 102 366 4.3 and E.1.2.
#include <array>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {
namespace {

constexpr std::uint32_t kSync = 0x0B77;
constexpr std::array<std::uint32_t, 8> kChannels = {2, 1, 2, 3, 3, 4, 4, 5};  // by acmod
constexpr std::array<std::uint32_t, 3> kRates = {48000, 44100, 32000};
constexpr std::uint32_t kHighestAc3Version = 10;

struct Header {
  bool enhanced = false;
  bool first_substream = true;  // an independent one with id 0: the others repeat its time span
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
  std::uint32_t samples = 0;
  std::size_t bytes = 0;  // of an E-AC-3 syncframe
};

std::optional<Header> parse_ac3(BitReader bits) {
  Header header;
  bits.skip(16 + 16);
  const std::uint32_t rate = bits.bits(2);
  bits.skip(6 + 5 + 3);
  const std::uint32_t mode = bits.bits(3);
  if ((mode & 1) != 0 && mode != 1) bits.skip(2);
  if ((mode & 4) != 0) bits.skip(2);
  if (mode == 2) bits.skip(2);
  const bool low_frequency = bits.flag();
  if (!bits.ok() || rate == 3) return {};
  header.sample_rate = kRates[rate];
  header.channels = kChannels[mode] + (low_frequency ? 1 : 0);
  header.samples = 1536;
  return header;
}

std::optional<Header> parse_eac3(BitReader bits) {
  constexpr std::array<std::uint32_t, 4> kBlocks = {1, 2, 3, 6};
  Header header;
  header.enhanced = true;
  bits.skip(16);
  const std::uint32_t stream_type = bits.bits(2);
  header.first_substream = bits.bits(3) == 0 && stream_type != 1;
  header.bytes = (bits.bits(11) + 1) * 2;
  const std::uint32_t rate = bits.bits(2);
  const std::uint32_t blocks_or_half_rate = bits.bits(2);
  const std::uint32_t mode = bits.bits(3);
  const bool low_frequency = bits.flag();
  if (!bits.ok() || stream_type == 3 || (rate == 3 && blocks_or_half_rate == 3)) return {};
  header.sample_rate = rate == 3 ? kRates[blocks_or_half_rate] / 2 : kRates[rate];
  header.samples = 256 * (rate == 3 ? 6 : kBlocks[blocks_or_half_rate]);
  header.channels = kChannels[mode] + (low_frequency ? 1 : 0);
  return header;
}

std::optional<Header> parse_header(ByteView frame) {
  if (frame.size() < 6 || (frame[0] << 8 | frame[1]) != kSync) return {};
  // bsid stands at the same place in both.
  const std::uint32_t version = frame[5] >> 3;
  return version <= kHighestAc3Version ? parse_ac3(BitReader(frame)) : parse_eac3(BitReader(frame));
}

}  // namespace

Fault describe_ac3(CodecConfig& config, ByteView frame) {
  const std::optional<Header> header = parse_header(frame);
  if (!header) return Error{"an AC-3 frame does not begin with a syncframe header"};
  const std::uint32_t samples = ac3_samples(frame);
  config.audio.sample_rate = header->sample_rate;
  config.audio.channels = header->channels;
  config.audio.samples_per_frame = samples;
  config.rfc6381 = config.codec == Codec::eac3 ? "ec-3" : "ac-3";
  return {};
}

std::uint32_t ac3_samples(ByteView frame) {
  std::uint32_t samples = 0;
  while (const std::optional<Header> header = parse_header(frame)) {
    if (!header->enhanced) return header->samples;
    // An E-AC-3 access unit is as many short syncframes as make six blocks, each with its dependent substreams.
    if (header->first_substream) samples += header->samples;
    if (header->bytes >= frame.size()) break;
    frame = frame.subspan(header->bytes);
  }
  return samples;
}

}  // namespace sluice::media
