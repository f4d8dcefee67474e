// FrameRateMeter: the frame rate of a Period whose sequence header does not state one, from its first segments.
//
// Each segment gives a rate; the median of the first kSegments is taken and then kept, so that the multivariant
// playlist does not change with every segment. Within 0.1 % of a customary rate it is that rate: RTMP's milliseconds
// blur it by as much.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::hls {

class FrameRateMeter {
 public:
  static constexpr std::size_t kSegments = 3;

  // `frames` that together last `duration`.
  void add(std::uint64_t frames, Ticks90k duration);
  // Numerator 0 while nothing was measured.
  media::FrameRate rate() const { return rate_; }

 private:
  std::vector<std::uint32_t> millihertz_;
  media::FrameRate rate_;
};

}  // namespace sluice::hls
