// Opus: identification header (RFC 7845 5.1) and the table of contents byte of packets (RFC 6716 3.1).
#include <array>

#include "parsers.hpp"

namespace sluice::media {
namespace {

constexpr std::uint32_t kRate = 48000;

void set_format(CodecConfig& config, std::uint32_t channels) {
  config.audio.sample_rate = kRate;  // the decoder's; the header's rate is only what the source had
  config.audio.channels = channels;
  config.audio.samples_per_frame = 0;
  config.rfc6381 = "opus";
}

}  // namespace

Fault parse_opus_head(CodecConfig& config) {
  if (config.record.empty()) {
    set_format(config, 2);
    return {};
  }
  ByteReader reader(config.record.view());
  const ByteView magic = reader.take(8);
  const std::uint8_t version = reader.u8();
  const std::uint8_t channels = reader.u8();
  reader.skip(2 + 4 + 2 + 1);
  if (!reader.ok() || as_text(magic) != "OpusHead" || version > 15 || channels == 0) {
    return Error{"the OpusHead is damaged or of a later version than 15"};
  }
  set_format(config, channels);
  return {};
}

Fault describe_opus(CodecConfig& config, ByteView frame) {
  constexpr std::uint8_t kStereoBit = 0x04;
  constexpr std::uint16_t kPreSkip = 312;  // libopus' look-ahead, which a sender of bare packets has most likely
  if (frame.empty()) return Error{"an Opus packet is empty"};
  const std::uint8_t channels = (frame[0] & kStereoBit) != 0 ? 2 : 1;
  ByteWriter head;
  head.append("OpusHead");
  head.u8(1);
  head.u8(channels);
  head.u16_le(kPreSkip);
  head.u32_le(kRate);
  head.u16_le(0);
  head.u8(0);
  config.record = Payload::copy_of(head.view());
  set_format(config, channels);
  return {};
}

std::uint32_t opus_samples(ByteView packet) {
  if (packet.empty()) return 0;
  constexpr std::array<std::uint32_t, 4> kSilk = {480, 960, 1920, 2880};
  constexpr std::uint32_t kLongest = 5760;  // 120 ms
  const unsigned mode = packet[0] >> 3;
  const std::uint32_t frame = mode < 12 ? kSilk[mode % 4] : mode < 16 ? 480U << (mode % 2) : 120U << (mode % 4);
  const unsigned code = packet[0] & 3;
  if (code == 3 && packet.size() < 2) return 0;
  const std::uint32_t frames = code == 0 ? 1 : code < 3 ? 2 : packet[1] & 0x3F;
  return frame * frames <= kLongest ? frame * frames : 0;
}

}  // namespace sluice::media
