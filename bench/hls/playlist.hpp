// The part of an HLS playlist that a load tool needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

struct Playlist {
  struct Segment {
    std::string uri;
    std::int64_t number = 0;  // media sequence number
  };
  bool is_valid = false;
  bool ended = false;
  double target_s = 0;
  std::string variant;  // of a multivariant playlist: the first; empty in a media playlist
  std::string map;
  std::vector<Segment> segments;
};

Playlist parse_playlist(std::string_view text);

/// A playlist's URI against the playlist's own path; an absolute URL loses its host.
std::string resolve_uri(const std::string& base_path, const std::string& uri);

}  // namespace sluice::bench
