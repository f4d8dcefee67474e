// All rules, and one by its id.
#pragma once

#include <string_view>
#include <vector>

#include "sluice/check/playlist_rules.hpp"
#include "sluice/check/service_rules.hpp"

namespace sluice::check {

// Resolved while compiling: an id that no table has does not compile.
consteval const Rule& rule(std::string_view id) {
  for (const Rule& one : kPlaylistRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kLowLatencyRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kMultivariantRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kSuccessionRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kBlockingRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kHttpRules) {
    if (one.id == id) return one;
  }
  for (const Rule& one : kMediaAgainstPlaylistRules) {
    if (one.id == id) return one;
  }
  throw "no such rule";
}

// In the order of docs/check.md, those of the media judge included.
std::vector<const Rule*> all_rules();

}  // namespace sluice::check
