#include "common/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sluice::bench {

void Histogram::add(std::int64_t value_us) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(value_us, 0));
  ++counts_[slot_of(value)];
  ++count_;
  sum_us_ += static_cast<double>(value);
  max_us_ = std::max(max_us_, value);
}

double Histogram::percentile_ms(double percent) const {
  const auto wanted = std::max(std::ceil(percent / 100.0 * static_cast<double>(count_)), 1.0);
  std::uint64_t seen = 0;
  for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
    seen += counts_[slot];
    if (static_cast<double>(seen) >= wanted) return static_cast<double>(std::min(end_of(slot), max_us_)) / 1000.0;
  }
  return 0;
}

Json Histogram::json() const {
  Json out;
  out.add("n", count_).add("mean_ms", count_ > 0 ? sum_us_ / static_cast<double>(count_) / 1000.0 : 0.0);
  out.add("p50_ms", percentile_ms(50)).add("p95_ms", percentile_ms(95)).add("p99_ms", percentile_ms(99));
  out.add("max_ms", static_cast<double>(max_us_) / 1000.0);
  return out;
}

std::size_t Histogram::slot_of(std::uint64_t value) {
  if (value < (1U << kStepBits)) return value;
  const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1 - kStepBits;
  return ((exponent + 1) << kStepBits) + ((value >> exponent) & ((1U << kStepBits) - 1));
}

std::uint64_t Histogram::end_of(std::size_t slot) {
  if (slot < (1U << kStepBits)) return slot;
  const auto exponent = (slot >> kStepBits) - 1;
  return (((slot & ((1U << kStepBits) - 1)) | (1U << kStepBits)) + 1) << exponent;
}

}  // namespace sluice::bench
