#include "sluice/base/compact_time.hpp"

#include <algorithm>
#include <chrono>

namespace sluice {
namespace {

unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

}  // namespace

std::optional<WallTime> parse_compact_utc(std::string_view text) {
  constexpr std::string_view kShape = "00000000T000000Z";
  const bool fits = std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(),
                               [](char c, char shape) { return shape == '0' ? c >= '0' && c <= '9' : c == shape; });
  if (!fits) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number(text.substr(0, 4)))),
                                         std::chrono::month(number(text.substr(4, 2))),
                                         std::chrono::day(number(text.substr(6, 2))));
  const unsigned hour = number(text.substr(9, 2));
  const unsigned minute = number(text.substr(11, 2));
  const unsigned second = number(text.substr(13, 2));
  if (!date.ok() || date.year() < std::chrono::year(1970) || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                  std::chrono::minutes(minute) + Seconds(second));
}

}  // namespace sluice
