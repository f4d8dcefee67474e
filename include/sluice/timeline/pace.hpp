// Pace: whether the frames of a track come so evenly that the end of the last one is known before the next one comes.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "sluice/base/time.hpp"

namespace sluice::timeline {

class Pace {
 public:
  static constexpr std::size_t kFrames = 8;  // so many in a row
  static constexpr Millis kTolerance{3};     // whose lengths differ by no more

  // A frame begins.
  void add(Ticks90k time);
  // What comes next does not follow what came before.
  void forget() { count_ = 0; }

  struct Steady {
    Ticks90k shortest{};  // of the last frames: RTMP's rounding makes them differ by a millisecond
    Ticks90k mean{};
  };
  std::optional<Steady> steady() const;

 private:
  std::array<Ticks90k, kFrames + 1> times_{};  // the newest is at count_ - 1, modulo the size
  std::size_t count_ = 0;
};

}  // namespace sluice::timeline
