// "Did you mean": the valid word most like one that is not.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sluice::app {

// How many characters must be inserted, removed, replaced or swapped with their neighbour to make one of the other.
// Words longer than 64 characters are compared by their first 64.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The word of `words` with the least distance to `word`, the first of several; empty only when there are none.
std::string_view nearest(std::string_view word, std::span<const std::string> words);

}  // namespace sluice::app
