#include "piece_findings.hpp"

#include <algorithm>
#include <utility>

namespace sluice::check {

void PieceFindings::add(const Rule& rule, std::string what) {
  const auto known =
      std::find_if(kinds_.begin(), kinds_.end(), [&rule](const Kind& kind) { return kind.rule == &rule; });
  if (known == kinds_.end()) {
    kinds_.push_back({&rule, std::move(what), 0});
  } else {
    ++known->more;
  }
}

bool PieceFindings::has(const Rule& rule) const {
  return std::any_of(kinds_.begin(), kinds_.end(), [&rule](const Kind& kind) { return kind.rule == &rule; });
}

void PieceFindings::tell(const Report& report) const {
  for (const Kind& kind : kinds_) {
    std::string what = kind.what;
    if (kind.more > 0) what += " (and " + std::to_string(kind.more) + " more of this)";
    report({kind.rule, url_, std::move(what)});
  }
}

}  // namespace sluice::check
