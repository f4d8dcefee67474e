// The wire constants of a recording file and the header every record begins with: docs/recording-format.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"

namespace sluice::record {

inline constexpr std::array<std::uint8_t, 8> kSignature = {'S', 'L', 'U', 'I', 'C', 'E', 'L', 'G'};
inline constexpr std::uint16_t kVersion = 1;

inline constexpr std::size_t kHeaderSize = 32;
// An RTMP message has at most 16 MiB; the rest is room for the index of a long file.
inline constexpr std::size_t kBodyMax = 32 * 1024 * 1024;

inline constexpr std::size_t kIndexEntrySize = 56;
inline constexpr std::size_t kIndexEntriesMax = 400'000;
static_assert(4 + kIndexEntriesMax * kIndexEntrySize <= kBodyMax);

// The footer has a fixed size, so that it is found from the end of the file.
inline constexpr std::size_t kDigestSize = 32;
inline constexpr std::size_t kFooterBodySize = 12 * 8 + 4 + kDigestSize;
inline constexpr std::size_t kFooterSize = kHeaderSize + kFooterBodySize;

// No time of a stream is further from zero (1,500 years of ticks, 4,500 years of wall clock): sums never overflow.
inline constexpr std::int64_t kTicksMax = std::int64_t{1} << 52;
inline constexpr std::int64_t kWallMax = std::int64_t{1} << 57;

enum class RecordType : std::uint8_t {
  header = 1,
  period = 2,
  track = 3,
  packet = 4,
  cut = 5,
  gap = 6,
  data = 7,
  end = 8,
  lost = 9,
  index = 10,
  footer = 11,
};

namespace flags {
inline constexpr std::uint8_t kRepeated = 1;     // Period, Track: stands at the head because it began in a file before
inline constexpr std::uint8_t kKey = 1;          // Packet
inline constexpr std::uint8_t kHidden = 2;       // Packet
inline constexpr std::uint8_t kEndsSegment = 1;  // Cut, index entry
inline constexpr std::uint8_t kIndependent = 2;  // Cut, index entry
inline constexpr std::uint8_t kAdded = 4;        // Cut: recovery added it
inline constexpr std::uint8_t kGap = 4;          // index entry
inline constexpr std::uint8_t kAddedEntry = 8;   // index entry: of an added Cut
inline constexpr std::uint8_t kFinal = 1;        // End: of the playlist as well
inline constexpr std::uint8_t kRecovered = 1;    // Footer: sealed by a later process
inline constexpr std::uint8_t kEnded = 2;        // Footer: the session ended in this file
inline constexpr std::uint8_t kEndedFinal = 4;   // Footer: and the playlist
}  // namespace flags

struct RecordHeader {
  std::uint32_t mark = 0;
  std::uint32_t body_crc = 0;
  std::uint32_t body_size = 0;
  RecordType type{};  // may be a number that this version does not know
  std::uint8_t track = 0;
  std::uint8_t flags = 0;
  std::int32_t cts = 0;
  std::int64_t time = 0;
  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;

HeaderBytes encode_header(const RecordHeader& header);
// The header in the first kHeaderSize bytes of `bytes` (there must be as many), or none when its CRC is wrong or its
// body larger than any may be.
std::optional<RecordHeader> decode_header(ByteView bytes);

}  // namespace sluice::record
