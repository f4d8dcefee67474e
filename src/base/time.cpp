#include "sluice/base/time.hpp"

#include <cstdio>
#include <ctime>

namespace sluice {
namespace {

__extension__ using Int128 = __int128;

// value * numerator / denominator without overflow for any value a stream can reach, rounded to nearest.
std::int64_t scale(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  const Int128 product = static_cast<Int128>(value) * numerator;
  const Int128 half = denominator / 2;
  return static_cast<std::int64_t>((product >= 0 ? product + half : product - half) / denominator);
}

struct Civil {
  std::tm tm{};
  int millis = 0;
};

Civil civil(WallTime time) {
  const auto millis = std::chrono::floor<Millis>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<Seconds>(millis);
  const std::time_t whole = seconds.count();
  Civil result;
  gmtime_r(&whole, &result.tm);
  result.millis = static_cast<int>((millis - seconds).count());
  return result;
}

}  // namespace

Ticks90k ticks_from(std::int64_t ticks, std::uint32_t timescale) { return Ticks90k(scale(ticks, 90000, timescale)); }
std::int64_t ticks_in(Ticks90k time, std::uint32_t timescale) { return scale(time.count(), timescale, 90000); }
Micros to_micros(Ticks90k time) { return Micros(scale(time.count(), 1000000, 90000)); }
Ticks90k to_ticks(Micros time) { return Ticks90k(scale(time.count(), 90000, 1000000)); }

std::string to_rfc3339(WallTime time) {
  const Civil c = civil(time);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.tm.tm_year + 1900, c.tm.tm_mon + 1,
                c.tm.tm_mday, c.tm.tm_hour, c.tm.tm_min, c.tm.tm_sec, c.millis);
  return text;
}

std::string to_compact_utc(WallTime time) {
  const Civil c = civil(time);
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", c.tm.tm_year + 1900, c.tm.tm_mon + 1, c.tm.tm_mday,
                c.tm.tm_hour, c.tm.tm_min, c.tm.tm_sec);
  return text;
}

}  // namespace sluice
