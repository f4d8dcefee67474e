#include "sluice/timeline/cutter.hpp"

#include <algorithm>

#include "sluice/base/check.hpp"

namespace sluice::timeline {

Cutter::Cutter(const Options& options)
    : options_(options),
      target_duration_(options.target_duration.value_or(std::chrono::ceil<Seconds>(options.segment_target))),
      fixed_(options.target_duration.has_value()),
      part_target_(options.part_target) {}

void Cutter::begin(Ticks90k start) {
  open_ = true;
  first_part_ = true;
  slow_ = false;
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

// Waiting for another frame would make the segment too long.
bool Cutter::is_last_chance(Ticks90k elapsed, Ticks90k step) const {
  // The margin is for frames that come a little later than the one before did.
  constexpr Ticks90k kMargin = Millis(50);
  return elapsed + step + std::min(step, kMargin) > limit();
}

// Where the running part ends at the latest.
Ticks90k Cutter::part_end() const {
  const Ticks90k segment_end = segment_start_ + limit();
  return has_parts() ? std::min(segment_end, part_start_ + part_target()) : segment_end;
}

// Another frame would make the part longer than its target; and it is long enough for one that is not the last of a
// segment. One in between waits for the next frame, which will be late.
bool Cutter::is_full(Ticks90k time, Ticks90k step) const {
  const Ticks90k elapsed = time - part_start_;
  const Ticks90k target = part_target();
  return has_parts() && elapsed + step > target && elapsed * 100 >= target * 85;
}

void Cutter::note_key(Ticks90k time) {
  if (last_key_ && time > *last_key_) group_length_ = time - *last_key_;
  last_key_ = time;
}

Cutter::Decision Cutter::on_frame(Ticks90k time, bool key, Ticks90k end, Ticks90k step, Lead lead) {
  SLUICE_CHECK(open_);
  if (!part_target_ && lead != Lead::stand_in) frames_.add(time);
  if (key) note_key(time);
  const Ticks90k elapsed = time - segment_start_;
  if (time <= part_start_) return {};
  if (has_parts() && time > part_end()) {
    const bool late = time - part_end() > kLateMax;
    const bool slow = lead == Lead::video && first_part_ && (late || step > part_target());
    if (!slow && !held_) return cut_at_target(time, key, end, step, lead);
    slow_ = true;
    if (slow) ++slow_segments_;
  }
  if (elapsed > limit()) return cut_over_hole(time, end);
  if (key && is_time_for_key_cut(elapsed)) return {true, true, false, time, time};
  if (is_last_chance(elapsed, step)) return {true, true, true, time, time};
  if (!held_ && is_full(time, step)) return {true, false, false, time, time};
  return {};
}

// The frame comes too late for the part, which ends at its target.
Cutter::Decision Cutter::cut_at_target(Ticks90k time, bool key, Ticks90k end, Ticks90k step, Lead lead) const {
  const Ticks90k at = part_end();
  const Ticks90k elapsed = time - segment_start_;
  const bool by_key = key && is_time_for_key_cut(elapsed);
  const bool forced = !by_key && is_last_chance(elapsed, step);
  // No frame is taken back where audio leads: its samples are where they are.
  if (lead == Lead::stand_in) return {true, forced, forced, at, at};
  const Ticks90k late = time - at;
  if (lead == Lead::audio ? late > Ticks90k(part_target()) / 2 : late > kLateEnd) {
    return {true, true, !by_key, closing_time(end), time};
  }
  if (lead == Lead::audio) return {true, by_key || forced, forced, at, at};
  const bool too_late = late > kLateMax;
  return {true, by_key || forced || too_late, !by_key && (forced || too_late), at, at, at};
}

// A key frame is expected as long after the last one as that was after the one before, and from then on at any time.
bool Cutter::may_be_key(Ticks90k time, Ticks90k step) const {
  return last_key_ && group_length_ && *last_key_ + *group_length_ - time < step / 2;
}

Cutter::Decision Cutter::after_frame(Ticks90k end, Ticks90k step, Lead lead) const {
  if (!open_ || held_ || !has_parts() || end <= part_start_ || end > part_end()) return {};
  const Ticks90k elapsed = end - segment_start_;
  const bool by_key = (lead == Lead::audio || may_be_key(end, step)) && is_time_for_key_cut(elapsed);
  // Audio can be cut anywhere: there is nothing to wait for.
  if (by_key && lead == Lead::audio) return {true, true, false, end, end};
  if (by_key || is_last_chance(elapsed, step) || !is_full(end, step)) return {};
  return {true, false, false, end, end};
}

Cutter::Decision Cutter::on_awaited(Ticks90k time, bool key, Ticks90k step, bool empty) {
  if (key) note_key(time);
  const Ticks90k late = time - part_start_;
  const Ticks90k elapsed = time - segment_start_;
  const bool by_key = key && is_time_for_key_cut(elapsed);
  const bool ends = by_key || is_last_chance(elapsed, step) || late > kLateMax;
  if (!ends) return {false, false, false, part_start_, part_start_, part_start_};
  if (late > kLateEnd) return {true, true, !by_key, part_start_, time};
  // What is in the part already needs some time.
  const Ticks90k at = empty ? part_start_ : part_start_ + kLeast;
  return {true, true, !by_key, at, at, part_start_};
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
  return std::clamp(end, part_start_ + kLeast, std::max(part_end(), part_start_ + kLeast));
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
  if (!part_target_) {
    part_target_ = options_.part_duration
                       ? choose_part_target(*options_.part_duration, frames_, at - segment_start_, target_duration_)
                       : Millis(0);
  }
  first_part_ = held_ = false;
  open_ = !ends_segment;
  part_start_ = at;
}

}  // namespace sluice::timeline
