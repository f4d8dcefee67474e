// Head: what a recording file that begins in the middle of a session must say first, kept up to date entry by entry.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "sluice/media/entry.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {

class Head {
 public:
  Head() = default;
  explicit Head(const Numbering& before) : numbering_(before) {}

  void apply(const media::Entry& entry);

  // None before the session's first Period.
  const std::optional<media::Period>& period() const { return period_; }
  const std::vector<media::Track>& tracks() const { return tracks_; }
  const Numbering& numbering() const { return numbering_; }

  bool has_video() const;
  bool is_video(media::TrackIndex track) const;
  // The 90 kHz time of `ticks` in that track's timescale; none when the track is not known or the time is absurd.
  std::optional<Ticks90k> time_of(media::TrackIndex track, std::int64_t ticks) const;
  // UTC of a time of the current Period; the epoch of WallTime without one.
  WallTime wall_of(Ticks90k time) const;

 private:
  const media::Track* find(media::TrackIndex index) const;
  void reach(Ticks90k time) { numbering_.last_time = std::max(numbering_.last_time, time); }

  std::optional<media::Period> period_;
  std::vector<media::Track> tracks_;
  Numbering numbering_;
};

}  // namespace sluice::record
