// The tables that say what is in a transport stream: PAT and PMT, ISO/IEC 13818-1 2.4.4.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::check::ts {

inline constexpr std::uint8_t kPatTable = 0;
inline constexpr std::uint8_t kPmtTable = 2;

// Puts the sections of one PID together from its packets' payloads.
class SectionCollector {
 public:
  // A section that is whole with this payload, header and CRC included. Of more than one the first is given: PAT and
  // PMT of HLS are alone in their packets. An Error for bytes that cannot be a section.
  Result<std::optional<Bytes>> feed(ByteView payload, bool starts_unit);
  bool is_open() const { return !section_.empty(); }
  void reset() { section_.clear(); }

 private:
  Result<std::optional<Bytes>> take_whole();

  Bytes section_;
};

struct Program {
  std::uint16_t number = 0;
  std::uint16_t pmt_pid = 0;
};

// The programs of a PAT; the network's own table (number 0) is none.
Result<std::vector<Program>> parse_pat(ByteView section);

struct Stream {
  std::uint8_t type = 0;
  std::uint16_t pid = 0;
  media::Codec codec = media::Codec::unknown;  // also when it is no media: timed metadata
  friend bool operator==(const Stream&, const Stream&) = default;
};

struct Pmt {
  std::uint8_t version = 0;
  std::uint16_t pcr_pid = 0;
  std::vector<Stream> streams;
  Bytes content;  // all that a change of version announces a change of
};

Result<Pmt> parse_pmt(ByteView section);

// What is neither video nor audio is of no rule's concern but this: timed metadata is PES packets with a time. Others
// may be sections (0x05, SCTE-35's 0x86), or PES packets of anything (0x06: subtitles, teletext).
inline constexpr std::uint8_t kMetadataType = 0x15;

// Video and audio that HLS does not play in MPEG-TS (Apple 1.1, 1.5, 2.1): by type, or as descriptors say.
bool is_excluded(const Stream& stream);

}  // namespace sluice::check::ts
