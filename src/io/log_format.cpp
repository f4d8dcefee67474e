#include "sluice/io/log_format.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace sluice::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// Length of the UTF-8 sequence at the start of `text`, 0 when there is none (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

// U+0080 to U+009F: control characters that some terminals obey.
bool is_c1_control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
}

// Calls `character` with each well-formed character of `text`, a replacement for each byte that is none, and an
// ellipsis in place of what goes beyond the limit.
template <class OnCharacter>
void for_each_character(std::string_view text, OnCharacter character) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (at + std::max<std::size_t>(length, 1) > kFieldBytesMax) {
      character(kEllipsis);
      return;
    }
    character(length == 0 ? kReplacement : text.substr(at, length));
    at += std::max<std::size_t>(length, 1);
  }
}

void append_text(std::string& out, std::string_view text) {
  for_each_character(text, [&](std::string_view character) {
    const auto byte = static_cast<unsigned char>(character[0]);
    if (is_control(byte) || is_c1_control(character)) {
      for (const char c : character)
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += character;
    } else {
      out += character;
    }
  });
}

// Bare when no reader could take it for anything else, else quoted.
void append_text_value(std::string& out, std::string_view text) {
  const bool bare =
      !text.empty() && text.size() <= kFieldBytesMax &&
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/_-+,@[]*%#") ==
          std::string_view::npos;
  if (bare) {
    out += text;
    return;
  }
  out += '"';
  append_text(out, text);
  out += '"';
}

std::string time_with_micros(WallTime time) {
  std::string text = to_rfc3339(time);
  const auto micros = time.time_since_epoch().count() % 1000;
  text.pop_back();
  fmt::format_to(std::back_inserter(text), "{:03}Z", micros < 0 ? micros + 1000 : micros);
  return text;
}

template <class OnString>
void append_value(std::string& out, const Field::Value& value, bool json, OnString on_string) {
  std::visit(
      [&](const auto& what) {
        using T = std::decay_t<decltype(what)>;
        if constexpr (std::same_as<T, std::string_view>) {
          on_string(out, what);
        } else if constexpr (std::same_as<T, double>) {
          // JSON has no word for these.
          if (json && !std::isfinite(what)) {
            out += "null";
          } else {
            fmt::format_to(std::back_inserter(out), "{}", what);
          }
        } else {
          fmt::format_to(std::back_inserter(out), "{}", what);
        }
      },
      value);
}

std::string json_line(WallTime time, Level level, std::string_view event, std::string_view message,
                      std::span<const Field> fields) {
  std::string out = fmt::format(R"({{"time":"{}","level":"{}","event":)", time_with_micros(time), to_string(level));
  append_json_string(out, event);
  out += R"(,"message":)";
  append_json_string(out, message);
  for (const Field& field : fields) {
    out += ',';
    append_json_string(out, field.key);
    out += ':';
    append_value(out, field.value, true, append_json_string);
  }
  out += '}';
  return out;
}

std::string text_line(WallTime time, Level level, std::string_view event, std::string_view message,
                      std::span<const Field> fields) {
  std::string out = fmt::format("{} {:<5} ", time_with_micros(time), to_string(level));
  append_text(out, message);
  out += " event=";
  append_text_value(out, event);
  for (const Field& field : fields) {
    out += ' ';
    out += field.key;
    out += '=';
    append_value(out, field.value, false, append_text_value);
  }
  return out;
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "";
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for_each_character(text, [&](std::string_view character) {
    const auto byte = static_cast<unsigned char>(character[0]);
    if (is_control(byte)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (is_c1_control(character)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(character[1]));
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += character;
    } else {
      out += character;
    }
  });
  out += '"';
}

std::string format_line(LogFormat format, WallTime time, Level level, std::string_view event, std::string_view message,
                        std::span<const Field> fields) {
  switch (format) {
    case LogFormat::text:
      return text_line(time, level, event, message, fields);
    case LogFormat::json:
      return json_line(time, level, event, message, fields);
  }
  return {};
}

}  // namespace sluice::io
