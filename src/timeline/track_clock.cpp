#include "sluice/timeline/track_clock.hpp"

#include <algorithm>
#include <cstdlib>

namespace sluice::timeline {

TrackClock::Placed TrackClock::place(Ticks90k time, std::uint32_t samples) {
  const std::int64_t actual = ticks_in(time, timescale_);
  Placed placed = samples > 0 ? place_audio(actual) : place_video(actual);
  std::int64_t due = placed.dts;
  if (earliest_ && placed.dts < *earliest_) {
    placed.dts = *earliest_;
    placed.repaired = placed.repaired || samples > 0 || placed.dts - due > ticks(kHeldUnnoticed);
  }
  if (samples > 0 || placed.repaired) due = placed.dts;
  // A duration that a repair or a pause made is no guess for the next one.
  constexpr Millis kLongestGuess{1000};
  if (samples == 0 && last_ && !placed.repaired && due > *due_ && due - *due_ <= ticks(kLongestGuess)) {
    frame_ = due - *due_;
  }
  if (samples > 0) frame_ = samples;
  counted_ = samples > 0;
  least_ = last_ ? *last_ + 1 : placed.dts;
  last_ = placed.dts;
  due_ = due;
  return placed;
}

TrackClock::Placed TrackClock::place_audio(std::int64_t actual) {
  if (!last_ || !counted_) return place_video(actual);
  const std::int64_t expected = end();
  const std::int64_t drift = std::abs(actual - expected);
  drifting_ = drift > ticks(kDriftTolerance) ? drifting_ + 1 : 0;
  if (drifting_ < kDriftFrames && drift <= ticks(kDriftLimit)) return {expected, false, false};
  drifting_ = 0;
  return {std::max(actual, *last_ + 1), false, true};
}

TrackClock::Placed TrackClock::place_video(std::int64_t actual) {
  if (!last_ || actual > *last_) return {actual, false, false};
  return {*last_ + std::max<std::int64_t>(1, ticks(kMinimumStep)), true, false};
}

void TrackClock::move(Ticks90k time) {
  const std::int64_t earliest = std::max(least_, earliest_.value_or(least_));
  last_ = std::max(ticks_in(time, timescale_), earliest);
}

void TrackClock::hold(std::int64_t end) { earliest_ = std::max(earliest_.value_or(end), end); }

void TrackClock::restart() {
  last_.reset();
  due_.reset();
  drifting_ = 0;
}

}  // namespace sluice::timeline
