// The target of a request: what stands between the method and the version (RFC 9112 section 3.2).
#pragma once

#include <string>
#include <string_view>

#include "sluice/base/result.hpp"

namespace sluice::net {

struct HttpTarget {
  std::string path;   // percent-decoded once; begins with '/'
  std::string query;  // as sent, without the '?'; empty when there is none
};

// Takes the origin form ("/live/a/?x"), the absolute form ("http://host/live/a/") and "*". An error, always the peer's
// fault, for what no resource of ours has in its path: bad escapes, control characters, backslashes, bytes beyond
// ASCII, "//", and "." or ".." as a segment; decoded or not.
Result<HttpTarget> parse_target(std::string_view target);

}  // namespace sluice::net
