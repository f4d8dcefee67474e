#include "hls/playlist_checker.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace sluice::hls::testing {
namespace {

bool take(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

std::uint64_t number(std::string_view text) { return std::stoull(std::string(text)); }

std::int64_t micros_of(std::string_view seconds) {
  const std::size_t point = seconds.find('.');
  EXPECT_EQ(seconds.size() - point, 8u) << seconds;  // six digits and the comma
  return static_cast<std::int64_t>(number(seconds.substr(0, point)) * 1000000 + number(seconds.substr(point + 1, 6)));
}

}  // namespace

std::int64_t ReadPlaylist::micros() const {
  std::int64_t sum = 0;
  for (const ReadSegment& segment : segments) sum += segment.micros;
  return sum;
}

ReadPlaylist read_playlist(std::string_view text) {
  ReadPlaylist playlist;
  ReadSegment next;
  std::istringstream lines{std::string(text)};
  std::string text_line;
  std::getline(lines, text_line);
  EXPECT_EQ(text_line, "#EXTM3U");
  while (std::getline(lines, text_line)) {
    std::string_view line = text_line;
    EXPECT_FALSE(playlist.ended) << "something follows EXT-X-ENDLIST";
    if (take(line, "#EXT-X-TARGETDURATION:")) {
      playlist.target_duration = static_cast<int>(number(line));
    } else if (take(line, "#EXT-X-MEDIA-SEQUENCE:")) {
      next.msn = number(line);
    } else if (take(line, "#EXT-X-DISCONTINUITY-SEQUENCE:")) {
      next.discontinuity_sequence = number(line);
    } else if (line == "#EXT-X-INDEPENDENT-SEGMENTS") {
      playlist.independent_segments = true;
    } else if (line == "#EXT-X-DISCONTINUITY") {
      ++next.discontinuity_sequence;
    } else if (take(line, "#EXT-X-MAP:URI=")) {
      next.map_uri = line;
    } else if (take(line, "#EXT-X-PROGRAM-DATE-TIME:")) {
      next.date = line;
    } else if (line == "#EXT-X-GAP") {
      next.gap = true;
    } else if (take(line, "#EXTINF:")) {
      next.micros = micros_of(line);
    } else if (line == "#EXT-X-ENDLIST") {
      playlist.ended = true;
    } else if (!line.starts_with("#")) {
      next.uri = line;
      EXPECT_FALSE(next.date.empty() || next.micros == 0) << line;
      playlist.segments.push_back(next);
      ++next.msn;
      next.gap = false;
      next.date.clear();
      next.micros = 0;
    } else {
      EXPECT_TRUE(line == "#EXT-X-VERSION:6" || line == "#EXT-X-VERSION:8") << line;
    }
  }
  return playlist;
}

void PlaylistChecker::add(std::string_view text) {
  ReadPlaylist playlist = read_playlist(text);
  ASSERT_FALSE(playlist.segments.empty());
  for (const ReadSegment& segment : playlist.segments) {
    EXPECT_LE((segment.micros + 500000) / 1000000, playlist.target_duration);
    const auto [entry, is_new] = seen_.emplace(segment.msn, segment);
    if (is_new) continue;
    EXPECT_EQ(entry->second.uri, segment.uri);
    EXPECT_EQ(entry->second.discontinuity_sequence, segment.discontinuity_sequence) << segment.uri;
    EXPECT_EQ(entry->second.date, segment.date) << segment.uri;
    EXPECT_EQ(entry->second.micros, segment.micros) << segment.uri;
    EXPECT_EQ(entry->second.gap, segment.gap) << segment.uri;
    if (!segment.gap) {
      EXPECT_EQ(entry->second.map_uri, segment.map_uri) << segment.uri;
    }
  }
  if (!first_) {
    EXPECT_FALSE(last_.ended);
    EXPECT_EQ(playlist.target_duration, last_.target_duration);
    EXPECT_GE(playlist.segments.front().msn, last_.segments.front().msn);
    EXPECT_GE(playlist.segments.back().msn, last_.segments.back().msn);
    EXPECT_TRUE(last_.independent_segments || !playlist.independent_segments);
    if (playlist.segments.front().msn > last_.segments.front().msn) {
      EXPECT_GE(playlist.micros(), 3000000LL * playlist.target_duration);
      EXPECT_GE(playlist.segments.size(), 6u);
    }
  }
  first_ = false;
  last_ = std::move(playlist);
}

}  // namespace sluice::hls::testing
