// Holds the versions of one media playlist against the rules of rfc8216bis, sections 4.4.3 to 4.4.5 and 6.2: is each a
// legal successor of those before?
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hls/read_playlist.hpp"

namespace sluice::hls::testing {

class PlaylistChecker {
 public:
  // Fails the test where a rule is broken. Of a playlist with parts every version must be given.
  void add(std::string_view text);

  const ReadPlaylist& last() const { return last_; }

 private:
  void check_segment(const ReadSegment& segment, const ReadPlaylist& playlist);
  void check_parts(const ReadSegment& segment, bool whole, const ReadPlaylist& playlist);
  void check_low_latency(const ReadPlaylist& playlist);
  void check_news(const ReadPlaylist& playlist, const std::vector<std::string>& news);
  void check_successor(const ReadPlaylist& playlist);

  bool first_ = true;
  ReadPlaylist last_;
  std::map<std::uint64_t, ReadSegment> seen_;                // as first listed
  std::map<std::uint64_t, ReadSegment> opened_;              // as they were before they were whole
  std::map<std::uint64_t, std::vector<ReadPart>> parts_of_;  // all that a segment ever listed
  std::set<std::uint64_t> bare_;                             // segments that lost their parts
};

}  // namespace sluice::hls::testing
