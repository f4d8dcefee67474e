#include "sluice/hls/bandwidth_meter.hpp"

#include <algorithm>

namespace sluice::hls {
namespace {

constexpr std::uint64_t kMarginPercent = 110;
constexpr Ticks90k kRunGrace = Millis(500);  // rfc8216bis lets a segment exceed the target duration by half a second

std::uint64_t rate(std::uint64_t bytes, Ticks90k duration) {
  return duration.count() <= 0 ? 0 : bytes * 8 * 90000 / static_cast<std::uint64_t>(duration.count());
}

std::uint64_t round_up(std::uint64_t bits) {
  std::uint64_t unit = 1;
  while (bits / unit >= 1000) unit *= 10;
  return (bits + unit - 1) / unit * unit;
}

}  // namespace

void BandwidthMeter::add(std::uint64_t bytes, Ticks90k duration, Seconds target_duration) {
  bytes_ += bytes;
  duration_ += duration;
  recent_.push_back({bytes, duration});

  const Ticks90k target = target_duration;
  const Ticks90k longest = target + target / 2 + kRunGrace;
  Piece run;
  std::size_t length = 0;
  while (length < recent_.size()) {
    const Piece& piece = recent_[recent_.size() - 1 - length];
    // The newest segment alone counts whatever its length, or a stream of overlong ones would measure nothing.
    if (length > 0 && run.duration + piece.duration > longest) break;
    run.bytes += piece.bytes;
    run.duration += piece.duration;
    ++length;
    if (run.duration * 2 >= target) peak_ = std::max(peak_, rate(run.bytes, run.duration));
  }
  recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(length));
}

std::uint64_t BandwidthMeter::bandwidth() const {
  return round_up(std::max(peak_, rate(bytes_, duration_)) * kMarginPercent / 100);
}

std::uint64_t BandwidthMeter::average_bandwidth() const { return round_up(rate(bytes_, duration_)); }

}  // namespace sluice::hls
