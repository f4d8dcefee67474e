// Note: findings about one resource, with the line they are about.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include "sluice/check/rules.hpp"

namespace sluice::check {

class Note {
 public:
  Note(const Report& report, std::string url) : report_(report), url_(std::move(url)) {}

  // `line` 0: about no line.
  void operator()(const Rule& rule, int line, std::string what) const {
    if (line > 0) what += " (line " + std::to_string(line) + ")";
    report_({&rule, url_, std::move(what)});
  }

 private:
  const Report& report_;
  std::string url_;
};

// "6.006 s"
inline std::string seconds(double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3f s", value);
  return text;
}

}  // namespace sluice::check
