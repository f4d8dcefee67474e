// Timeline: where Periods begin, and which tracks have a place in them.
#include <algorithm>
#include <utility>

#include "sluice/timeline/timeline.hpp"

namespace sluice::timeline {

using media::PeriodCause;
using media::TrackKind;

namespace {

// The initialisation section says what only a frame tells (media::describe_from_frame).
bool needs_frame(media::Codec codec) { return codec == media::Codec::ac3 || codec == media::Codec::eac3; }

}  // namespace

// True when a new Period begins with this frame.
bool Timeline::wants_period(TrackState& track, bool key) {
  const bool comes_late = track.is_main() && !track.announced && segmenter_.listed_in_period();
  if (comes_late && key) {
    track.wanted = true;
    pending_ = pending_.value_or(PeriodCause::tracks);
  }
  return pending_ && may_begin_period(track, key);
}

bool Timeline::may_begin_period(const TrackState& track, bool key) {
  const TrackState* video = main_video();
  if (video != nullptr && video->packaged) {
    const bool silent = clock_.newest() - video->clock->last_time() > options_.gop_max;
    if (!silent) return &track == video && key;
  }
  // What was packaged and can only be recorded from now on still needs a Period that says so.
  return (track.is_main() || track.changed) && key;
}

// A main track cannot be announced any more in a Period where others are packaged, nor where its key frame has been
// given up: it would have a place in the init section and no media.
bool Timeline::must_be_dropped(const TrackState& track, bool key) const {
  if (!track.is_main() || track.announced) return false;
  if (segmenter_.listed_in_period()) return true;
  return track.kind == TrackKind::video && !key && (segmenter_.packaged_in_period() || video_given_up_);
}

// Video has been announced, by its configuration at least, and nothing is packaged before its key frame.
bool Timeline::waits_for_video() {
  const TrackState* video = main_video();
  return video != nullptr && !video->packaged && !video_given_up_ && !segmenter_.packaged_in_period();
}

bool Timeline::is_hidden(const TrackState& track, bool key) {
  if (!track.is_main() || track.changed) return true;
  if (track.kind == TrackKind::video) return !track.packaged && !key;
  return waits_for_video();
}

// The first Cut of a Period shuts out what has not come (AV-03): many senders send sound in bursts, or begin late with
// it. Bounded by the end of the segment, which is listed without parts when it had to wait.
bool Timeline::awaits_track() const { return awaits(TrackKind::video) || awaits(TrackKind::audio); }

bool Timeline::awaits(TrackKind kind) const {
  const auto track = std::find_if(tracks_.begin(), tracks_.end(),
                                  [kind](const TrackState& one) { return one.is(kind, 0) && one.config; });
  if (track == tracks_.end()) return may_await_ && expected_.has(kind);
  if (!track->is_main()) return false;
  if (!track->announced) return may_await_;
  return needs_frame(track->config->codec) && !track->packaged && !track->changed;
}

// The first frame of a publisher, or after a silence: its clock is tied to the timeline anew.
void Timeline::open_period(std::uint32_t timestamp_ms, media::Arrival now, Entries& out) {
  const Ticks90k start = segmenter_.end();
  clock_.reset();
  clock_.anchor(timestamp_ms, start);
  for (TrackState& track : tracks_) {
    track.source.last.reset();
    if (track.clock) track.clock->restart();
    track.packaged = false;
    track.wanted = false;
    if (track.changed) refresh_clock(track);
  }
  video_given_up_ = false;
  in_period_ = true;
  // Never back: players take overlapping dates for a fault (HLS 6.2.1), even when our own clock was stepped.
  const WallTime wall_start = dated_ ? std::max(now.wall, wall_at(start)) : now.wall;
  add_period(next_cause_, start, wall_start, out);
  may_await_ = true;
  for (media::Data& data : held_data_) {
    data.time = start;
    out.emplace_back(std::move(data));
  }
  held_data_.clear();
}

// A Period within a publish: times go on, and the wall clock with them unless it has drifted.
void Timeline::continue_period(PeriodCause cause, Ticks90k start, media::Arrival now, Entries& out) {
  constexpr Micros kDriftMax = Seconds(1);
  // An audio frame's time, rounded to its samples, may lie a tick before what it was placed behind.
  start = std::max({start, segmenter_.earliest_end(), period_.media_start});
  segmenter_.close(tracks_, start, now.mono, out);
  const WallTime expected = wall_at(start);
  add_period(cause, start, now.wall - expected > kDriftMax ? now.wall : expected, out);
  for (TrackState& track : tracks_) {
    const bool has_place = track.packaged || track.wanted;
    track.packaged = false;
    track.wanted = false;
    if (has_place && track.is_main()) announce(track, out);
  }
}

WallTime Timeline::wall_at(Ticks90k time) const { return period_.wall_start + to_micros(time - period_.media_start); }

void Timeline::add_period(PeriodCause cause, Ticks90k start, WallTime wall_start, Entries& out) {
  if (any_period_ && segmenter_.listed_in_period()) {
    expected_ = carried_;
    may_await_ = false;
    ++period_.number;
    period_.cause = cause;
  } else if (!any_period_) {
    period_.cause = cause;
  }
  // Else nothing of the last Period is in the playlist: its number and the reason it began for are this one's.
  any_period_ = dated_ = true;
  carried_ = {};
  period_.media_start = start;
  period_.wall_start = wall_start;
  out.emplace_back(period_);
  ++counters_.periods;
  pending_.reset();
  next_index_ = 0;
  for (TrackState& track : tracks_) {
    track.announced = false;
    track.changed = false;
  }
  segmenter_.begin_period();
}

// False when there are no indexes left.
bool Timeline::announce(TrackState& track, Entries& out) {
  constexpr unsigned kIndexes = 256;
  if (next_index_ >= kIndexes) return false;
  track.index = static_cast<media::TrackIndex>(next_index_++);
  track.announced = true;
  out.emplace_back(media::Track{track.index, track.source_id, track.clock->timescale(), *track.config});
  return true;
}

}  // namespace sluice::timeline
