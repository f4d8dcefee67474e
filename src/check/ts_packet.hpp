// One packet of MPEG-TS, ISO/IEC 13818-1 2.4.3.2 to 2.4.3.5.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"

namespace sluice::check::ts {

inline constexpr std::size_t kPacketSize = 188;
inline constexpr std::uint16_t kPatPid = 0;
inline constexpr std::uint16_t kNullPid = 0x1FFF;
// PIDs below this one belong to tables of ISO 13818-1 and DVB, which no PMT names.
inline constexpr std::uint16_t kFirstFreePid = 0x20;
// The PCR counts 27 MHz: a base of 33 bits at 90 kHz, times 300.
inline constexpr std::int64_t kPcrWrap = (std::int64_t{1} << 33) * 300;

struct Packet {
  bool is_sound = false;  // the sync byte is there, and the adaptation field fits
  bool is_damaged = false;
  bool is_scrambled = false;
  bool starts_unit = false;
  bool has_payload = false;
  bool is_discontinuity = false;
  bool is_random_access = false;
  std::uint16_t pid = kNullPid;
  std::uint8_t counter = 0;
  std::optional<std::int64_t> pcr;
  ByteView payload;
};

// `bytes` are kPacketSize.
Packet read_packet(ByteView bytes);

}  // namespace sluice::check::ts
