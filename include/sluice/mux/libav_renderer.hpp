// LibavRenderer: hls::Renderer with libavformat, in memory.
//
// Every call muxes with a fresh context, so that the bytes depend on nothing but the arguments. fMP4 times are the
// packets' own (one growing timeline, no edit list, signed composition offsets). MPEG-TS times are shifted by a
// constant 500 ms, its packets sorted by decode time, and a video track with negative composition offsets decodes that
// much earlier; see continuity.hpp for what joins its segments.
//
// Calls do not share state: one renderer may be used on several threads. The first one made takes over libavutil's log,
// process-wide: nothing is printed, an error's last line becomes part of the Error.
#pragma once

#include "sluice/hls/renderer.hpp"

namespace sluice::mux {

class LibavRenderer : public hls::Renderer {
 public:
  LibavRenderer();

  Result<Payload> fmp4_init(const hls::PeriodInfo& period) override;
  Result<Payload> fmp4_part(const hls::Part& part) override;
  Result<Payload> ts_segment(std::span<const std::shared_ptr<const hls::Part>> parts) override;
};

}  // namespace sluice::mux
