// Holds the versions of one media playlist against the rules of rfc8216bis section 6.2: is each a legal successor of
// the one before?
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::hls::testing {

struct ReadSegment {
  std::uint64_t msn = 0;
  std::uint64_t discontinuity_sequence = 0;
  std::string uri;
  std::string map_uri;  // in force
  std::string date;
  std::int64_t micros = 0;
  bool gap = false;
};

struct ReadPlaylist {
  int target_duration = 0;
  bool independent_segments = false;
  bool ended = false;
  std::vector<ReadSegment> segments;
  std::int64_t micros() const;
};

ReadPlaylist read_playlist(std::string_view text);

class PlaylistChecker {
 public:
  // Fails the test where a rule is broken.
  void add(std::string_view text);

 private:
  bool first_ = true;
  ReadPlaylist last_;
  std::map<std::uint64_t, ReadSegment> seen_;
};

}  // namespace sluice::hls::testing
