// One MPEG-TS packet, read in place and written (ISO/IEC 13818-1 section 2.4.3).
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"

namespace sluice::mux {

// `packet` is 188 bytes and must outlive the view. The fields of a packet whose adaptation field overruns it read as if
// it had no payload.
class TsPacket {
 public:
  explicit TsPacket(ByteView packet) : packet_(packet) {}

  bool has_sync() const { return packet_[0] == 0x47; }
  std::uint16_t pid() const { return static_cast<std::uint16_t>((packet_[1] & 0x1f) << 8 | packet_[2]); }
  bool starts_unit() const { return (packet_[1] & 0x40) != 0; }
  std::uint8_t counter() const { return packet_[3] & 0x0f; }
  bool has_payload() const { return (packet_[3] & 0x10) != 0; }
  // Flags and fields, the length byte and stuffing included; empty when there is none.
  ByteView adaptation() const;
  ByteView payload() const;
  bool is_random_access() const { return (adaptation_flags() & 0x40) != 0; }
  bool is_discontinuity() const { return (adaptation_flags() & 0x80) != 0; }
  // In ticks of 27 MHz, modulo 2^33 * 300.
  std::optional<std::int64_t> pcr() const;

 private:
  std::uint8_t adaptation_flags() const;
  ByteView packet_;
};

inline constexpr std::int64_t kPcrWrap = (std::int64_t{1} << 33) * 300;

// Appends a packet that carries `payload` behind the adaptation field `adaptation` (as TsPacket gives it, may be
// empty), stuffed to 188 bytes. The two must leave room for the header, and `payload` must not be empty.
void append_ts_packet(Bytes& out, std::uint16_t pid, bool starts_unit, std::uint8_t counter, ByteView adaptation,
                      ByteView payload);
// Appends a packet with nothing but a PCR.
void append_pcr_packet(Bytes& out, std::uint16_t pid, std::uint8_t counter, std::int64_t pcr);

}  // namespace sluice::mux
