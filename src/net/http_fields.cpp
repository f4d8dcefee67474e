#include "sluice/net/http_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace sluice::net {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes the text up to `separator` off the front of `rest`, without the spaces around it.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trim(taken);
}

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits[0] == '-' || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return number;
}

// "q=0.5" as thousandths; malformed weights count as 0, the careful reading.
int parse_weight(std::string_view text) {
  if (text.size() < 3 || lower(text[0]) != 'q' || text[1] != '=') return 0;
  text.remove_prefix(2);
  if (text[0] != '0' && text[0] != '1') return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() == 1) return weight;
  if (text[1] != '.' || text.size() > 5) return 0;
  int unit = 100;
  for (const char digit : text.substr(2)) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

RangeAnswer choose_range(std::string_view field, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (field.size() < kUnit.size() || !equals_ignoring_case(field.substr(0, kUnit.size()), kUnit)) return {};
  const std::string_view range = trim(field.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return {};
  const auto first = parse_number<std::uint64_t>(range.substr(0, dash));
  const auto last = parse_number<std::uint64_t>(range.substr(dash + 1));
  const RangeAnswer unsatisfiable{RangeKind::unsatisfiable, {}};

  if (dash == 0) {  // "-500": the last 500 bytes
    if (!last) return {};
    if (*last == 0 || size == 0) return unsatisfiable;
    const std::uint64_t length = std::min(*last, size);
    return {RangeKind::part, {size - length, length}};
  }
  if (!first || (!last && dash + 1 != range.size())) return {};
  if (last && *last < *first) return {};
  if (*first >= size) return unsatisfiable;
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {RangeKind::part, {*first, end - *first + 1}};
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<int> gzip, any;
  int identity = -1;
  while (!accept_encoding.empty()) {
    std::string_view element = take_until(accept_encoding, ',');
    const std::string_view coding = take_until(element, ';');
    const int weight = element.empty() ? 1000 : parse_weight(trim(element));
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
      gzip = weight;
    } else if (equals_ignoring_case(coding, "identity")) {
      identity = weight;
    } else if (coding == "*") {
      any = weight;
    }
  }
  const int weight = gzip ? *gzip : any.value_or(0);
  return weight > 0 && weight >= identity;
}

bool etag_listed(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  // Our tags hold no comma, so a tag with one in it is nobody's here and may be split.
  while (!if_none_match.empty()) {
    std::string_view listed = take_until(if_none_match, ',');
    if (listed.starts_with("W/")) listed.remove_prefix(2);
    if (listed == etag) return true;
  }
  return false;
}

std::string http_date(WallTime time) {
  using namespace std::chrono;
  const auto seconds = floor<std::chrono::seconds>(time.time_since_epoch());
  const sys_days day = floor<days>(sys_seconds(seconds));
  const year_month_day date(day);
  const hh_mm_ss clock(sys_seconds(seconds) - day);
  std::string text(kDays[weekday(day).c_encoding()]);
  text += ", " + two_digits(static_cast<unsigned>(date.day())) + ' ';
  text += kMonths[static_cast<unsigned>(date.month()) - 1];
  text += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  text += two_digits(static_cast<unsigned>(clock.hours().count())) + ':';
  text += two_digits(static_cast<unsigned>(clock.minutes().count())) + ':';
  text += two_digits(static_cast<unsigned>(clock.seconds().count())) + " GMT";
  return text;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  const auto day_number = parse_number<unsigned>(text.substr(5, 2));
  const auto month_name = std::ranges::find(kMonths, text.substr(8, 3));
  const auto year_number = parse_number<int>(text.substr(12, 4));
  const auto hour = parse_number<int>(text.substr(17, 2));
  const auto minute = parse_number<int>(text.substr(20, 2));
  const auto second = parse_number<int>(text.substr(23, 2));
  if (!day_number || month_name == kMonths.end() || !year_number || !hour || !minute || !second) return std::nullopt;
  const year_month_day date(year(*year_number), month(static_cast<unsigned>(month_name - kMonths.begin()) + 1),
                            day(*day_number));
  // 60: a leap second.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto since_1970 =
      sys_days(date).time_since_epoch() + hours(*hour) + minutes(*minute) + std::chrono::seconds(*second);
  const WallTime time{duration_cast<Micros>(since_1970)};
  // Only the one right way to write it is accepted: it refuses wrong week days and stray separators too.
  if (*second != 60 && http_date(time) != text) return std::nullopt;
  return time;
}

}  // namespace sluice::net
