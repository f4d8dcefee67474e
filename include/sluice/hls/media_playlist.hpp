// A media playlist as plain values, and its text (draft-pantos-hls-rfc8216bis, sections 4.4.3 and 4.4.4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::hls {

struct PlaylistSegment {
  std::string uri;
  Ticks90k duration{};
  WallTime date;               // EXT-X-PROGRAM-DATE-TIME, on every segment
  std::string map_uri;         // EXT-X-MAP before this segment; empty: none is due
  bool discontinuity = false;  // EXT-X-DISCONTINUITY before it
  bool gap = false;            // EXT-X-GAP: the URI is not to be fetched
};

struct MediaPlaylist {
  Seconds target_duration{};
  std::uint64_t media_sequence = 0;          // of the first segment
  std::uint64_t discontinuity_sequence = 0;  // before the first segment's own EXT-X-DISCONTINUITY, if it has one
  bool independent_segments = false;
  bool ended = false;  // EXT-X-ENDLIST
  bool vod = false;    // EXT-X-PLAYLIST-TYPE:VOD; only with `ended`
  std::vector<PlaylistSegment> segments;
};

// EXT-X-VERSION is 6 in every playlist: EXT-X-MAP asks for it, and below 6 EXT-X-TARGETDURATION would have to be the
// true maximum, while ours, from 6 on, is the maximum of the rounded durations (section 8).
inline constexpr int kPlaylistVersion = 6;
// The specification asks for no version with EXT-X-GAP, but one that came when 8 was current does in parsers that
// people use.
inline constexpr int kPlaylistVersionWithGaps = 8;

std::string to_text(const MediaPlaylist& playlist);

// "2.002000": seconds with six digits, rounded to the nearest microsecond, so that sums stay far within a frame.
std::string to_decimal_seconds(Ticks90k duration);

}  // namespace sluice::hls
