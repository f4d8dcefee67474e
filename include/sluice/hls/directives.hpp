// The delivery directives of a playlist request (draft-pantos-hls-rfc8216bis, section 6.2.5): what of its query means
// something to us. Everything else in it, directives of other versions and what players say of themselves (CMCD)
// included, means nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/base/result.hpp"

namespace sluice::hls {

struct PlaylistDirectives {
  std::optional<std::uint64_t> msn;   // _HLS_msn: the playlist that has this segment
  std::optional<std::uint64_t> part;  // _HLS_part, only with `msn`: that has this part of it
  bool skip = false;                  // _HLS_skip=YES or v2: a delta update will do
  friend bool operator==(const PlaylistDirectives&, const PlaylistDirectives&) = default;
};

// `query` is that of the request target as it came, without the '?'. An error names the directive, its value and what
// is allowed: a number that is none, a part without segment, two values for one directive.
Result<PlaylistDirectives> parse_directives(std::string_view query);

}  // namespace sluice::hls
