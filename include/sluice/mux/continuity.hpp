// The last pass over an MPEG-TS segment that was muxed alone: afterwards segments can be played one after the other as
// one stream (ISO/IEC 13818-1 section 2.4.3.3), although none knows its neighbours.
//
// - PAT and PMT stand once, at the start; SDT and null packets are left out. One packet a segment each, so their
//   continuity counter is the segment's number modulo 16.
// - Every elementary PID gets a multiple of 16 packets with payload, by splitting one packet into a few stuffed ones:
// so
//   each segment starts at counter 0 and the next one goes on there.
// - Where PCRs lie further apart than kPcrIntervalMax, packets that carry nothing else are put between them; also
// behind
//   the last one, when the next segment's first is further away.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"

namespace sluice::mux {

inline constexpr std::size_t kTsPacketSize = 188;
inline constexpr std::uint16_t kPatPid = 0;
inline constexpr std::uint16_t kPmtPid = 0x1000;
// In ticks of 27 MHz: 90 ms, so that rounding stays below the 100 ms of ISO/IEC 13818-1 Annex D.
inline constexpr std::int64_t kPcrIntervalMax = 27'000'000 / 1000 * 90;

// `next_pcr`, in ticks of 27 MHz, is the one that the next segment will begin with, as far as it is known. Error when
// `segment` is not a run of whole TS packets.
Result<Bytes> make_continuous(ByteView segment, std::uint64_t msn, std::optional<std::int64_t> next_pcr = {});

}  // namespace sluice::mux
