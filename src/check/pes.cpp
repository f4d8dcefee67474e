#include "pes.hpp"

#include <string>

namespace sluice::check::ts {
namespace {

constexpr std::int64_t kTimeWrap = std::int64_t{1} << 33;

// Five bytes with three marker bits; `prefix` are the four bits they begin with.
std::optional<std::int64_t> read_time(ByteReader& reader, std::uint8_t prefix) {
  const std::uint8_t high = reader.u8();
  const std::uint16_t middle = reader.u16();
  const std::uint16_t low = reader.u16();
  if (!reader.ok() || high >> 4 != prefix || (high & middle & low & 1) == 0) return {};
  return std::int64_t{high >> 1 & 7} << 30 | std::int64_t{middle >> 1} << 15 | low >> 1;
}

std::string hex_of(std::uint8_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {kDigits[value >> 4], kDigits[value & 15]};
}

}  // namespace

Result<PesHeader> read_pes_header(ByteView packet) {
  constexpr std::uint8_t kPtsAlone = 2;
  constexpr std::uint8_t kPtsAndDts = 3;
  PesHeader header;
  ByteReader reader(packet);
  if (reader.u24() != 1) return Error{"a PES packet begins without 00 00 01"};
  header.stream_id = reader.u8();
  header.stated_length = reader.u16();
  const std::uint8_t marks = reader.u8();
  const std::uint8_t times = reader.u8() >> 6;
  const ByteView fields = reader.take(reader.u8());
  if (!reader.ok()) return Error{"a PES header runs past its packet of " + std::to_string(packet.size()) + " bytes"};
  if (marks >> 6 != 2) return Error{"a PES header of stream id " + hex_of(header.stream_id) + " lacks its marker bits"};
  ByteReader time_reader(fields);
  if (times == kPtsAlone || times == kPtsAndDts) {
    header.pts = read_time(time_reader, times);
    if (times == kPtsAndDts) header.dts = read_time(time_reader, 1);
    if (!header.pts || (times == kPtsAndDts && !header.dts)) return Error{"a PES header's time lacks its marker bits"};
  } else if (times == 1) {
    return Error{"a PES header has flags for a DTS without PTS"};
  }
  header.payload = reader.rest();
  return header;
}

std::int64_t unwrap_time(std::int64_t time, std::int64_t reference) {
  const std::int64_t ahead = ((time - reference) % kTimeWrap + kTimeWrap) % kTimeWrap;
  return reference + (ahead >= kTimeWrap / 2 ? ahead - kTimeWrap : ahead);
}

}  // namespace sluice::check::ts
