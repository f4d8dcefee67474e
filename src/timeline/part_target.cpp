#include "sluice/timeline/part_target.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::timeline {

void FrameTimes::Lengths::add(Ticks90k length) {
  sum += length;
  longest = std::max(longest, length);
  ++count;
}

void FrameTimes::add(Ticks90k time) {
  if (last_ && time > *last_) {
    all_.add(time - *last_);
    if (time - *last_ < kHole) whole_.add(time - *last_);
  }
  last_ = time;
}

Millis choose_part_target(Millis part_duration, const FrameTimes& frames, Ticks90k only, Seconds target_duration) {
  FrameTimes::Lengths lengths = frames.lengths();
  if (lengths.count == 0) lengths.add(std::max(only, Ticks90k(1)));
  const auto rounded = [](std::int64_t dividend, std::int64_t divisor) {
    return (2 * dividend + divisor) / (2 * divisor);
  };
  const std::int64_t sum = lengths.sum.count();
  const std::int64_t frame_count =
      std::max<std::int64_t>(1, rounded(Ticks90k(part_duration).count() * lengths.count, sum));
  const Ticks90k wanted((frame_count * sum + lengths.count - 1) / lengths.count);
  constexpr Ticks90k kRounding = Millis(1);
  return std::min<Millis>(std::chrono::ceil<Millis>(std::max(wanted, lengths.longest) + kRounding), target_duration);
}

}  // namespace sluice::timeline
