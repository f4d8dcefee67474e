// CRC32C (Castagnoli; iSCSI, RFC 3720 section B.4): the checksum of every record of a recording.
//
// Uses the CRC instruction of SSE4.2 where the processor has it, tables elsewhere; both give the same value.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice {

// The checksum of `bytes`. With `before`, of what `before` is the checksum of followed by `bytes`.
std::uint32_t crc32c(ByteView bytes, std::uint32_t before = 0);

// The same by tables only, on every processor; tests hold the two against each other.
std::uint32_t crc32c_by_tables(ByteView bytes, std::uint32_t before = 0);

}  // namespace sluice
