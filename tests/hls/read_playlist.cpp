#include "hls/read_playlist.hpp"

#include <gtest/gtest.h>

#include <set>
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
  EXPECT_EQ(seconds.size() - point, 7u) << seconds;  // six digits
  return static_cast<std::int64_t>(number(seconds.substr(0, point)) * 1000000 + number(seconds.substr(point + 1, 6)));
}

std::string_view upto(std::string_view& line, char end) {
  const std::string_view piece = line.substr(0, line.find(end));
  line.remove_prefix(std::min(piece.size() + 1, line.size()));
  return piece;
}

// "DURATION=0.500000,URI="…",INDEPENDENT=YES,GAP=YES".
ReadPart read_part(std::string_view line) {
  ReadPart part;
  EXPECT_TRUE(take(line, "DURATION=")) << line;
  part.micros = micros_of(upto(line, ','));
  EXPECT_TRUE(take(line, "URI=\"")) << line;
  part.uri = upto(line, '"');
  part.independent = take(line, ",INDEPENDENT=YES");
  part.gap = take(line, ",GAP=YES");
  EXPECT_EQ(line, "");
  return part;
}

class Reader {
 public:
  ReadPlaylist read(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "#EXTM3U");
    while (std::getline(lines, line)) {
      EXPECT_FALSE(out_.ended) << "something follows EXT-X-ENDLIST";
      EXPECT_TRUE(out_.hint.empty()) << "something follows EXT-X-PRELOAD-HINT";
      if (!head(line) && !media(line)) {
        EXPECT_TRUE(line.starts_with("# ")) << line;
      }
      out_.ends_with_uri = !line.starts_with("#");
    }
    if (!next_.parts.empty()) out_.open = next_;
    return std::move(out_);
  }

 private:
  // MP-02: once each, before the first segment.
  bool head(std::string_view line) {
    const std::string tag(line.substr(0, line.find(':')));
    if (take(line, "#EXT-X-VERSION:")) {
      out_.version = static_cast<int>(number(line));
    } else if (take(line, "#EXT-X-TARGETDURATION:")) {
      out_.target_duration = static_cast<int>(number(line));
    } else if (take(line, "#EXT-X-SERVER-CONTROL:")) {
      out_.control = line;
    } else if (take(line, "#EXT-X-PART-INF:PART-TARGET=")) {
      out_.part_target = micros_of(line);
    } else if (take(line, "#EXT-X-MEDIA-SEQUENCE:")) {
      next_.msn = out_.media_sequence = number(line);
    } else if (take(line, "#EXT-X-DISCONTINUITY-SEQUENCE:")) {
      next_.discontinuity_sequence = out_.discontinuity_sequence = number(line);
    } else if (line == "#EXT-X-INDEPENDENT-SEGMENTS") {
      out_.independent_segments = true;
    } else if (take(line, "#EXT-X-SKIP:SKIPPED-SEGMENTS=")) {
      EXPECT_TRUE(heads_.contains("#EXT-X-MEDIA-SEQUENCE"));
      out_.skipped = number(line);
      next_.msn += out_.skipped;
    } else {
      return false;
    }
    EXPECT_TRUE(heads_.insert(tag).second) << tag << " stands twice";
    EXPECT_TRUE(out_.segments.empty() && next_.parts.empty() && next_.date.empty()) << tag << " comes late";
    return true;
  }

  bool media(std::string_view line) {
    const bool of_parent = line == "#EXT-X-DISCONTINUITY" || line.starts_with("#EXT-X-MAP") ||
                           line.starts_with("#EXT-X-PROGRAM-DATE-TIME");
    EXPECT_FALSE(of_parent && !next_.parts.empty()) << "LL-08: behind a part: " << line;
    if (line == "#EXT-X-DISCONTINUITY") {
      ++next_.discontinuity_sequence;
    } else if (take(line, "#EXT-X-MAP:URI=")) {
      next_.map_uri = line;
    } else if (take(line, "#EXT-X-PROGRAM-DATE-TIME:")) {
      next_.date = line;
    } else if (line == "#EXT-X-GAP") {
      next_.gap = true;
    } else if (take(line, "#EXT-X-PART:")) {
      EXPECT_FALSE(next_.date.empty()) << line;
      next_.parts.push_back(read_part(line));
    } else if (take(line, "#EXTINF:")) {
      next_.micros = micros_of(line.substr(0, line.size() - 1));
    } else if (take(line, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")) {
      out_.hint = line.substr(0, line.size() - 1);
    } else if (line == "#EXT-X-ENDLIST") {
      out_.ended = true;
    } else if (!line.starts_with("#")) {
      end_segment(line);
    } else {
      return false;
    }
    return true;
  }

  void end_segment(std::string_view uri) {
    next_.uri = uri;
    EXPECT_FALSE(next_.date.empty() || next_.micros == 0) << uri;
    out_.segments.push_back(next_);
    if (next_.gap) out_.segments.back().map_uri.clear();
    ++next_.msn;
    next_.uri.clear();
    next_.date.clear();
    next_.micros = 0;
    next_.gap = false;
    next_.parts.clear();
  }

  ReadPlaylist out_;
  ReadSegment next_;
  std::set<std::string> heads_;
};

}  // namespace

std::int64_t ReadPlaylist::micros() const {
  std::int64_t sum = 0;
  for (const ReadSegment& segment : segments) sum += segment.micros;
  return sum;
}

ReadPlaylist read_playlist(std::string_view text) { return Reader().read(text); }

std::optional<ReadPlaylist> merged(const ReadPlaylist& older, ReadPlaylist delta) {
  const std::uint64_t end = delta.media_sequence + delta.skipped;
  if (older.segments.empty() || older.segments.front().msn > delta.media_sequence ||
      older.segments.back().msn + 1 < end)
    return std::nullopt;
  std::vector<ReadSegment> segments;
  for (const ReadSegment& segment : older.segments) {
    if (segment.msn < delta.media_sequence || segment.msn >= end) continue;
    segments.push_back(segment);
    segments.back().parts.clear();  // too far from the end to be listed
  }
  const std::uint64_t passed =
      segments.empty() ? 0 : segments.back().discontinuity_sequence - delta.discontinuity_sequence;
  for (ReadSegment& segment : delta.segments) {
    segment.discontinuity_sequence += passed;
    segments.push_back(segment);
  }
  if (delta.open) delta.open->discontinuity_sequence += passed;
  delta.segments = std::move(segments);
  delta.skipped = 0;
  return delta;
}

}  // namespace sluice::hls::testing
