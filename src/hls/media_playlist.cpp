#include "sluice/hls/media_playlist.hpp"

#include <algorithm>
#include <cstdio>

namespace sluice::hls {
namespace {

void append_part(std::string& text, const PlaylistPart& part) {
  text += "#EXT-X-PART:DURATION=" + to_decimal_seconds(part.duration) + ",URI=\"" + part.uri + "\"";
  if (part.independent) text += ",INDEPENDENT=YES";
  if (part.gap) text += ",GAP=YES";
  text += "\n";
}

// What stands before a segment's own lines.
void append_head(std::string& text, const PlaylistSegment& segment) {
  if (segment.discontinuity) text += "#EXT-X-DISCONTINUITY\n";
  if (!segment.map_uri.empty()) text += "#EXT-X-MAP:URI=\"" + segment.map_uri + "\"\n";
  text += "#EXT-X-PROGRAM-DATE-TIME:" + to_rfc3339(segment.date) + "\n";
  if (segment.gap) text += "#EXT-X-GAP\n";
  for (const PlaylistPart& part : segment.parts) append_part(text, part);
}

void append_segment(std::string& text, const PlaylistSegment& segment) {
  append_head(text, segment);
  text += "#EXTINF:" + to_decimal_seconds(segment.duration) + ",\n";
  text += segment.uri + "\n";
}

void append_control(std::string& text, const MediaPlaylist& playlist) {
  const Millis target = playlist.low_latency->part_target;
  text += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=" + to_decimal_seconds(part_hold_back(target)) +
          ",CAN-SKIP-UNTIL=" + to_decimal_seconds(skip_boundary(playlist.target_duration)) + "\n";
  text += "#EXT-X-PART-INF:PART-TARGET=" + to_decimal_seconds(target) + "\n";
}

void append_live_edge(std::string& text, const LowLatency& low_latency) {
  if (low_latency.open) append_head(text, *low_latency.open);
  if (!low_latency.hint_uri.empty()) {
    text += "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + low_latency.hint_uri + "\"\n";
  } else {
    // hls.js up to 1.7 takes a segment whose URI ends a playlist with parts for one that is not complete.
    text += "# It is not known yet what comes next.\n";
  }
}

bool has_gaps(const PlaylistSegment& segment) {
  return segment.gap ||
         std::any_of(segment.parts.begin(), segment.parts.end(), [](const PlaylistPart& part) { return part.gap; });
}

int version_of(const MediaPlaylist& playlist) {
  if (playlist.skipped > 0) return kPlaylistVersionWithSkip;
  const bool gaps = std::any_of(playlist.segments.begin(), playlist.segments.end(), has_gaps) ||
                    (playlist.low_latency && playlist.low_latency->open && has_gaps(*playlist.low_latency->open));
  return gaps ? kPlaylistVersionWithGaps : kPlaylistVersion;
}

}  // namespace

std::string to_text(const MediaPlaylist& playlist) {
  std::string text;
  text.reserve(256 + 160 * playlist.segments.size());
  text += "#EXTM3U\n";
  text += "#EXT-X-VERSION:" + std::to_string(version_of(playlist)) + "\n";
  if (playlist.vod) text += "#EXT-X-PLAYLIST-TYPE:VOD\n";
  text += "#EXT-X-TARGETDURATION:" + std::to_string(playlist.target_duration.count()) + "\n";
  if (playlist.low_latency) append_control(text, playlist);
  text += "#EXT-X-MEDIA-SEQUENCE:" + std::to_string(playlist.media_sequence) + "\n";
  text += "#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(playlist.discontinuity_sequence) + "\n";
  if (playlist.independent_segments) text += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  if (playlist.skipped > 0) text += "#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(playlist.skipped) + "\n";
  for (const PlaylistSegment& segment : playlist.segments) append_segment(text, segment);
  if (playlist.ended) {
    text += "#EXT-X-ENDLIST\n";
  } else if (playlist.low_latency) {
    append_live_edge(text, *playlist.low_latency);
  }
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
