#include "sluice/hls/archive_views.hpp"

#include <algorithm>
#include <utility>

#include "sluice/hls/frame_rate_meter.hpp"
#include "sluice/hls/render_segment.hpp"

namespace sluice::hls {
namespace {

// More than any three target durations: what a window that has become too short for a playlist may have to list more.
constexpr Micros kWindowSlack = std::chrono::minutes(4);
// No publisher stays away for longer in the middle of a playlist; see stream.resume_window.
constexpr Micros kAwayMax = std::chrono::hours(1);

ArchiveStatus status_of(ArchiveFault fault, ArchiveStatus unknown) {
  switch (fault) {
    case ArchiveFault::unknown:
      return unknown;
    case ArchiveFault::gone:
      return ArchiveStatus::gone;
    case ArchiveFault::failed:
      return ArchiveStatus::failed;
  }
  return ArchiveStatus::failed;
}

ArchiveText without_text(ArchiveStatus status, std::string message = {}) {
  return {status, {}, std::move(message), false, {}};
}

template <class T>
ArchiveMedia without_media(const ArchiveAnswer<T>& answer) {
  return {status_of(answer.fault, ArchiveStatus::nothing_there), {}, answer.message, false};
}

ArchiveMedia render_fault(const Error& error) { return {ArchiveStatus::failed, {}, error.message, true}; }

WallTime end_of(const ArchivedSpan& span) {
  const ArchivedSegment& last = span.back().segments.back();
  return last.date() + to_micros(last.duration);
}

std::uint64_t count_packets(const std::vector<std::shared_ptr<const Part>>& parts, media::TrackIndex track) {
  std::uint64_t count = 0;
  for (const auto& part : parts) {
    count += static_cast<std::uint64_t>(
        std::count_if(part->packets.begin(), part->packets.end(),
                      [track](const media::Packet& packet) { return packet.track == track; }));
  }
  return count;
}

}  // namespace

ArchiveViews::Found ArchiveViews::find(const StreamName& stream, const ArchiveView& view,
                                       const std::optional<SessionId>& epoch, const Growth& growth) {
  ArchiveQuery query;
  query.epoch = epoch;
  std::optional<SessionId> live = growth.epoch;  // what is expected to be there soon, when it is not
  if (const auto* range = std::get_if<RangeView>(&view)) {
    query.from = range->from;
    query.to = range->to;
    if (!range->to) query.last = kSpanMax;
    if (range->to && *range->to <= growth.now) live.reset();
  } else if (const auto* of_session = std::get_if<SessionView>(&view)) {
    query.session = of_session->session;
    query.last = kSpanMax;
    if (growth.session != of_session->session) live.reset();
  } else {
    query.last = std::min(options_.dvr_window + options_.resume_window + kWindowSlack, kSpanMax);
    // The playlist of what is live, or none: the one before it has ended.
    if (!epoch) query.epoch = growth.epoch;
  }

  auto answer = archive_.span(stream, query);
  const bool is_live = live && (!epoch || epoch == live);
  if (!answer) {
    const ArchiveStatus status = status_of(answer.fault, ArchiveStatus::nothing_recorded);
    const bool soon = status == ArchiveStatus::nothing_recorded && is_live;
    return {soon ? ArchiveStatus::not_yet : status, {}, answer.message};
  }
  const bool misses = answer.value->empty() || (query.epoch && answer.value->back().epoch != *query.epoch);
  if (misses) return {is_live ? ArchiveStatus::not_yet : ArchiveStatus::nothing_there, {}, {}};
  return {ArchiveStatus::found, std::move(*answer.value), {}};
}

// Whether segments may still be added to what `view` shows of the epochs up to `epoch`.
bool ArchiveViews::goes_on(const StreamName& stream, const ArchiveView& view, const SessionId& epoch,
                           const ArchivedSpan& span, const Growth& growth) {
  if (growth.unknown) return true;
  // The disk is slow at the end of a publish, or another process writes.
  const bool open = span.back().open;
  if (const auto* of_session = std::get_if<SessionView>(&view)) return open || growth.session == of_session->session;
  if (!open && growth.epoch != epoch) return false;
  const auto* range = std::get_if<RangeView>(&view);
  if (range == nullptr || !range->to || growth.now < *range->to) return true;
  if (end_of(span) >= *range->to) return false;
  // The publisher was away at the range's end, or its media is late. Whatever begins behind it tells which.
  ArchiveQuery behind;
  behind.epoch = epoch;
  behind.from = range->to;
  behind.to = *range->to + kAwayMax;
  const auto answer = archive_.span(stream, behind);
  return !answer || answer.value->empty() || answer.value->back().epoch != epoch;
}

media::FrameRate ArchiveViews::frame_rate_of(const StreamName& stream, const ArchivedSpan& span,
                                             media::Container container) {
  FrameRateMeter meter;
  for (const ArchivedSegment* sample : frame_rate_samples(span, container)) {
    const media::TrackIndex track = packaged_video(container, *sample->period)->index;
    const auto parts = archive_.segment(stream, sample->period->session, sample->msn, sample->added);
    if (parts) meter.add(count_packets(*parts.value, track), sample->duration);
  }
  return meter.rate();
}

ArchiveText ArchiveViews::multivariant(const StreamName& stream, const ArchiveMultivariantName& name,
                                       std::string_view prefix, const Growth& growth) {
  const media::Container container = *name.container;
  Found found = find(stream, name.view, {}, growth);
  if (found.status != ArchiveStatus::found) return without_text(found.status, std::move(found.message));
  if (!carries(found.span, container)) return without_text(ArchiveStatus::not_carried);
  const SessionId& epoch = found.span.back().epoch;
  MultivariantPlaylist playlist =
      archive_multivariant(found.span, container, frame_rate_of(stream, found.span, container));
  playlist.uri = std::string(prefix) + uri_of(ArchivePlaylistName{name.view, container, epoch});
  // It changes with the next publish, or, before the end, with what is measured.
  return {ArchiveStatus::found, to_text(playlist), {}, false, found.span.back().segments.back().target_duration};
}

ArchiveText ArchiveViews::playlist(const StreamName& stream, const ArchivePlaylistName& name, const Growth& growth,
                                   ArchiveMemory& memory) {
  Found found = find(stream, name.view, name.epoch, growth);
  if (found.status != ArchiveStatus::found) return without_text(found.status, std::move(found.message));
  if (!carries(found.span, name.container)) return without_text(ArchiveStatus::not_carried);
  const bool is_dvr = std::holds_alternative<DvrView>(name.view);
  ArchivePlaylistOptions options;
  options.container = name.container;
  options.media_prefix = media_prefix(name);
  options.anchored_at_last = is_dvr;
  if (is_dvr) options.window = options_.dvr_window;
  options.ended = !goes_on(stream, name.view, name.epoch, found.span, growth);
  options.vod = !is_dvr;
  const MediaPlaylist playlist = archive_playlist(found.span, options, memory);
  if (playlist.segments.empty()) return without_text(ArchiveStatus::nothing_there);
  return {ArchiveStatus::found, to_text(playlist), {}, playlist.ended, playlist.target_duration};
}

ArchiveMedia ArchiveViews::init(const StreamName& stream, const InitName& name) {
  const auto period = archive_.period(stream, name.session, name.period);
  if (!period) return without_media(period);
  const auto& tracks = period.value->get()->tracks;
  const bool carried = std::any_of(tracks.begin(), tracks.end(), [](const media::Track& track) {
    return is_packaged(media::Container::fmp4, track);
  });
  if (!carried) return {ArchiveStatus::not_carried, {}, {}, false};
  auto bytes = renderer_.fmp4_init(**period.value);
  if (!bytes) return render_fault(bytes.error());
  return {ArchiveStatus::found, {std::move(*bytes)}, {}, false};
}

ArchiveMedia ArchiveViews::segment(const StreamName& stream, const SegmentName& name) {
  const auto parts = archive_.segment(stream, name.session, name.msn, name.added);
  if (!parts) return without_media(parts);
  auto pieces = render_segment(renderer_, name.container, *parts.value);
  if (!pieces) return render_fault(pieces.error());
  if (pieces->empty()) return {ArchiveStatus::not_carried, {}, {}, false};
  return {ArchiveStatus::found, std::move(*pieces), {}, false};
}

ArchiveMedia ArchiveViews::part(const StreamName& stream, const PartName& name) {
  const auto part = archive_.part(stream, name);
  if (!part) return without_media(part);
  if (!has_media(media::Container::fmp4, **part.value)) return {ArchiveStatus::not_carried, {}, {}, false};
  auto bytes = renderer_.fmp4_part(**part.value);
  if (!bytes) return render_fault(bytes.error());
  return {ArchiveStatus::found, {std::move(*bytes)}, {}, false};
}

}  // namespace sluice::hls
