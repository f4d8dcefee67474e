// A media playlist as plain values, and its text (draft-pantos-hls-rfc8216bis, sections 4.4.3 and 4.4.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::hls {

struct PlaylistPart {
  std::string uri;
  Ticks90k duration{};
  bool independent = false;
  bool gap = false;  // the URI is not to be fetched
};

struct PlaylistSegment {
  std::string uri;
  Ticks90k duration{};
  WallTime date;               // EXT-X-PROGRAM-DATE-TIME, on every segment
  std::string map_uri;         // EXT-X-MAP before this segment; empty: none is due
  bool discontinuity = false;  // EXT-X-DISCONTINUITY before it
  bool gap = false;            // EXT-X-GAP: the URI is not to be fetched
  std::vector<PlaylistPart> parts = {};
};

// What a playlist with parts has beside them.
struct LowLatency {
  Millis part_target{};
  std::string hint_uri;  // of the part that comes next; empty: that is not known
  // The segment that is not complete: its parts and what stands before them. It has no URI and no duration yet.
  std::optional<PlaylistSegment> open;
};

struct MediaPlaylist {
  Seconds target_duration{};
  std::uint64_t media_sequence = 0;          // of the first segment
  std::uint64_t discontinuity_sequence = 0;  // before the first segment's own EXT-X-DISCONTINUITY, if it has one
  bool independent_segments = false;
  bool ended = false;  // EXT-X-ENDLIST
  bool vod = false;    // EXT-X-PLAYLIST-TYPE:VOD; only with `ended`
  std::optional<LowLatency> low_latency;
  // A delta update: so many segments, from `media_sequence` on, are left out before the first of `segments`.
  std::uint64_t skipped = 0;
  std::vector<PlaylistSegment> segments;
};

// EXT-X-VERSION is 6 at least: EXT-X-MAP asks for it, and below 6 EXT-X-TARGETDURATION would have to be the
// true maximum, while ours, from 6 on, is the maximum of the rounded durations (section 8).
inline constexpr int kPlaylistVersion = 6;
// The specification asks for no version with EXT-X-GAP, but one that came when 8 was current does in parsers that
// people use.
inline constexpr int kPlaylistVersionWithGaps = 8;
inline constexpr int kPlaylistVersionWithSkip = 9;

// PART-HOLD-BACK: how far from the end a player of parts is to stay.
constexpr Millis part_hold_back(Millis part_target) { return 3 * part_target; }
// CAN-SKIP-UNTIL: a delta update leaves out segments that end before this distance from the end of the last segment.
constexpr Seconds skip_boundary(Seconds target_duration) { return 6 * target_duration; }
// Parts are listed no further from the end than this.
constexpr Seconds parts_listed_within(Seconds target_duration) { return 3 * target_duration; }

std::string to_text(const MediaPlaylist& playlist);

// "2.002000": seconds with six digits, rounded to the nearest microsecond, so that sums stay far within a frame.
std::string to_decimal_seconds(Ticks90k duration);

}  // namespace sluice::hls
