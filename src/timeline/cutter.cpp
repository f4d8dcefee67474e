#include "sluice/timeline/cutter.hpp"

#include <algorithm>

#include "sluice/base/check.hpp"

namespace sluice::timeline {

Cutter::Cutter(const Options& options)
    : options_(options),
      target_duration_(options.target_duration.value_or(std::chrono::ceil<Seconds>(options.segment_target))),
      fixed_(options.target_duration.has_value()) {}

void Cutter::begin(Ticks90k start) {
  open_ = true;
  segment_start_ = start;
  part_start_ = start;
}

Ticks90k Cutter::limit() const {
  const Ticks90k allowed = target_duration_ + kOverrun;
  return fixed_ ? allowed : std::max<Ticks90k>(allowed, options_.gop_max + kOverrun);
}

bool Cutter::is_time_for_key_cut(Ticks90k elapsed) const {
  if (elapsed >= options_.segment_target) return true;
  // Before the target duration is fixed the wish counts, or a group of 1.9 s would make it 4 s for ever.
  return elapsed >= kShortest && elapsed + group_length_.value_or(Ticks90k(0)) > target_duration_ + kOverrun;
}

Cutter::Decision Cutter::on_frame(Ticks90k time, bool key, Ticks90k end, Ticks90k step) {
  SLUICE_CHECK(open_);
  if (key) {
    if (last_key_ && time > *last_key_) group_length_ = time - *last_key_;
    last_key_ = time;
  }
  const Ticks90k elapsed = time - segment_start_;
  if (time <= part_start_) return {};
  if (elapsed > limit()) return cut_over_hole(time, end);
  if (key && is_time_for_key_cut(elapsed)) return {true, true, false, time, time};
  // The margin is for frames that come a little later than the one before did.
  constexpr Ticks90k kMargin = Millis(50);
  if (elapsed + step + std::min(step, kMargin) > limit()) return {true, true, true, time, time};
  if (options_.part_target && time - part_start_ + step > *options_.part_target)
    return {true, false, false, time, time};
  return {};
}

// The frames lie so far apart that no segment can hold the time between them. A short hole is covered by the last
// frame and by the segment that follows; a longer one is nobody's: what was there ends, and the next segment begins
// with the new frame.
Cutter::Decision Cutter::cut_over_hole(Ticks90k time, Ticks90k end) const {
  constexpr Ticks90k kShortHole = Millis(500);
  const Ticks90k last_allowed = segment_start_ + limit();
  if (time - last_allowed < kShortHole) return {true, true, true, last_allowed, last_allowed};
  return {true, true, true, closing_time(end), time};
}

Ticks90k Cutter::closing_time(Ticks90k end) const {
  constexpr Ticks90k kLeast = Millis(1);  // a part of no duration cannot be listed
  return std::clamp(end, part_start_ + kLeast, std::max(segment_start_ + limit(), part_start_ + kLeast));
}

void Cutter::cut(Ticks90k at, bool ends_segment) {
  if (!fixed_) {
    // A quarter second to spare, so that a group a little longer than the first one still fits.
    constexpr Ticks90k kSpare = Millis(250);
    const auto longest = std::chrono::ceil<Seconds>(options_.gop_max);
    const auto needed = std::min(std::chrono::ceil<Seconds>(at - segment_start_ - kSpare), longest);
    target_duration_ = std::max(target_duration_, needed);
    fixed_ = true;
  }
  open_ = !ends_segment;
  part_start_ = at;
}

}  // namespace sluice::timeline
