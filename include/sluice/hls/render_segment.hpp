// The bytes of a segment in one container.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sluice/hls/renderer.hpp"

namespace sluice::hls {

// In order, to be concatenated: fMP4 has one piece for each part that has media, MPEG-TS one in all. Parts of which the
// container carries nothing give no pieces.
Result<std::vector<Payload>> render_segment(Renderer& renderer, media::Container container,
                                            std::span<const std::shared_ptr<const Part>> parts);

}  // namespace sluice::hls
