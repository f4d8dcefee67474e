// Histogram: plain numbers on the hot path, copied into the metrics when they are scraped. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sluice::io {

class Histogram {
 public:
  // Upper bounds of the buckets, rising, in the unit of the metric; one more bucket takes what is above the last.
  explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void observe(double value) {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    ++counts_[static_cast<std::size_t>(bucket)];
    sum_ += value;
  }

  const std::vector<double>& bounds() const { return bounds_; }
  // One a bucket, not cumulated.
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace sluice::io
