// Archive: what recordings hold of a stream, segment by segment. Time-shift, VOD and late requests for live segments
// are made from it. store::ArchiveReader reads it from disk; tests have theirs. docs/time-shift.md.
//
// All functions block. One thread at a time.
#pragma once

#include <array>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/hls/part.hpp"
#include "sluice/hls/route.hpp"

namespace sluice::hls {

// One complete segment, or a recorded gap. A gap has the period of the segment before it.
struct ArchivedSegment {
  // Shared by the segments of one Period in one file: compare session and number, not pointers. `first_frames` is
  // empty: Archive::period() has them.
  std::shared_ptr<const PeriodInfo> period;
  std::uint64_t msn = 0;
  Ticks90k start{};
  Ticks90k duration{};
  std::uint64_t bytes = 0;  // in the recording: about as large as the media
  Seconds target_duration{};
  bool independent = false;
  bool gap = false;
  bool added = false;             // its Cut was added by recovery: its name has an r
  bool begins_period = false;     // the Period's first
  std::array<bool, 2> carried{};  // fmp4, ts: whether the container has any packet of it

  WallTime date() const { return period->period.wall_start + to_micros(start - period->period.media_start); }
};

// Segments of one epoch that follow one another in one list of files; numbers rise, holes are possible.
struct ArchivedEpoch {
  SessionId epoch;
  std::uint64_t first_msn = 0;            // the epoch's first segment that is still recorded, listed or not
  std::vector<ArchivedSegment> segments;  // never empty, and does not begin with a gap
  // A file of the epoch, or of the session that was asked for, is not sealed yet: whoever writes it may add to it.
  bool open = false;
};

// Which segments of a stream: those that overlap [from, to), of epochs up to `epoch`, of `session` alone.
struct ArchiveQuery {
  std::optional<WallTime> from = {};
  std::optional<WallTime> to = {};
  // From this long before the end of the newest segment on; in addition to `from`.
  std::optional<Micros> last = {};
  std::optional<SessionId> epoch = {};    // none: the newest
  std::optional<SessionId> session = {};  // none: all
};

// Oldest epoch first; empty when nothing recorded fits.
using ArchivedSpan = std::vector<ArchivedEpoch>;

enum class ArchiveFault {
  unknown,  // nothing of that name was ever recorded, as far as can be told
  gone,     // it was, and the files are no longer there
  failed,   // it is there and cannot be read
};

template <class T>
struct ArchiveAnswer {
  std::optional<T> value;
  ArchiveFault fault = ArchiveFault::unknown;  // without a value
  std::string message;                         // with `failed`: what and where

  explicit operator bool() const { return value.has_value(); }
};

class Archive {
 public:
  virtual ~Archive() = default;
  // `unknown` when there is no recording of the stream at all; `unknown` or `gone` when there is none of the epoch or
  // session that is asked for.
  virtual ArchiveAnswer<ArchivedSpan> span(const StreamName& stream, const ArchiveQuery& query) = 0;
  // The parts of a segment that is complete; a gap is unknown. `added` as in ArchivedSegment.
  virtual ArchiveAnswer<std::vector<std::shared_ptr<const Part>>> segment(const StreamName& stream,
                                                                          const SessionId& session, std::uint64_t msn,
                                                                          bool added) = 0;
  // A part of a segment that is complete.
  virtual ArchiveAnswer<std::shared_ptr<const Part>> part(const StreamName& stream, const PartName& name) = 0;
  // With first_frames.
  virtual ArchiveAnswer<std::shared_ptr<const PeriodInfo>> period(const StreamName& stream, const SessionId& session,
                                                                  std::uint64_t number) = 0;
};

}  // namespace sluice::hls
