// LiveWindow's playlists: values gathered from the segment list, texts built once a change.
#include <algorithm>
#include <utility>

#include "sluice/hls/live_window.hpp"
#include "sluice/hls/media_playlist.hpp"
#include "sluice/hls/multivariant_playlist.hpp"
#include "sluice/hls/route.hpp"

namespace sluice::hls {

using media::Container;

std::shared_ptr<const PlaylistText> LiveWindow::snapshot(std::string text) const {
  return std::make_shared<const PlaylistText>(PlaylistText{std::move(text), changed_at_, nullptr});
}

std::shared_ptr<const PlaylistText> LiveWindow::media_playlist(Container container) {
  if (!playable(container)) return nullptr;
  View& in = view(container);
  if (in.media == nullptr) in.media = snapshot(media_text(container));
  return in.media;
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

std::string LiveWindow::media_text(Container container) const {
  MediaPlaylist playlist;
  playlist.target_duration = target_duration_;
  playlist.independent_segments = independent_;
  playlist.ended = ended();
  playlist.segments.reserve(segments_.listed_count());
  const PeriodInfo* mapped = nullptr;
  bool first = true;
  for (const Segment& segment : segments_.listed()) {
    if (std::exchange(first, false)) {
      playlist.media_sequence = segment.msn;
      playlist.discontinuity_sequence = segment.discontinuity_sequence - (segment.discontinuity ? 1 : 0);
    }
    PlaylistSegment line;
    line.uri = uri_of(SegmentName{container, segment.period->session, segment.msn, segment.added});
    line.duration = segment.duration;
    line.date = segment.date();
    line.discontinuity = segment.discontinuity;
    line.gap = !segment.rendering(container).carried;
    if (container == Container::fmp4 && !line.gap && mapped != segment.period.get()) {
      mapped = segment.period.get();
      line.map_uri = uri_of(InitName{mapped->session, mapped->period.number});
    }
    playlist.segments.push_back(std::move(line));
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
