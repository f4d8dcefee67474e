// LiveWindow's media: initialisation sections and segments, rendered when they are first asked for.
#include <algorithm>
#include <utility>

#include "sluice/hls/live_window.hpp"

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

// A track that was announced may have no frame in the Period's first parts.
void LiveWindow::PeriodInit::add_first_frames(const std::vector<media::Packet>& packets) {
  first_frames.resize(period->tracks.size());
  for (std::size_t i = 0; i < first_frames.size(); ++i) {
    const media::Track& track = period->tracks[i];
    const bool has_record = track.config.codec != media::Codec::ac3 && track.config.codec != media::Codec::eac3;
    if (has_record || !first_frames[i].empty()) continue;
    const auto first = std::find_if(packets.begin(), packets.end(),
                                    [&track](const media::Packet& packet) { return packet.track == track.index; });
    if (first == packets.end()) continue;
    first_frames[i] = first->data;
    fault.reset();
  }
}

Fetched LiveWindow::init(const SessionId& session, std::uint64_t period) {
  const auto entry = std::find_if(inits_.begin(), inits_.end(), [&](const PeriodInit& one) {
    return one.period->session == session && one.period->period.number == period;
  });
  if (entry == inits_.end()) return missing(expired_);
  if (entry->fault) return failed(*entry->fault);
  if (!entry->bytes) {
    ++renders_.inits;
    PeriodInfo whole = *entry->period;
    whole.first_frames = entry->first_frames;
    auto bytes = renderer_.fmp4_init(whole);
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
  const Rendering& rendering = segment->rendering(container);
  if (segment->period->session != session || segment->added != added || !rendering.carried) return missing(false);
  return container == Container::fmp4 ? joined_parts(*segment) : ts_segment(*segment);
}

Fetched LiveWindow::part(const SessionId& session, std::uint64_t period, std::uint64_t fragment, bool added) {
  const PartName name{session, period, fragment, added};
  const std::optional<HeldPart> held = find_part(name);
  if (!held) {
    return expects(session, period, fragment, added) ? Fetched{Status::expected, {}, {}} : missing(was_part(name));
  }
  const Part& part = *held->segment->parts[held->index];
  if (part.cut.added != added || !has_media(Container::fmp4, part)) return missing(false);
  const Rendered& piece = render_part(*held->segment, held->index);
  return piece.fault ? failed(*piece.fault) : found({piece.bytes});
}

bool LiveWindow::expects(const SessionId& session, std::uint64_t period, std::uint64_t fragment, bool added) const {
  return expected_ == fragment && !added && period_info_->session == session && period_info_->period.number == period &&
         low_latency(Container::fmp4);
}

// Where the part of this name is, `added` or not.
std::optional<LiveWindow::HeldPart> LiveWindow::find_part(const PartName& name) {
  if (!low_latency(Container::fmp4)) return std::nullopt;
  const auto place_in = [&name](Segment& segment) -> std::optional<HeldPart> {
    if (segment.parts.empty() || segment.period->period.number != name.period ||
        segment.period->session != name.session)
      return std::nullopt;
    const auto found = std::find_if(segment.parts.begin(), segment.parts.end(),
                                    [&name](const auto& part) { return part->cut.fragment == name.fragment; });
    if (found == segment.parts.end()) return std::nullopt;
    return HeldPart{&segment, static_cast<std::size_t>(found - segment.parts.begin())};
  };
  if (const auto place = place_in(open_)) return place;
  // Mostly the newest are asked for.
  const auto held = segments_.held();
  for (auto segment = held.rbegin(); segment != held.rend(); ++segment) {
    if (const auto place = place_in(*segments_.find(segment->msn))) return place;
  }
  return std::nullopt;
}

// There was a part of this name, as far as can be told, and its time is over.
bool LiveWindow::was_part(const PartName& name) const {
  if (!low_latency(Container::fmp4)) return false;
  if (expired_) return true;
  const auto held = segments_.held();
  const auto oldest =
      std::find_if(held.begin(), held.end(), [](const Segment& segment) { return !segment.parts.empty(); });
  if (oldest == held.end() || name.fragment == 0) return false;
  const PeriodInfo& period = *oldest->period;
  if (name.period != period.period.number) return name.period < period.period.number;
  return name.session == period.session && name.fragment < oldest->parts.front()->cut.fragment;
}

const Rendered& LiveWindow::render_part(Segment& segment, std::size_t index) {
  std::vector<Rendered>& pieces = segment.rendering(Container::fmp4).pieces;
  if (pieces.size() < segment.parts.size()) pieces.resize(segment.parts.size());
  Rendered& piece = pieces[index];
  if (piece.fault || !piece.bytes.empty()) return piece;
  ++renders_.fmp4_parts;
  auto bytes = renderer_.fmp4_part(*segment.parts[index]);
  if (bytes) {
    piece.bytes = std::move(*bytes);
  } else {
    ++renders_.failures;
    piece.fault = bytes.error();
  }
  return piece;
}

Fetched LiveWindow::joined_parts(Segment& segment) {
  std::vector<Payload> pieces;
  for (std::size_t i = 0; i < segment.parts.size(); ++i) {
    if (!has_media(Container::fmp4, *segment.parts[i])) continue;
    const Rendered& piece = render_part(segment, i);
    if (piece.fault) return failed(*piece.fault);
    pieces.push_back(piece.bytes);
  }
  return found(std::move(pieces));
}

Fetched LiveWindow::ts_segment(Segment& segment) {
  std::vector<Rendered>& pieces = segment.rendering(Container::ts).pieces;
  if (pieces.empty()) {
    ++renders_.ts_segments;
    auto bytes = renderer_.ts_segment(segment.parts);
    if (!bytes) ++renders_.failures;
    pieces.push_back(bytes ? Rendered{std::move(*bytes), {}} : Rendered{{}, bytes.error()});
  }
  if (pieces.front().fault) return failed(*pieces.front().fault);
  return found({pieces.front().bytes});
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
