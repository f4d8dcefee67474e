#include "sluice/app/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

constexpr std::size_t kCompared = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kCompared);
  b = b.substr(0, kCompared);
  // Row i holds the distances of the first i characters of `a` to every beginning of `b`; three rows are enough.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string> words) {
  std::string_view best;
  std::size_t best_distance = 2 * kCompared;  // more than any two words have
  for (const std::string& candidate : words) {
    // No fewer edits than the lengths differ by: spares most of the work for words that are nothing like a key.
    const auto [shorter, longer] =
        std::minmax({std::min(candidate.size(), kCompared), std::min(word.size(), kCompared)});
    if (longer - shorter >= best_distance) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace sluice::app
