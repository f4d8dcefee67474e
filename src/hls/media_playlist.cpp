#include "sluice/hls/media_playlist.hpp"

#include <algorithm>
#include <cstdio>

namespace sluice::hls {
namespace {

void append_segment(std::string& text, const PlaylistSegment& segment) {
  if (segment.discontinuity) text += "#EXT-X-DISCONTINUITY\n";
  if (!segment.map_uri.empty()) text += "#EXT-X-MAP:URI=\"" + segment.map_uri + "\"\n";
  text += "#EXT-X-PROGRAM-DATE-TIME:" + to_rfc3339(segment.date) + "\n";
  if (segment.gap) text += "#EXT-X-GAP\n";
  text += "#EXTINF:" + to_decimal_seconds(segment.duration) + ",\n";
  text += segment.uri + "\n";
}

}  // namespace

std::string to_text(const MediaPlaylist& playlist) {
  const bool gaps = std::any_of(playlist.segments.begin(), playlist.segments.end(),
                                [](const PlaylistSegment& segment) { return segment.gap; });
  std::string text;
  text.reserve(256 + 160 * playlist.segments.size());
  text += "#EXTM3U\n";
  text += "#EXT-X-VERSION:" + std::to_string(gaps ? kPlaylistVersionWithGaps : kPlaylistVersion) + "\n";
  if (playlist.vod) text += "#EXT-X-PLAYLIST-TYPE:VOD\n";
  text += "#EXT-X-TARGETDURATION:" + std::to_string(playlist.target_duration.count()) + "\n";
  text += "#EXT-X-MEDIA-SEQUENCE:" + std::to_string(playlist.media_sequence) + "\n";
  text += "#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(playlist.discontinuity_sequence) + "\n";
  if (playlist.independent_segments) text += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const PlaylistSegment& segment : playlist.segments) append_segment(text, segment);
  if (playlist.ended) text += "#EXT-X-ENDLIST\n";
  return text;
}

std::string to_decimal_seconds(Ticks90k duration) {
  const std::int64_t micros = to_micros(duration).count();
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1000000),
                static_cast<long long>(micros % 1000000));
  return text;
}

}  // namespace sluice::hls
