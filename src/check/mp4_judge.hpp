// Mp4Judge: fragmented MP4, initialisation sections and the segments or parts that follow one another.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "link.hpp"
#include "mp4_fragment.hpp"
#include "mp4_samples.hpp"
#include "piece_findings.hpp"
#include "sluice/check/media_judge.hpp"

namespace sluice::check::mp4 {

class Mp4Judge {
 public:
  MediaFacts on_init(ByteView bytes, PieceFindings& findings);
  MediaFacts on_piece(ByteView bytes, bool is_part, Link link, PieceFindings& findings);

 private:
  void on_fragment(const Fragment& fragment, const FragmentData& data, MediaFacts& facts, PieceFindings& findings);
  void judge_sequence(const Fragment& fragment, PieceFindings& findings);
  void on_track(const TrackFragment& fragment, const FragmentData& data, TrackFacts& facts, PieceFindings& findings);
  void judge_continuity(const Track& track, std::int64_t begin, PieceFindings& findings);
  TrackFacts* facts_for(const Track& track, MediaFacts& facts) const;
  void judge_presence(const MediaFacts& facts, PieceFindings& findings) const;
  void judge_times(const MediaFacts& facts, PieceFindings& findings);

  Bytes init_;
  bool has_init_ = false;
  std::vector<Track> tracks_;

  // What goes on from piece to piece, by track id.
  struct End {
    std::int64_t time = 0;
    std::uint32_t frame = 0;  // what the last sample lasts
  };
  std::map<std::uint32_t, End> ends_;
  std::optional<std::uint32_t> sequence_number_;

  // Presentation times in the piece, by track id.
  std::map<std::uint32_t, std::vector<std::int64_t>> times_;
};

}  // namespace sluice::check::mp4
