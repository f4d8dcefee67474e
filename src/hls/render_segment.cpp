#include "sluice/hls/render_segment.hpp"

#include <algorithm>
#include <utility>

namespace sluice::hls {
namespace {

Result<std::vector<Payload>> render_fmp4(Renderer& renderer, std::span<const std::shared_ptr<const Part>> parts) {
  std::vector<Payload> pieces;
  for (const auto& part : parts) {
    if (!has_media(media::Container::fmp4, *part)) continue;
    auto bytes = renderer.fmp4_part(*part);
    if (!bytes) return bytes.error();
    pieces.push_back(std::move(*bytes));
  }
  return pieces;
}

}  // namespace

Result<std::vector<Payload>> render_segment(Renderer& renderer, media::Container container,
                                            std::span<const std::shared_ptr<const Part>> parts) {
  if (container == media::Container::fmp4) return render_fmp4(renderer, parts);
  const bool carried =
      std::any_of(parts.begin(), parts.end(), [container](const auto& part) { return has_media(container, *part); });
  if (!carried) return std::vector<Payload>();
  auto bytes = renderer.ts_segment(parts);
  if (!bytes) return bytes.error();
  return std::vector<Payload>{std::move(*bytes)};
}

}  // namespace sluice::hls
