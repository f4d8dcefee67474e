// The header of a PES packet, ISO/IEC 13818-1 2.4.3.6.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"

namespace sluice::check::ts {

struct PesHeader {
  std::uint8_t stream_id = 0;
  std::size_t stated_length = 0;    // of all that follows the field; 0 when it says nothing
  std::optional<std::int64_t> pts;  // of 33 bits
  std::optional<std::int64_t> dts;
  ByteView payload;
};

inline constexpr std::size_t kPesLengthEnd = 6;  // what stands before and in the length field

// `packet` is a whole PES packet.
Result<PesHeader> read_pes_header(ByteView packet);

// The value nearest to `reference` that is `time` modulo 2^33.
std::int64_t unwrap_time(std::int64_t time, std::int64_t reference);

}  // namespace sluice::check::ts
