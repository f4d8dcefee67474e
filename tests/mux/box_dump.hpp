// The boxes of an fMP4 file as text, a line each: the type, indented by depth, and the content in hexadecimal where it
// is not long.
#pragma once

#include <string>

#include "sluice/base/bytes.hpp"

namespace sluice::mux::testing {

std::string dump_boxes(ByteView bytes);

}  // namespace sluice::mux::testing
