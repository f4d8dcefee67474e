// How a log line looks: one event as one line, for a terminal or as one JSON object.
//
// Strings may hold what a peer sent. Whatever is in them, the result is one line of valid UTF-8 without control
// characters: in JSON as \u escapes, in text as \xNN. Bytes that are not UTF-8 become U+FFFD. A value ends after
// kFieldBytesMax bytes with "…".
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "sluice/base/time.hpp"

namespace sluice::io {

inline constexpr std::size_t kFieldBytesMax = 1024;

enum class Level { debug, info, warn, error };
inline constexpr std::size_t kLevelCount = 4;
std::string_view to_string(Level level);

enum class LogFormat { text, json };

// One key and value of a line. Holds views: it lives as long as the call it is an argument of. Keys are our own words,
// written snake_case, never "time", "level", "event" or "message".
struct Field {
  using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  template <class T>
  Field(std::string_view name, const T& what) : key(name), value(to_value(what)) {}

  std::string_view key;
  Value value;

 private:
  template <class T>
  static Value to_value(const T& what) {
    if constexpr (std::same_as<T, bool>) {
      return what;
    } else if constexpr (std::signed_integral<T>) {
      return static_cast<std::int64_t>(what);
    } else if constexpr (std::unsigned_integral<T>) {
      return static_cast<std::uint64_t>(what);
    } else if constexpr (std::floating_point<T>) {
      return static_cast<double>(what);
    } else {
      return std::string_view(what);
    }
  }
};

// A line without its line end. `time` is written in UTC with microseconds.
std::string format_line(LogFormat format, WallTime time, Level level, std::string_view event, std::string_view message,
                        std::span<const Field> fields);

// `text` as a JSON string with its quotes, as above.
void append_json_string(std::string& out, std::string_view text);

}  // namespace sluice::io
