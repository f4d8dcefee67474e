#include "sluice/timeline/source_clock.hpp"

#include <algorithm>

#include "sluice/base/check.hpp"

namespace sluice::timeline {

void SourceClock::reset() {
  unwrap_ = {};
  anchored_ = false;
  believed_any_ = false;
  rogues_ = 0;
}

void SourceClock::anchor(std::uint32_t timestamp_ms, Ticks90k time) {
  unwrap_.accept(timestamp_ms);
  correction_ = time - uncorrected(timestamp_ms, 0);
  newest_ = time;
  anchored_ = true;
  believed_any_ = false;
  rogues_ = 0;
}

Ticks90k SourceClock::uncorrected(std::uint32_t timestamp_ms, std::uint32_t nano_offset) const {
  // The nano offset refines the millisecond of the message. It is added to the decode time, of which the presentation
  // time is counted, so that frame durations become exact as well (ER-05).
  constexpr std::int64_t kNanosPerTick = 11111;
  return Ticks90k(Millis(unwrap_.value(timestamp_ms))) + Ticks90k((nano_offset + kNanosPerTick / 2) / kNanosPerTick);
}

void SourceClock::believe(SourceTrack& track, std::uint32_t timestamp_ms, Ticks90k time) {
  unwrap_.accept(timestamp_ms);
  track.last = std::max(track.last.value_or(time), time);
  track.rogues = 0;
  newest_ = std::max(newest_, time);
  if (track.follower) return;
  rogues_ = 0;
  believed_any_ = true;
}

Placement SourceClock::place(SourceTrack& track, std::uint32_t timestamp_ms, std::uint32_t nano_offset,
                             Ticks90k expected, bool eager) {
  SLUICE_CHECK(anchored_);
  const Ticks90k source = uncorrected(timestamp_ms, nano_offset);
  const Ticks90k time = source + correction_ + track.skew;
  const Ticks90k earliest = track.last ? *track.last - kBackwardTolerance : newest_ - forward_jump_;
  if (time >= earliest && time <= newest_ + forward_jump_) {
    believe(track, timestamp_ms, time);
    return {Placement::Kind::in_line, time};
  }

  ++track.rogues;
  if (!track.follower) ++rogues_;
  const bool whole_stream = !track.follower && (eager || !believed_any_ || rogues_ >= kRoguesToBelieve);
  if (whole_stream || track.rogues >= kRoguesToBelieve) {
    if (whole_stream) {
      correction_ = expected - source - track.skew;
    } else {
      track.skew = expected - source - correction_;
    }
    believe(track, timestamp_ms, expected);
    return {whole_stream ? Placement::Kind::jumped : Placement::Kind::split, expected};
  }
  track.last = std::max(track.last.value_or(expected), expected);
  newest_ = std::max(newest_, expected);
  return {Placement::Kind::restamped, expected};
}

void SourceClock::shift(Ticks90k by) {
  correction_ += by;
  newest_ += by;
}

Ticks90k SourceClock::nearest(std::uint32_t timestamp_ms) const {
  const Ticks90k time = uncorrected(timestamp_ms, 0) + correction_;
  return time >= newest_ - forward_jump_ && time <= newest_ + forward_jump_ ? time : newest_;
}

}  // namespace sluice::timeline
