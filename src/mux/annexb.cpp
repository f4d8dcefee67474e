#include "sluice/mux/annexb.hpp"

#include <string>
#include <vector>

namespace sluice::mux {
namespace {

constexpr std::uint8_t kStartCode[] = {0, 0, 0, 1};
constexpr std::uint8_t kDelimiter[] = {0, 0, 0, 1, 9, 0xf0};  // any slice type may follow
constexpr int kNalSps = 7;
constexpr int kNalDelimiter = 9;

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_sets(Bytes& out, ByteReader& reader, int count) {
  for (int i = 0; i < count; ++i) {
    const ByteView set = reader.take(reader.u16());
    append(out, kStartCode);
    append(out, set);
  }
}

std::size_t read_length(ByteReader& reader, std::size_t size) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < size; ++i) length = length << 8 | reader.u8();
  return length;
}

int nal_type(ByteView nal) { return nal[0] & 0x1f; }

}  // namespace

Result<AvcParameters> parse_avc_record(ByteView record) {
  ByteReader reader(record);
  reader.skip(4);
  AvcParameters parameters;
  parameters.nal_length_size = (reader.u8() & 3u) + 1;
  append_sets(parameters.parameter_sets, reader, reader.u8() & 0x1f);
  append_sets(parameters.parameter_sets, reader, reader.u8());
  if (!reader.ok()) {
    return Error{"AVCDecoderConfigurationRecord of " + std::to_string(record.size()) + " bytes ends inside its sets"};
  }
  return parameters;
}

Result<void> append_annexb(Bytes& out, const AvcParameters& parameters, ByteView unit, bool key) {
  std::vector<ByteView> nals;
  bool has_sps = false;
  ByteReader reader(unit);
  while (!reader.at_end()) {
    const std::size_t length = read_length(reader, parameters.nal_length_size);
    const ByteView nal = reader.take(length);
    if (!reader.ok()) {
      return Error{"NAL unit of " + std::to_string(length) + " bytes overruns its access unit of " +
                   std::to_string(unit.size())};
    }
    if (nal.empty() || nal_type(nal) == kNalDelimiter) continue;
    has_sps = has_sps || nal_type(nal) == kNalSps;
    nals.push_back(nal);
  }
  append(out, kDelimiter);
  if (key && !has_sps) append(out, parameters.parameter_sets);
  for (const ByteView nal : nals) {
    append(out, kStartCode);
    append(out, nal);
  }
  return {};
}

}  // namespace sluice::mux
