// FileContents: what is kept of a recording file to answer for its segments, and how it is read from a sealed one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "archive_input.hpp"
#include "sluice/hls/part.hpp"
#include "sluice/record/record.hpp"

namespace sluice::store {

// One complete segment, or a gap.
struct SegmentPlace {
  std::uint64_t offset = 0;  // of its first record
  std::uint64_t end = 0;     // behind its last Cut
  std::uint64_t msn = 0;
  Ticks90k start{};
  Ticks90k duration{};
  std::uint32_t period = 0;  // in FileContents::periods; means nothing for a gap
  bool independent = false;
  bool gap = false;
  bool added = false;
  bool begins_period = false;
  std::array<bool, 2> carried{};  // fmp4, ts
};

struct FileContents {
  // Which file this was read from.
  std::uint64_t size = 0;
  std::uint64_t inode = 0;

  std::uint32_t mark = 0;
  std::optional<SessionId> epoch;                               // none: the Header is damaged
  Seconds target_duration{};                                    // zero: none yet
  std::vector<std::shared_ptr<const hls::PeriodInfo>> periods;  // of which there are segments; without first_frames
  std::vector<SegmentPlace> segments;                           // numbers rise
  // Found out by whoever looks for a part: the number of the first part of a segment, by SegmentPlace::offset; none
  // where recovery gave it. Filled by the archive's one thread.
  mutable std::unordered_map<std::uint64_t, std::optional<std::uint64_t>> first_parts;

  // The first and the last that is not a gap; null when there is none.
  const SegmentPlace* first_media() const;
  const SegmentPlace* last_media() const;
  const hls::PeriodInfo& period_of(const SegmentPlace& place) const { return *periods[place.period]; }
  // UTC of the segment's start and end; not for gaps.
  WallTime start_of(const SegmentPlace& place) const;
  WallTime end_of(const SegmentPlace& place) const;
  std::size_t memory_bytes() const;
};

// Puts parts together to segments.
class SegmentGatherer {
 public:
  explicit SegmentGatherer(std::vector<SegmentPlace>& segments) : segments_(segments) {}

  // The next part or gap of the file; `period` and `begins_period` are not looked at for a gap. True when it completed
  // a segment.
  bool add(const record::IndexEntry& entry, std::uint32_t period, bool begins_period, std::array<bool, 2> carried);

 private:
  std::vector<SegmentPlace>& segments_;
  std::optional<SegmentPlace> gathering_;
  std::uint32_t next_part_ = 0;
};

// Which containers have packets of those tracks: fmp4, ts.
std::array<bool, 2> carried_by(const std::vector<media::Track>& tracks, std::span<const media::TrackEnd> ends);

// What the two ends and the index of a sealed file say; null when those cannot be read.
Result<std::shared_ptr<const FileContents>> read_sealed(ArchiveInput& input, const SessionId& session);

}  // namespace sluice::store
