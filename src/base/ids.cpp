#include "sluice/base/ids.hpp"

#include <algorithm>
#include <cstdio>

namespace sluice {
namespace {

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// What a refused name looks like in an error: printable, and not longer than a line.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kNameMax + 8)) result += is_name_character(c) ? c : '?';
  return text.size() > kNameMax + 8 ? result + "..." : result;
}

Error name_error(std::string_view what, std::string_view text) {
  return Error{std::string(what) + " name '" + shown(text) + "' (" + std::to_string(text.size()) +
               " characters) is not allowed: 1 to 64 of A-Z a-z 0-9 . _ -, not starting with a dot"};
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

Result<StreamName> StreamName::make(std::string_view app, std::string_view stream) {
  if (!is_name(app)) return name_error("app", app);
  if (!is_name(stream)) return name_error("stream", stream);
  return StreamName(app, stream);
}

SessionId SessionId::make(WallTime start, std::uint32_t random) {
  char suffix[16];
  std::snprintf(suffix, sizeof suffix, "-%06x", random & 0xFFFFFF);
  return SessionId(to_compact_utc(start) + suffix);
}

Result<SessionId> SessionId::parse(std::string_view text) {
  constexpr std::string_view kShape = "00000000T000000Z-xxxxxx";
  bool fits = text.size() == kShape.size();
  for (std::size_t i = 0; fits && i < text.size(); ++i) {
    fits = kShape[i] == '0' ? is_digit(text[i]) : kShape[i] == 'x' ? is_hex(text[i]) : text[i] == kShape[i];
  }
  if (!fits) return Error{"'" + shown(text) + "' is not a session: YYYYMMDDThhmmssZ-xxxxxx"};
  return SessionId(std::string(text));
}

}  // namespace sluice
