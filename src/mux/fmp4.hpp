// fMP4 with libavformat's mp4 muxer.
#pragma once

#include "sluice/hls/renderer.hpp"

namespace sluice::mux {

Result<Payload> render_fmp4_init(const hls::PeriodInfo& period);
Result<Payload> render_fmp4_part(const hls::Part& part);

}  // namespace sluice::mux
