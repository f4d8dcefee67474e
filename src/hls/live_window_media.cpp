// LiveWindow's media: initialisation sections and segments, rendered when they are first asked for.
#include <algorithm>
#include <utility>

#include "sluice/hls/live_window.hpp"
#include "sluice/hls/render_segment.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using Status = Fetched::Status;

Fetched found(std::vector<Payload> pieces) { return {Status::found, std::move(pieces), {}}; }
Fetched failed(const Error& error) { return {Status::failed, {}, error.message}; }
Fetched missing(bool gone) { return {gone ? Status::gone : Status::unknown, {}, {}}; }

// The first key frame of the video track fMP4 has of `segment`, as the only packet of a Part of that track alone, at
// time zero for a second; no packet when there is none.
Part key_frame_of(const Segment& segment) {
  Part picture;
  const media::Track* video = packaged_video(Container::fmp4, *segment.period);
  if (video == nullptr) return picture;
  picture.period = std::make_shared<const PeriodInfo>(
      PeriodInfo{segment.period->session, segment.period->period, {*video}, {Payload()}});
  picture.cut.fragment = 1;
  picture.cut.ends = {{video->index, std::int64_t{video->timescale}}};
  for (const auto& part : segment.parts) {
    for (const media::Packet& packet : part->packets) {
      if (packet.track != video->index || !packet.key) continue;
      picture.packets = {packet};
      picture.packets.front().dts = picture.packets.front().cts = 0;
      return picture;
    }
  }
  return picture;
}

}  // namespace

std::size_t Fetched::size() const {
  std::size_t bytes = 0;
  for (const Payload& piece : pieces) bytes += piece.size();
  return bytes;
}

Fetched LiveWindow::init(const SessionId& session, std::uint64_t period) {
  const auto entry = std::find_if(inits_.begin(), inits_.end(), [&](const PeriodInit& one) {
    return one.period->session == session && one.period->period.number == period;
  });
  if (entry == inits_.end()) return missing(expired_);
  if (entry->fault) return failed(*entry->fault);
  if (!entry->bytes) {
    ++renders_.inits;
    auto bytes = renderer_.fmp4_init(*entry->period);
    if (!bytes) {
      ++renders_.failures;
      entry->fault = bytes.error();
      return failed(*entry->fault);
    }
    entry->bytes = std::move(*bytes);
  }
  return found({*entry->bytes});
}

Fetched LiveWindow::segment(Container container, const SessionId& session, std::uint64_t msn, bool added) {
  Segment* segment = segments_.find(msn);
  if (segment == nullptr) return missing(segments_.is_gone(msn));
  Rendering& rendering = segment->rendering(container);
  if (segment->period->session != session || segment->added != added || !rendering.carried) return missing(false);
  if (rendering.fault) return failed(*rendering.fault);
  if (rendering.pieces.empty()) {
    auto pieces = render_segment(renderer_, container, segment->parts);
    (container == Container::fmp4 ? renders_.fmp4_parts : renders_.ts_segments) += pieces ? pieces->size() : 1;
    if (!pieces) {
      ++renders_.failures;
      rendering.fault = pieces.error();
      return failed(*rendering.fault);
    }
    rendering.pieces = std::move(*pieces);
  }
  return found(rendering.pieces);
}

Fetched LiveWindow::picture() {
  const auto listed = segments_.listed();
  for (auto segment = listed.rbegin(); segment != listed.rend(); ++segment) {
    const Part part = key_frame_of(*segment);
    if (part.packets.empty()) continue;
    auto init = renderer_.fmp4_init(*part.period);
    if (!init) return failed(init.error());
    auto frame = renderer_.fmp4_part(part);
    if (!frame) return failed(frame.error());
    return found({std::move(*init), std::move(*frame)});
  }
  return missing(false);
}

}  // namespace sluice::hls
