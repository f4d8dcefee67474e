#include "sluice/mux/ts_packet.hpp"

#include "sluice/base/check.hpp"

namespace sluice::mux {
namespace {

constexpr std::size_t kSize = 188;
constexpr std::size_t kHeader = 4;
constexpr std::size_t kPcrField = 6;
constexpr std::uint8_t kPcrFlag = 0x10;

}  // namespace

ByteView TsPacket::adaptation() const {
  if ((packet_[3] & 0x20) == 0) return {};
  const std::size_t size = std::size_t{packet_[kHeader]} + 1;
  return size > kSize - kHeader ? packet_.subspan(kHeader) : packet_.subspan(kHeader, size);
}

ByteView TsPacket::payload() const {
  if (!has_payload()) return {};
  return packet_.subspan(kHeader + adaptation().size());
}

std::uint8_t TsPacket::adaptation_flags() const {
  const ByteView field = adaptation();
  return field.size() < 2 ? 0 : field[1];
}

std::optional<std::int64_t> TsPacket::pcr() const {
  const ByteView field = adaptation();
  if ((adaptation_flags() & kPcrFlag) == 0 || field.size() < 2 + kPcrField) return std::nullopt;
  ByteReader reader(field.subspan(2));
  const std::uint64_t bits = std::uint64_t{reader.u32()} << 16 | reader.u16();
  return static_cast<std::int64_t>((bits >> 15) * 300 + (bits & 0x1ff));
}

void append_ts_packet(Bytes& out, std::uint16_t pid, bool starts_unit, std::uint8_t counter, ByteView adaptation,
                      ByteView payload) {
  SLUICE_CHECK(!payload.empty() && adaptation.size() + payload.size() <= kSize - kHeader);
  const std::size_t field_size = kSize - kHeader - payload.size();
  out.push_back(0x47);
  out.push_back(static_cast<std::uint8_t>((starts_unit ? 0x40 : 0) | pid >> 8));
  out.push_back(static_cast<std::uint8_t>(pid));
  out.push_back(static_cast<std::uint8_t>((field_size > 0 ? 0x30 : 0x10) | (counter & 0x0f)));
  if (field_size > 0) {
    const std::size_t end = out.size() + field_size;
    out.push_back(static_cast<std::uint8_t>(field_size - 1));
    if (adaptation.size() > 1) {
      out.insert(out.end(), adaptation.begin() + 1, adaptation.end());
    } else if (field_size > 1) {
      out.push_back(0);
    }
    out.resize(end, 0xff);
  }
  out.insert(out.end(), payload.begin(), payload.end());
}

void append_pcr_packet(Bytes& out, std::uint16_t pid, std::uint8_t counter, std::int64_t pcr) {
  const std::size_t end = out.size() + kSize;
  const std::uint64_t bits =
      static_cast<std::uint64_t>(pcr / 300) << 15 | 0x7e00 | static_cast<std::uint64_t>(pcr % 300);
  out.push_back(0x47);
  out.push_back(static_cast<std::uint8_t>(pid >> 8));
  out.push_back(static_cast<std::uint8_t>(pid));
  out.push_back(static_cast<std::uint8_t>(0x20 | (counter & 0x0f)));
  out.push_back(static_cast<std::uint8_t>(kSize - kHeader - 1));
  out.push_back(kPcrFlag);
  for (int shift = 40; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(bits >> shift));
  out.resize(end, 0xff);
}

}  // namespace sluice::mux
