// Parameter sets that H.264 key frames carry themselves, and the avcC record made from them.
#include <algorithm>
#include <array>

#include "sluice/media/bit_reader.hpp"
#include "sluice/media/codec_config.hpp"
#include "sluice/media/nal.hpp"

namespace sluice::media {
namespace {

// A few NAL units of one type, in order. More than any real encoder sends are left out.
struct ParameterSets {
  std::array<ByteView, 8> nals;
  std::size_t count = 0;

  void add(ByteView nal) {
    if (count < nals.size() && nal.size() <= 0xFFFF) nals[count++] = nal;
  }
  bool has(ByteView nal) const {
    return std::any_of(nals.begin(), nals.begin() + count,
                       [nal](ByteView own) { return std::equal(own.begin(), own.end(), nal.begin(), nal.end()); });
  }
  void write(ByteWriter& writer) const {
    for (std::size_t i = 0; i < count; ++i) {
      writer.u16(static_cast<std::uint16_t>(nals[i].size()));
      writer.append(nals[i]);
    }
  }
};

struct RecordSets {
  ParameterSets sps;
  ParameterSets pps;
};

RecordSets sets_of_record(ByteView record) {
  RecordSets sets;
  ByteReader reader(record);
  reader.skip(5);
  const std::uint8_t sps_count = reader.u8() & 0x1F;
  for (std::uint8_t i = 0; i < sps_count; ++i) sets.sps.add(reader.take(reader.u16()));
  const std::uint8_t pps_count = reader.u8();
  for (std::uint8_t i = 0; i < pps_count && reader.ok(); ++i) sets.pps.add(reader.take(reader.u16()));
  return sets;
}

// The bytes that ISO 14496-15 5.3.3.1 adds for the High profiles.
void write_high_profile_fields(ByteView sps, ByteWriter& writer) {
  const std::uint8_t profile = sps[1];
  if (profile != 100 && profile != 110 && profile != 122 && profile != 144) return;
  const Bytes payload = unescape(sps, 1);
  BitReader bits(payload);
  bits.skip(24);
  bits.ue();
  const std::uint32_t chroma_format = bits.ue();
  if (chroma_format == 3) bits.skip(1);
  const std::uint32_t luma_depth = bits.ue();
  const std::uint32_t chroma_depth = bits.ue();
  writer.u8(static_cast<std::uint8_t>(0xFC | (chroma_format & 3)));
  writer.u8(static_cast<std::uint8_t>(0xF8 | (luma_depth & 7)));
  writer.u8(static_cast<std::uint8_t>(0xF8 | (chroma_depth & 7)));
  writer.u8(0);
}

}  // namespace

Payload changed_record(const CodecConfig& config, ByteView key_frame) {
  if (config.codec != Codec::h264) return {};
  RecordSets in_band;
  NalReader nals(key_frame, config.video.nal_length_size);
  while (nals.next()) {
    const std::uint8_t type = h264_nal_type(nals.nal());
    if (type == kH264Sps && nals.nal().size() >= 4) in_band.sps.add(nals.nal());
    if (type == kH264Pps) in_band.pps.add(nals.nal());
  }
  if (in_band.sps.count == 0) return {};
  const RecordSets known = sets_of_record(config.record.view());
  const auto is_known = [&known](ByteView nal) { return known.sps.has(nal); };
  if (std::all_of(in_band.sps.nals.begin(), in_band.sps.nals.begin() + in_band.sps.count, is_known)) return {};

  const ByteView sps = in_band.sps.nals[0];
  const ParameterSets& pps = in_band.pps.count > 0 ? in_band.pps : known.pps;
  ByteWriter writer;
  writer.u8(1);
  writer.append(sps.subspan(1, 3));
  writer.u8(static_cast<std::uint8_t>(0xFC | (config.video.nal_length_size - 1)));
  writer.u8(static_cast<std::uint8_t>(0xE0 | in_band.sps.count));
  in_band.sps.write(writer);
  writer.u8(static_cast<std::uint8_t>(pps.count));
  pps.write(writer);
  write_high_profile_fields(sps, writer);
  return Payload::copy_of(writer.view());
}

}  // namespace sluice::media
