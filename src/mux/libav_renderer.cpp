#include "sluice/mux/libav_renderer.hpp"

#include "fmp4.hpp"
#include "libav_log.hpp"
#include "ts.hpp"

namespace sluice::mux {

LibavRenderer::LibavRenderer() { capture_libav_log(); }

Result<Payload> LibavRenderer::fmp4_init(const hls::PeriodInfo& period) { return render_fmp4_init(period); }

Result<Payload> LibavRenderer::fmp4_part(const hls::Part& part) { return render_fmp4_part(part); }

Result<Payload> LibavRenderer::ts_segment(std::span<const std::shared_ptr<const hls::Part>> parts) {
  return render_ts_segment(parts);
}

}  // namespace sluice::mux
