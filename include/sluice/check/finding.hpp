// Finding: one violation of one rule, as `sluice check` reports it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sluice::check {

enum class Severity {
  must,    // the specification forbids it, or players fail: the presentation is faulty
  should,  // a recommendation is not followed
};

// A rule of docs/check.md, whose table is checked against the ones in the code. `id` is what reports name it by and is
// never used for anything else: two letters for what it is about and a number.
struct Rule {
  std::string_view id;  // "PL-04"
  Severity severity;
  std::string_view text;    // what must hold, in one sentence
  std::string_view source;  // "rfc8216bis 4.4.3.1", "Apple 8.1", "ISO 14496-12 8.8.12"
};

struct Finding {
  const Rule* rule = nullptr;  // one of the constants of the code: lives for ever
  std::string url;             // the resource that breaks it
  std::string what;  // the thing, its value and the limit: "EXTINF 7.2 s is more than TARGETDURATION 6 s (line 14)"
};

// Checkers hand findings out one by one, in the order they come upon them.
using Report = std::function<void(Finding)>;

}  // namespace sluice::check
