#include "sluice/hls/frame_rate_meter.hpp"

#include <algorithm>

namespace sluice::hls {
namespace {

constexpr media::FrameRate kCustomary[] = {{24000, 1001}, {24, 1}, {25, 1},       {30000, 1001}, {30, 1},
                                           {48, 1},       {50, 1}, {60000, 1001}, {60, 1},       {120, 1}};
constexpr std::uint32_t kMillihertzMax = 1'000'000;

media::FrameRate snapped(std::uint32_t millihertz) {
  const media::FrameRate* nearest = nullptr;
  std::int64_t nearest_distance = millihertz / 1000;
  for (const media::FrameRate& rate : kCustomary) {
    const std::int64_t distance = std::int64_t{millihertz} - std::int64_t{rate.numerator} * 1000 / rate.denominator;
    if (std::abs(distance) > nearest_distance) continue;
    nearest = &rate;
    nearest_distance = std::abs(distance);
  }
  return nearest != nullptr ? *nearest : media::FrameRate{millihertz, 1000};
}

}  // namespace

void FrameRateMeter::add(std::uint64_t frames, Ticks90k duration) {
  if (millihertz_.size() >= kSegments || frames == 0 || duration.count() <= 0) return;
  const std::uint64_t ticks = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t millihertz = (frames * 90'000'000 + ticks / 2) / ticks;
  millihertz_.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(millihertz, kMillihertzMax)));
  std::vector<std::uint32_t> sorted = millihertz_;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  rate_ = snapped(sorted[sorted.size() / 2]);
}

}  // namespace sluice::hls
