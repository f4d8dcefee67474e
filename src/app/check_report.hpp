// CheckReport: the findings of a check, each kind told a few times and then counted, as text or as JSON.
#pragma once

#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sluice/check/finding.hpp"
#include "sluice/check/session.hpp"

namespace sluice::app {

class CheckReport {
 public:
  // `live_out`: where findings are told as they come; null to keep them for json().
  CheckReport(std::set<std::string> ignored, std::ostream* live_out) : ignored_(std::move(ignored)), out_(live_out) {}

  void add(const check::Finding& finding);
  bool fails(bool strict) const;

  // Behind the last finding: the counts of what was not told one by one, and one line about all of it.
  void finish(const std::string& url, const check::SessionSummary& summary, Micros took) const;
  std::string json(const std::string& url, const check::SessionSummary& summary, Micros took, bool strict) const;

 private:
  struct Broken {
    const check::Rule* rule = nullptr;
    std::size_t count = 0;
    std::vector<check::Finding> first;  // as many as are told
    std::set<std::size_t> seen;         // hashes: a playlist that is loaded again repeats what it said
  };
  std::size_t count(check::Severity severity) const;

  std::set<std::string> ignored_;
  std::ostream* out_;
  std::map<std::string, Broken> broken_;  // by rule
};

}  // namespace sluice::app
