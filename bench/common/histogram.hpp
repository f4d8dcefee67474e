// Latencies by count: log-linear, 32 steps a power of two, so a percentile is right to about 3 %.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/json.hpp"

namespace sluice::bench {

class Histogram {
 public:
  /// Microseconds; a negative value counts as 0.
  void add(std::int64_t value_us);

  std::uint64_t count() const { return count_; }
  double percentile_ms(double percent) const;

  /// n, mean_ms, p50_ms, p95_ms, p99_ms and max_ms.
  Json json() const;

 private:
  static constexpr unsigned kStepBits = 5;
  static std::size_t slot_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t slot);

  std::array<std::uint32_t, (64 - kStepBits + 1) << kStepBits> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
  double sum_us_ = 0;
};

}  // namespace sluice::bench
