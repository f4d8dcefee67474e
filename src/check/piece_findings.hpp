// PieceFindings: the findings in one piece of media, one of each rule at most. A fault that is in every packet would
// make a report nobody reads: the first is told, with how often it comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/check/finding.hpp"

namespace sluice::check {

class PieceFindings {
 public:
  explicit PieceFindings(std::string_view url) : url_(url) {}

  void add(const Rule& rule, std::string what);
  bool has(const Rule& rule) const;
  // Hands all out, in the order in which they were first come upon.
  void tell(const Report& report) const;

 private:
  struct Kind {
    const Rule* rule = nullptr;
    std::string what;
    std::uint64_t more = 0;
  };

  std::string url_;
  std::vector<Kind> kinds_;
};

}  // namespace sluice::check
