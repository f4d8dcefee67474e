#include <algorithm>
#include <cctype>
#include <charconv>

#include "sluice/check/playlist.hpp"

namespace sluice::check {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_attribute_name(std::string_view name) {
  const auto allowed = [](unsigned char c) { return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '-'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A number of exactly `digits` digits at the front of `text`, which is taken away.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !is_digits(text.substr(0, digits))) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+hh:mm", "+hhmm", "+hh" or nothing: how much local time is ahead of UTC.
std::optional<Seconds> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z") return Seconds(0);
  const bool behind = text.front() == '-';
  if (!behind && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const Seconds ahead(*hours * 3600 + *minutes * 60);
  return behind ? -ahead : ahead;
}

}  // namespace

const Attribute* AttributeList::find(std::string_view name) const {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Attribute& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

std::string_view AttributeList::text(std::string_view name) const {
  const Attribute* item = find(name);
  return item == nullptr ? std::string_view() : std::string_view(item->value);
}

std::optional<std::uint64_t> AttributeList::integer(std::string_view name) const { return parse_integer(text(name)); }
std::optional<double> AttributeList::number(std::string_view name) const {
  std::string_view value = text(name);
  const bool negative = take(value, '-');
  const auto parsed = parse_decimal(value);
  return parsed && negative ? std::optional(-*parsed) : parsed;
}

AttributeList parse_attributes(std::string_view text, int line, const std::function<void(std::string)>& fault) {
  AttributeList list;
  list.line = line;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PlaylistLimits::kAttributes) {
      list.is_cut = true;
      return list;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      fault("'" + std::string(text.substr(0, 40)) + "' is no NAME=value");
      return list;
    }
    Attribute item;
    const std::string_view raw_name = text.substr(0, equals);
    item.name = trimmed(raw_name);
    if (item.name != raw_name) fault("blanks around the attribute name " + item.name);
    if (!is_attribute_name(item.name)) fault("'" + item.name.substr(0, 40) + "' is no attribute name");
    text.remove_prefix(equals + 1);
    if (trimmed(text).starts_with('"') && !text.starts_with('"')) {
      fault("blanks before the value of " + item.name);
      text = trimmed(text);
    }
    if (text.starts_with('"')) {
      const std::size_t end = text.find('"', 1);
      if (end == std::string_view::npos) fault("the quotes of " + item.name + " are not closed");
      item.quoted = true;
      item.value = text.substr(1, end == std::string_view::npos ? end : end - 1);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      const std::size_t comma = std::min(text.find(','), text.size());
      if (!trimmed(text.substr(0, comma)).empty())
        fault("something stands between the value of " + item.name + " and ','");
      text.remove_prefix(comma);
    } else {
      const std::size_t comma = std::min(text.find(','), text.size());
      const std::string_view raw = text.substr(0, comma);
      item.value = trimmed(raw);
      if (item.value != raw) fault("blanks around the value of " + item.name);
      if (item.value.empty()) fault(item.name + " has no value");
      text.remove_prefix(comma);
    }
    if (list.has(item.name)) {
      fault(item.name + " stands twice");
    } else {
      list.items.push_back(std::move(item));
    }
    if (take(text, ',') && text.empty()) fault("nothing follows the last ','");
  }
  return list;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  if (!is_digits(text)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_decimal(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  if (!is_digits(text.substr(0, point))) return std::nullopt;
  if (point < text.size() && !is_digits(text.substr(point + 1))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Whatever is measured in seconds or bits is far below; a longer one would not survive being made a time.
  if (error != std::errc() || value > 1e15) return std::nullopt;
  return value;
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  const bool dashes = take(text, '-');
  const auto month = take_digits(text, 2);
  if (dashes && !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!year || !month || !day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  const bool colons = take(text, ':');
  const auto minute = take_digits(text, 2);
  if (colons && !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!hour || !minute || !second || *hour > 24 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;

  DateTime result;
  Micros fraction{};
  if (take(text, '.') || take(text, ',')) {
    std::string digits(text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size())));
    if (digits.empty()) return std::nullopt;
    text.remove_prefix(digits.size());
    result.fraction_digits = static_cast<int>(digits.size());
    digits.resize(6, '0');
    fraction = Micros(std::stol(digits));
  }
  const auto zone = parse_zone(text);
  if (!zone) return std::nullopt;
  result.zoned = !text.empty();
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  result.time = WallTime(Micros(days) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + Seconds(*second) +
                         fraction - *zone);
  return result;
}

}  // namespace sluice::check
