// "20261121T035512Z" read back: the reverse of to_compact_utc().
#pragma once

#include <optional>
#include <string_view>

#include "sluice/base/time.hpp"

namespace sluice {

// Nothing unless `text` is a moment that the calendar has, from 1970 on, spelled exactly so.
std::optional<WallTime> parse_compact_utc(std::string_view text);

}  // namespace sluice
