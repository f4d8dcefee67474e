// RepeatFilter: keeps events that come in floods from filling the log. Of each event, `burst` lines may pass in a
// window; what comes beyond is counted, and told in one line when the window is over.
//
// Pure: told the time. Events are our own words, so their number is bounded by the source code.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/io/log_format.hpp"

namespace sluice::io {

class RepeatFilter {
 public:
  struct Options {
    std::uint64_t burst = 10;
    Micros window = Seconds(1);
  };
  // `count` lines of `event` were held back; the last of them had this level and message.
  struct Repeats {
    std::string event;
    Level level;
    std::string message;
    std::uint64_t count;
  };

  RepeatFilter() = default;
  explicit RepeatFilter(Options options) : options_(options) {}

  // Whether the line may be written now; when not, it is counted.
  bool admit(Level level, std::string_view event, std::string_view message, MonoTime now);
  // What was held back in windows that are over. Costs next to nothing while nothing is held back.
  std::vector<Repeats> take_repeats(MonoTime now);

 private:
  struct Window {
    MonoTime start;
    std::uint64_t passed = 0;
    std::uint64_t held = 0;
    Level level = Level::info;
    std::string message;
  };

  Options options_;
  std::map<std::string, Window, std::less<>> windows_;
  std::size_t windows_holding_ = 0;
};

}  // namespace sluice::io
