// How many bytes a segment will take in a container, told without rendering it: what bandwidth is measured from, so
// that a container nobody asks for costs nothing. Never below the true size.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sluice/hls/part.hpp"

namespace sluice::hls {

std::uint64_t estimate_size(media::Container container, std::span<const std::shared_ptr<const Part>> parts);

}  // namespace sluice::hls
