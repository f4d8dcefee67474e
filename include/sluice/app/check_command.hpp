// `sluice check`: judges an HLS presentation from outside (docs/check.md).
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::app {

struct CheckRequest {
  std::string url;
  std::optional<int> watch_seconds;
  std::optional<int> patience_seconds;
  std::string segments = "20";       // a number or "all"
  std::vector<std::string> ignored;  // rules
  bool json = false;
  bool strict = false;
  bool insecure = false;
};

// 0: no rule that must be kept is broken (strict: none at all); 1: some is, or nothing could be loaded; 2: the
// arguments are unusable.
int check(const CheckRequest& request, std::ostream& out, std::ostream& err);

}  // namespace sluice::app
