// Names that come from outside, checked once when they become a type.
//
// StreamName: APP/STREAM of a publish or a URL. Each is one path segment of A-Z a-z 0-9 . _ -, 1 to 64 long, not
// starting with a dot; so a StreamName can be used in a path, a URL, a log line and a metric as it is. SessionId: one
// publish session, "20261121T035512Z-3f9a2c": UTC start and 24 random bits. It is never used twice.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sluice/base/result.hpp"
#include "sluice/base/time.hpp"

namespace sluice {

inline constexpr std::size_t kNameMax = 64;

// True when `text` may be an APP or a STREAM.
bool is_name(std::string_view text);

class StreamName {
 public:
  static Result<StreamName> make(std::string_view app, std::string_view stream);

  const std::string& app() const { return app_; }
  const std::string& stream() const { return stream_; }
  // "app/stream"
  std::string path() const { return app_ + "/" + stream_; }
  friend auto operator<=>(const StreamName&, const StreamName&) = default;

 private:
  StreamName(std::string_view app, std::string_view stream) : app_(app), stream_(stream) {}
  std::string app_;
  std::string stream_;
};

class SessionId {
 public:
  static SessionId make(WallTime start, std::uint32_t random);
  // Accepts exactly what make() writes.
  static Result<SessionId> parse(std::string_view text);

  const std::string& text() const { return text_; }
  friend auto operator<=>(const SessionId&, const SessionId&) = default;

 private:
  explicit SessionId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace sluice

template <>
struct std::hash<sluice::StreamName> {
  std::size_t operator()(const sluice::StreamName& name) const noexcept {
    return std::hash<std::string>()(name.app()) * 31 + std::hash<std::string>()(name.stream());
  }
};
