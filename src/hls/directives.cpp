#include "sluice/hls/directives.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace sluice::hls {
namespace {

constexpr std::string_view kMsn = "_HLS_msn";
constexpr std::string_view kPart = "_HLS_part";
constexpr std::string_view kSkip = "_HLS_skip";
// An error repeats no more of a value than a number can have digits.
constexpr std::size_t kShownMax = 20;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A '%' that no two hex digits follow stays as it is.
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) i += 2;
    result += low >= 0 ? static_cast<char>(high << 4 | low) : text[i];
  }
  return result;
}

std::string shown(std::string_view value) {
  std::string text(value.substr(0, kShownMax));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e || c == '"'; }, '?');
  return "\"" + text + (value.size() > kShownMax ? "…\"" : "\"");
}

// Leading zeros are digits: the specification's decimal integers may have them.
std::optional<Error> read_number(std::string_view name, std::string_view value, std::optional<std::uint64_t>& into) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return Error{std::string(name) + " is " + shown(value) + ": a decimal number from 0 to " +
                 std::to_string(std::numeric_limits<std::uint64_t>::max()) + " is allowed"};
  }
  if (into && *into != number) {
    return Error{std::string(name) + " has two values, " + std::to_string(*into) + " and " + std::to_string(number) +
                 ": one is allowed"};
  }
  into = number;
  return std::nullopt;
}

std::optional<Error> read(std::string_view name, std::string_view value, PlaylistDirectives& directives) {
  if (name == kMsn) return read_number(kMsn, value, directives.msn);
  if (name == kPart) return read_number(kPart, value, directives.part);
  // A value that another version of the specification gave it is as good as none.
  if (name == kSkip && (value == "YES" || value == "v2")) directives.skip = true;
  return std::nullopt;
}

}  // namespace

Result<PlaylistDirectives> parse_directives(std::string_view query) {
  PlaylistDirectives directives;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : parameter.substr(equals + 1);
    if (auto error = read(decoded(parameter.substr(0, equals)), decoded(value), directives)) return std::move(*error);
  }
  if (directives.part && !directives.msn) {
    return Error{std::string(kPart) + " is " + std::to_string(*directives.part) + " without " + std::string(kMsn) +
                 ": a part is asked for with the segment it belongs to"};
  }
  return directives;
}

}  // namespace sluice::hls
