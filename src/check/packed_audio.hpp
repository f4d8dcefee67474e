// Packed audio: an ID3 tag with the timestamp, and frames of ADTS, MP3, AC-3 or E-AC-3 (rfc8216bis 3.1.3).
#pragma once

#include <cstdint>
#include <optional>

#include "link.hpp"
#include "piece_findings.hpp"
#include "sluice/check/media_judge.hpp"

namespace sluice::check {

class PackedAudioJudge {
 public:
  MediaFacts on_segment(ByteView bytes, Link link, PieceFindings& findings);

 private:
  std::optional<std::int64_t> end_;  // of the segment before, in 90 kHz
};

}  // namespace sluice::check
