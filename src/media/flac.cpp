// FLAC: STREAMINFO (RFC 9639 8.2) and frame headers (9.1).
#include "parsers.hpp"
#include "sluice/media/bit_reader.hpp"

namespace sluice::media {

Fault parse_flac(CodecConfig& config) {
  constexpr std::size_t kStreamInfoSize = 34;
  constexpr std::size_t kBlockHeaderSize = 4;
  ByteView record = config.record.view();
  if (record.size() >= 4 && as_text(record.first(4)) == "fLaC") record = record.subspan(4);
  // Senders differ in whether the metadata block's own header (type 0, length 34) is there.
  if (record.size() >= kStreamInfoSize + kBlockHeaderSize && (record[0] & 0x7F) == 0 && record[1] == 0 &&
      record[2] == 0 && record[3] == kStreamInfoSize) {
    record = record.subspan(kBlockHeaderSize);
  }
  if (record.size() < kStreamInfoSize) {
    return Error{"the FLAC STREAMINFO has " + std::to_string(record.size()) + " bytes; 34 are needed"};
  }
  BitReader bits(record);
  bits.skip(16 + 16 + 24 + 24);
  config.audio.sample_rate = bits.bits(20);
  config.audio.channels = bits.bits(3) + 1;
  config.audio.samples_per_frame = 0;
  if (config.audio.sample_rate == 0) return Error{"the FLAC STREAMINFO states a sample rate of 0"};
  config.rfc6381 = "fLaC";
  return {};
}

std::uint32_t flac_samples(ByteView frame) {
  BitReader bits(frame);
  if (bits.bits(15) != 0x7FFC) return 0;
  bits.skip(1);
  const std::uint32_t code = bits.bits(4);
  bits.skip(4 + 8);
  // The frame's number, in as many bytes as the first one has leading ones (as UTF-8, up to 7).
  const std::uint32_t first = bits.bits(8);
  unsigned ones = 0;
  while (ones < 8 && (first & (0x80U >> ones)) != 0) ++ones;
  if (ones > 1) bits.skip(8 * (ones - 1));
  std::uint32_t samples = 0;
  if (code == 1) samples = 192;
  if (code >= 2 && code <= 5) samples = 576U << (code - 2);
  if (code == 6) samples = bits.bits(8) + 1;
  if (code == 7) samples = bits.bits(16) + 1;
  if (code >= 8) samples = 256U << (code - 8);
  return bits.ok() ? samples : 0;
}

}  // namespace sluice::media
