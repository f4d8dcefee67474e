// The part target of a playlist, chosen from the frames of its first segment (docs/low-latency.md).
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/time.hpp"

namespace sluice::timeline {

// How long the frames of the leading track are.
class FrameTimes {
 public:
  // A longer frame among shorter ones is a hole, and says nothing of those that follow.
  static constexpr Millis kHole{500};

  // A frame begins.
  void add(Ticks90k time);
  // What comes next does not follow what came before.
  void forget() { *this = {}; }

  struct Lengths {
    Ticks90k sum{};
    Ticks90k longest{};
    std::int64_t count = 0;
    void add(Ticks90k length);
  };
  // Without holes, unless most are.
  const Lengths& lengths() const { return 2 * whole_.count >= all_.count ? whole_ : all_; }

 private:
  std::optional<Ticks90k> last_;
  Lengths all_;
  Lengths whole_;  // shorter than a hole
};

// The whole number of frames nearest to `part_duration`, no shorter than the longest one, and a millisecond for the
// rounding of RTMP's timestamps; at most `target_duration`. `only`: the frame's length where one frame is all there is.
Millis choose_part_target(Millis part_duration, const FrameTimes& frames, Ticks90k only, Seconds target_duration);

}  // namespace sluice::timeline
