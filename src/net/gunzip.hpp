// gunzip: the content of a gzip stream (RFC 1952), bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/base/bytes.hpp"

namespace sluice::net {

// Nothing when `bytes` are no gzip stream, or one that is not whole. What is longer than `bytes_max` is cut there, and
// `cut` says so.
std::optional<std::vector<std::uint8_t>> gunzip(ByteView bytes, std::size_t bytes_max, bool& cut);

}  // namespace sluice::net
