#include "sluice/timeline/unwrap.hpp"

namespace sluice::timeline {
namespace {

constexpr std::uint32_t kHalf = 0x80000000;
constexpr std::uint32_t kNear = 60000;

bool before_half(std::uint32_t raw) { return raw < kHalf && raw >= kHalf - kNear; }
bool after_zero(std::uint32_t raw) { return raw < kNear; }

}  // namespace

std::int64_t Unwrap::value(std::uint32_t raw) const {
  if (!started_) return raw;
  std::int64_t step = static_cast<std::int32_t>(raw - last_raw_);
  if (before_half(last_raw_) && after_zero(raw)) step = std::int64_t{raw} + kHalf - last_raw_;
  // The other track may still stand before the boundary that this one has passed.
  if (after_zero(last_raw_) && before_half(raw)) step = std::int64_t{raw} - kHalf - last_raw_;
  return last_value_ + step;
}

std::int64_t Unwrap::accept(std::uint32_t raw) {
  last_value_ = value(raw);
  last_raw_ = raw;
  started_ = true;
  return last_value_;
}

}  // namespace sluice::timeline
