// OpenPart: what a recording file has behind its last Cut, and the Cut that ends it when its writer was killed.
#pragma once

#include <optional>
#include <vector>

#include "sluice/record/head.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {

class OpenPart {
 public:
  // The file's records, in order.
  void apply(const FileHeader& header) { head_ = Head(header.before); }
  void apply(const media::Entry& entry);

  // An `added` Cut that ends the segment the file ends in. None when the file has no unfinished segment, or when no
  // number can be given to it, because neither this file nor its Header knows one.
  std::optional<media::Cut> closing() const;

 private:
  // A track's packets since the last Cut.
  struct Run {
    media::TrackIndex track = 0;
    std::int64_t last = 0;  // dts
    std::int64_t step = 0;  // to it from the one before, of this part or an earlier one; 0: not known
    bool in_part = false;
  };

  void add(const media::Packet& packet);
  // Where the last packet of a track ends, in its timescale.
  std::int64_t end_of(const Run& run) const;
  const Run* leading() const;

  Head head_;
  std::vector<Run> runs_;
  std::optional<Ticks90k> listed_end_;  // of the last Cut or Gap of this Period
  std::optional<media::Cut> segment_;   // the last Cut, when its segment goes on
  Ticks90k segment_start_{};            // of that segment
  Millis part_target_{};                // the last Cut's
  std::uint64_t fragment_ = 0;          // the last Cut's, in this Period
  Ticks90k first_{};                    // of the leading track's first packet in the part
  bool has_video_ = false;              // the part has, and
  bool begins_with_key_ = false;        // it begins with a key frame
  bool ended_ = false;
};

}  // namespace sluice::record
