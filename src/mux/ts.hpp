// MPEG-TS with libavformat's mpegts muxer.
#pragma once

#include "sluice/hls/renderer.hpp"

namespace sluice::mux {

Result<Payload> render_ts_segment(std::span<const std::shared_ptr<const hls::Part>> parts);

}  // namespace sluice::mux
