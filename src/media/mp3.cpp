// MPEG audio layer III frame headers, ISO 11172-3 2.4.1.3 and ISO 13818-3.
#include <array>

#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {
namespace {

struct Header {
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
  std::uint32_t samples = 0;
};

std::optional<Header> parse_header(ByteView frame) {
  constexpr std::uint32_t kLayer3 = 1;
  constexpr std::uint32_t kReservedVersion = 1;
  constexpr std::uint32_t kVersion1 = 3;
  constexpr std::array<std::uint32_t, 3> kRates = {44100, 48000, 32000};
  BitReader bits(frame);
  const bool synced = bits.bits(11) == 0x7FF;
  const std::uint32_t version = bits.bits(2);
  const std::uint32_t layer = bits.bits(2);
  bits.skip(1 + 4);
  const std::uint32_t rate = bits.bits(2);
  bits.skip(2);
  const std::uint32_t mode = bits.bits(2);
  if (!bits.ok() || !synced || version == kReservedVersion || layer != kLayer3 || rate == 3) return {};
  Header header;
  // Version 2 halves the rates, version 2.5 (0) quarters them.
  header.sample_rate = kRates[rate] / (version == kVersion1 ? 1 : version == 2 ? 2 : 4);
  header.channels = mode == 3 ? 1 : 2;
  header.samples = version == kVersion1 ? 1152 : 576;
  return header;
}

}  // namespace

Fault describe_mp3(CodecConfig& config, ByteView frame) {
  const std::optional<Header> header = parse_header(frame);
  if (!header) return Error{"an MP3 frame does not begin with a layer III header"};
  config.audio.sample_rate = header->sample_rate;
  config.audio.channels = header->channels;
  config.audio.samples_per_frame = header->samples;
  config.rfc6381 = "mp4a.40.34";
  return {};
}

std::uint32_t mp3_samples(ByteView frame) {
  const std::optional<Header> header = parse_header(frame);
  return header ? header->samples : 0;
}

}  // namespace sluice::media
