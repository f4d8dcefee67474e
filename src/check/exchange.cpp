#include "sluice/check/exchange.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace sluice::check {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// The value of one directive; `fallback` where it stands without one.
std::optional<std::string> directive(const std::string& control, const std::string& name) {
  std::size_t begin = 0;
  while (begin < control.size()) {
    const std::size_t end = std::min(control.find(',', begin), control.size());
    std::string item = control.substr(begin, end - begin);
    item.erase(0, std::min(item.find_first_not_of(" \t"), item.size()));
    if (item == name) return std::string();
    if (item.starts_with(name + "=")) return item.substr(name.size() + 1);
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::string Answer::field(std::string_view name) const {
  std::string value;
  for (const auto& [key, text] : fields) {
    if (key == name) value.append(value.empty() ? "" : ", ").append(text);
  }
  return value;
}

std::optional<Seconds> cache_life(const Answer& answer) {
  const std::string control = lower(answer.field("cache-control"));
  if (directive(control, "no-store") || directive(control, "no-cache")) return Seconds(0);
  for (const char* name : {"s-maxage", "max-age"}) {
    const auto value = directive(control, name);
    if (!value) continue;
    if (const auto life = number(*value)) return Seconds(std::min<std::int64_t>(*life, 1'000'000'000));
  }
  return std::nullopt;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || month == kMonths.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(Micros(std::chrono::sys_days(date).time_since_epoch()) + std::chrono::hours(*hour) +
                  std::chrono::minutes(*minute) + Seconds(*second));
}

}  // namespace sluice::check
