#include "sluice/check/rules.hpp"

#include "sluice/check/media_judge.hpp"

namespace sluice::check {

std::vector<const Rule*> all_rules() {
  std::vector<const Rule*> rules;
  const auto add = [&](std::span<const Rule> table) {
    for (const Rule& one : table) rules.push_back(&one);
  };
  add(kPlaylistRules);
  add(kLowLatencyRules);
  add(kMultivariantRules);
  add(kSuccessionRules);
  add(kBlockingRules);
  add(kHttpRules);
  add(kMediaAgainstPlaylistRules);
  for (const Rule* one : media_rules()) rules.push_back(one);
  return rules;
}

}  // namespace sluice::check
