// LogCapture: while it lives, the log goes into lines() instead of standard output.
#pragma once

#include <string>
#include <vector>

#include "sluice/io/log.hpp"

namespace sluice::io {

class LogCapture {
 public:
  explicit LogCapture(Level level = Level::debug, LogFormat format = LogFormat::json) {
    start_log({.level = level, .format = format, .sink = [this](std::string_view line) { lines_.emplace_back(line); }});
  }
  ~LogCapture() { stop_log(Millis(0)); }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  const std::vector<std::string>& lines() const { return lines_; }
  bool contains(std::string_view part) const {
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace sluice::io
