// LiveWindow's playlists: values gathered from the segment list, texts built once a change.
#include <algorithm>
#include <utility>

#include "sluice/hls/live_window.hpp"
#include "sluice/hls/media_playlist.hpp"
#include "sluice/hls/multivariant_playlist.hpp"
#include "sluice/hls/route.hpp"

namespace sluice::hls {

using media::Container;

namespace {

std::shared_ptr<const PlaylistText> snapshot(std::string text) {
  return std::make_shared<const PlaylistText>(PlaylistText{std::move(text), nullptr});
}

std::string init_uri(const PeriodInfo& period) { return uri_of(InitName{period.session, period.period.number}); }

// Beyond the next part, a request may be so many ahead: three, or as many as make three seconds (section 6.2.5.2).
std::uint64_t advance_limit(Millis part_target) {
  return std::max<std::uint64_t>(3, static_cast<std::uint64_t>(Millis(Seconds(3)) / part_target));
}

}  // namespace

std::shared_ptr<const PlaylistText> LiveWindow::media_playlist(Container container, bool delta) {
  if (!playable(container)) return nullptr;
  View& in = view(container);
  if (delta && in.delta != nullptr) return in.delta;
  const std::uint64_t skipped = delta ? skippable(container) : 0;
  std::shared_ptr<const PlaylistText>& text = skipped > 0 ? in.delta : in.media;
  if (text == nullptr) {
    text = snapshot(media_text(container, skipped));
    if (low_latency(container) && !last_is_open()) shown_msn_ = segments_.last().msn;
  }
  return text;
}

std::shared_ptr<const PlaylistText> LiveWindow::multivariant(Container container, std::string_view prefix) {
  if (!playable(container)) return nullptr;
  std::vector<Multivariant>& known = view(container).multivariants;
  auto entry = std::find_if(known.begin(), known.end(), [&](const Multivariant& one) { return one.prefix == prefix; });
  if (entry == known.end()) entry = known.insert(entry, {std::string(prefix), 0, nullptr});
  if (entry->built_at == change_count_) return entry->text;
  entry->built_at = change_count_;
  std::string text = multivariant_text(container, prefix);
  if (entry->text == nullptr || entry->text->text != text) entry->text = snapshot(std::move(text));
  return entry->text;
}

Listed LiveWindow::is_listed(Container container, std::uint64_t msn, std::optional<std::uint64_t> part) const {
  if (!low_latency(container) || ended()) return Listed::yes;
  if (segments_.empty()) return Listed::not_yet;
  const Segment& last = segments_.last();
  if (msn < last.msn) return Listed::yes;
  if (msn > last.msn + 2) return Listed::too_far;
  const std::uint64_t open_parts = open_.lists_parts(*part_target_) ? open_.parts.size() : 0;
  if (msn == last.msn && last_is_open()) {
    if (!part) return Listed::not_yet;
    if (*part < last.parts.size()) return Listed::yes;
    return *part - last.parts.size() < advance_limit(*part_target_) ? Listed::not_yet : Listed::too_far;
  }
  if (msn == last.msn) {
    // What is behind its last part is the first of the next segment.
    const std::uint64_t parts = last.lists_parts(*part_target_) ? last.parts.size() : 1;
    if (!part || *part < parts || open_parts > 0) return Listed::yes;
    return *part - parts < advance_limit(*part_target_) ? Listed::not_yet : Listed::too_far;
  }
  if (!part) return Listed::not_yet;
  const std::uint64_t parts = msn == last.msn + 1 ? open_parts : 0;
  if (*part < parts) return Listed::yes;
  return *part - parts < advance_limit(*part_target_) ? Listed::not_yet : Listed::too_far;
}

// How many segments a delta update leaves out: those that end further from the end of the last one than the boundary.
std::uint64_t LiveWindow::skippable(Container container) const {
  if (!low_latency(container) || ended()) return 0;
  std::uint64_t count = 0;
  Ticks90k behind = segments_.listed_duration() - (last_is_open() ? segments_.last().duration : Ticks90k(0));
  for (const Segment& segment : segments_.listed()) {
    behind -= segment.duration;
    if (behind <= skip_boundary(target_duration_)) break;
    ++count;
  }
  return count;
}

std::vector<PlaylistPart> LiveWindow::parts_of(const Segment& segment) const {
  std::vector<PlaylistPart> parts;
  if (!segment.lists_parts(*part_target_)) return parts;
  const PeriodInfo& period = *segment.period;
  for (const auto& part : segment.parts) {
    const media::Cut& cut = part->cut;
    const bool carried = has_media(Container::fmp4, *part);
    parts.push_back({uri_of(PartName{period.session, period.period.number, cut.fragment, cut.added}), cut.duration,
                     carried && cut.independent, !carried});
  }
  return parts;
}

// A Period has ended and nothing stands behind it yet: its last segment is listed as one that is not complete, with all
// of its parts, until something does. Players of two years ago expect the segment behind a complete one to need the
// same initialisation section, and stay with that. What was said to be whole stays so.
bool LiveWindow::last_is_open() const {
  if (ended() || expected_ || !open_.parts.empty() || segments_.listed_count() < 2) return false;
  const Segment& last = segments_.last();
  return last.msn > shown_msn_ && last.lists_parts(*part_target_);
}

bool LiveWindow::ends_with_segment() const {
  return low_latency(Container::fmp4) && !last_is_open() && !open_.lists_parts(*part_target_);
}

// `mapped` is the Period whose initialisation section is in force at the end of the last segment.
LowLatency LiveWindow::live_edge(const PeriodInfo* mapped) const {
  LowLatency edge;
  edge.part_target = *part_target_;
  if (expected_) {
    edge.hint_uri = uri_of(PartName{period_info_->session, period_info_->period.number, *expected_, false});
  }
  if (last_is_open()) {
    edge.open = open_line(segments_.last(), mapped);
  } else if (open_.lists_parts(*part_target_)) {
    edge.open = open_line(open_, mapped);
  }
  return edge;
}

PlaylistSegment LiveWindow::open_line(const Segment& segment, const PeriodInfo* mapped) const {
  PlaylistSegment line;
  line.date = segment.date();
  line.discontinuity = segment.discontinuity;
  line.parts = parts_of(segment);
  const auto& tracks = segment.period->tracks;
  const bool carried = std::any_of(tracks.begin(), tracks.end(),
                                   [](const media::Track& track) { return is_packaged(Container::fmp4, track); });
  if (carried && mapped != segment.period.get()) line.map_uri = init_uri(*segment.period);
  return line;
}

std::string LiveWindow::media_text(Container container, std::uint64_t skipped) const {
  MediaPlaylist playlist;
  playlist.target_duration = target_duration_;
  playlist.independent_segments = independent_;
  playlist.ended = ended();
  playlist.skipped = skipped;
  playlist.segments.reserve(segments_.listed_count());
  const PeriodInfo* mapped = nullptr;
  Ticks90k from_end = segments_.listed_duration() + open_.duration;
  bool first = true;
  // Before a gap no parts are listed: hls.js of two years ago remembers a segment behind the last one only where there
  // are parts, and takes the initialisation section in force then for that segment's own.
  std::uint64_t last_gap = 0;
  for (const Segment& segment : segments_.listed()) last_gap = segment.gap ? segment.msn : last_gap;
  const bool open_last = low_latency(container) && last_is_open();
  for (const Segment& segment : segments_.listed()) {
    if (open_last && segment.msn == segments_.last().msn) break;
    if (std::exchange(first, false)) {
      playlist.media_sequence = segment.msn;
      playlist.discontinuity_sequence = segment.discontinuity_sequence - (segment.discontinuity ? 1 : 0);
    }
    const bool near = from_end <= parts_listed_within(target_duration_) && segment.msn > last_gap;
    from_end -= segment.duration;
    if (skipped > 0) {
      --skipped;
      continue;
    }
    PlaylistSegment line;
    line.uri = uri_of(SegmentName{container, segment.period->session, segment.msn, segment.added});
    line.duration = segment.duration;
    line.date = segment.date();
    line.discontinuity = segment.discontinuity;
    line.gap = !segment.rendering(container).carried;
    if (container == Container::fmp4 && !line.gap && mapped != segment.period.get()) {
      mapped = segment.period.get();
      line.map_uri = init_uri(*mapped);
    }
    if (near && low_latency(container)) line.parts = parts_of(segment);
    playlist.segments.push_back(std::move(line));
  }
  if (low_latency(container)) {
    playlist.low_latency = live_edge(mapped);
    playlist.independent_segments = independent_ && open_.independent;
  }
  return to_text(playlist);
}

std::string LiveWindow::multivariant_text(Container container, std::string_view prefix) const {
  MultivariantPlaylist playlist;
  playlist.uri = std::string(prefix) + uri_of(MediaPlaylistName{container, epoch_});
  playlist.bandwidth = view(container).meter.bandwidth();
  playlist.average_bandwidth = view(container).meter.average_bandwidth();
  // Every format in the window, the newest first: players begin near the live edge.
  const std::uint64_t first_listed = segments_.last().msn + 1 - segments_.listed_count();
  for (auto entry = inits_.rbegin(); entry != inits_.rend() && entry->last_msn >= first_listed; ++entry) {
    if (entry->period == open_.period && open_.period != segments_.last().period) continue;  // no whole segment yet
    add_codecs(container, *entry->period, playlist.codecs);
    const media::Track* video = packaged_video(container, *entry->period);
    if (playlist.video || video == nullptr) continue;
    const media::VideoFormat& format = video->config.video;
    playlist.video =
        VideoAttributes{format.width, format.height, format.frame_rate.value_or(frame_rate_.rate()), format.range};
  }
  return to_text(playlist);
}

}  // namespace sluice::hls
