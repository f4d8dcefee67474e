// A media playlist of ours as a player reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::hls::testing {

struct ReadPart {
  std::string uri;
  std::int64_t micros = 0;
  bool independent = false;
  bool gap = false;
  friend bool operator==(const ReadPart&, const ReadPart&) = default;
};

struct ReadSegment {
  std::uint64_t msn = 0;
  std::uint64_t discontinuity_sequence = 0;
  std::string uri;
  std::string map_uri;  // in force; empty for a gap, which needs none
  std::string date;
  std::int64_t micros = 0;
  bool gap = false;
  std::vector<ReadPart> parts;
  friend bool operator==(const ReadSegment&, const ReadSegment&) = default;
};

struct ReadPlaylist {
  int version = 0;
  int target_duration = 0;
  std::string control;           // EXT-X-SERVER-CONTROL's attributes
  std::int64_t part_target = 0;  // in microseconds; 0: there is no EXT-X-PART-INF
  std::uint64_t discontinuity_sequence = 0;
  std::uint64_t media_sequence = 0;
  std::uint64_t skipped = 0;
  bool independent_segments = false;
  bool ended = false;
  std::vector<ReadSegment> segments;
  std::optional<ReadSegment> open;  // the one whose parts stand behind the last segment
  std::string hint;
  bool ends_with_uri = false;  // the last line is that of a segment
  std::int64_t micros() const;
  friend bool operator==(const ReadPlaylist&, const ReadPlaylist&) = default;
};

// Fails the test where a line is none of ours, stands twice or in the wrong place.
ReadPlaylist read_playlist(std::string_view text);

// What a player that has `older` makes of `delta`: the playlist it stands for; none when `older` lacks what it leaves
// out.
std::optional<ReadPlaylist> merged(const ReadPlaylist& older, ReadPlaylist delta);

}  // namespace sluice::hls::testing
