// What a recording says of a stream that another process had, and how its live playlist is put together again from it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/timeline/timeline.hpp"

namespace sluice::live {

// What was recorded of a publish session, or the end of it: Period and Tracks first.
struct RecordedSession {
  SessionId session;
  std::vector<media::Entry> entries;
};

// The newest recording of a stream.
struct StreamTail {
  SessionId epoch;
  std::uint64_t last_msn = 0;
  std::uint64_t last_period = 0;
  Ticks90k media_end{};
  WallTime last_wall{};  // UTC of media_end, or of the publish's end
  Seconds target_duration{};
  bool final = false;  // the playlist has ended: nobody may resume it
  std::optional<SessionId> session = {};
  // The end of the epoch, as long as a live window; oldest first. May be empty.
  std::vector<RecordedSession> window = {};
};

// The part target of the playlist `window` is of, which never changes: 0 when it lists no parts. None when no segment
// of it was completed, so that nothing has been told yet.
std::optional<Millis> part_target_of(const std::vector<RecordedSession>& window);

// What the last Period of `window` has media of.
timeline::Kinds kinds_of(const std::vector<RecordedSession>& window);

// Makes a window that a playlist can be made of: whole segments, numbers without a hole up to `last_msn`. What is
// missing between segments (the publisher was away, entries were lost or damaged) becomes Gaps that share the time;
// where that cannot be, the window begins behind it. Empty when nothing is left.
std::vector<RecordedSession> make_contiguous(std::vector<RecordedSession> recorded, std::uint64_t last_msn,
                                             Ticks90k media_end);

}  // namespace sluice::live
