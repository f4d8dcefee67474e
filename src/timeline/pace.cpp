#include "sluice/timeline/pace.hpp"

#include <algorithm>

namespace sluice::timeline {

void Pace::add(Ticks90k time) { times_[count_++ % times_.size()] = time; }

std::optional<Pace::Steady> Pace::steady() const {
  if (count_ < times_.size()) return std::nullopt;
  const auto time = [this](std::size_t frame) { return times_[(count_ + frame) % times_.size()]; };  // oldest first
  Ticks90k shortest = time(1) - time(0);
  Ticks90k longest = shortest;
  for (std::size_t frame = 1; frame < kFrames; ++frame) {
    shortest = std::min(shortest, time(frame + 1) - time(frame));
    longest = std::max(longest, time(frame + 1) - time(frame));
  }
  if (shortest <= Ticks90k(0) || longest - shortest > kTolerance) return std::nullopt;
  return Steady{shortest, (time(kFrames) - time(0)) / static_cast<int>(kFrames)};
}

}  // namespace sluice::timeline
