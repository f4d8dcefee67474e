// Which libavformat the program runs with.
#pragma once

#include <string>

namespace sluice::mux {

std::string libavformat_version();  // "59.27.100"

}  // namespace sluice::mux
