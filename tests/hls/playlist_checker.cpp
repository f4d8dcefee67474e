#include "hls/playlist_checker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::hls::testing {
namespace {

// What an attribute list says of `name`, in microseconds.
std::int64_t micros_of(const std::string& attributes, const std::string& name) {
  const std::size_t at = attributes.find(name + "=");
  EXPECT_NE(at, std::string::npos) << attributes;
  return at == std::string::npos ? 0 : std::llround(std::stod(attributes.substr(at + name.size() + 1)) * 1e6);
}

bool has_gaps(const ReadSegment& segment) {
  return segment.gap ||
         std::any_of(segment.parts.begin(), segment.parts.end(), [](const ReadPart& part) { return part.gap; });
}

std::int64_t sum_of(const std::vector<ReadPart>& parts) {
  std::int64_t sum = 0;
  for (const ReadPart& part : parts) sum += part.micros;
  return sum;
}

}  // namespace

void PlaylistChecker::add(std::string_view text) {
  ReadPlaylist playlist = read_playlist(text);
  ASSERT_FALSE(playlist.segments.empty());
  for (const ReadSegment& segment : playlist.segments) check_segment(segment, playlist);
  // MP-14.
  const bool gaps = std::any_of(playlist.segments.begin(), playlist.segments.end(), has_gaps) ||
                    (playlist.open && has_gaps(*playlist.open));
  EXPECT_EQ(playlist.version, gaps ? 8 : 6);
  EXPECT_EQ(playlist.skipped, 0u);
  if (playlist.part_target > 0) {
    check_low_latency(playlist);
  } else {
    EXPECT_TRUE(playlist.control.empty() && playlist.hint.empty() && !playlist.open);
  }
  if (!first_) check_successor(playlist);
  first_ = false;
  last_ = std::move(playlist);
}

void PlaylistChecker::check_segment(const ReadSegment& segment, const ReadPlaylist& playlist) {
  EXPECT_LE((segment.micros + 500000) / 1000000, playlist.target_duration);
  const auto [entry, is_new] = seen_.emplace(segment.msn, segment);
  if (is_new) return;
  EXPECT_EQ(entry->second.uri, segment.uri);
  EXPECT_EQ(entry->second.discontinuity_sequence, segment.discontinuity_sequence) << segment.uri;
  EXPECT_EQ(entry->second.date, segment.date) << segment.uri;
  EXPECT_EQ(entry->second.micros, segment.micros) << segment.uri;
  EXPECT_EQ(entry->second.gap, segment.gap) << segment.uri;
  EXPECT_EQ(entry->second.map_uri, segment.map_uri) << segment.uri;
}

void PlaylistChecker::check_low_latency(const ReadPlaylist& playlist) {
  // LL-02.
  EXPECT_TRUE(playlist.control.starts_with("CAN-BLOCK-RELOAD=YES,"));
  EXPECT_GE(micros_of(playlist.control, "PART-HOLD-BACK"), 3 * playlist.part_target);
  EXPECT_GE(micros_of(playlist.control, "CAN-SKIP-UNTIL"), 6000000LL * playlist.target_duration);
  // LL-11, B27.
  EXPECT_FALSE(playlist.ends_with_uri);
  EXPECT_TRUE(playlist.hint.empty() || !playlist.ended);
  EXPECT_FALSE(playlist.ended && playlist.open);

  std::int64_t from_end = playlist.micros() + (playlist.open ? sum_of(playlist.open->parts) : 0);
  std::vector<std::string> news;
  const auto look_at = [&](const ReadSegment& segment, bool whole) {
    // LL-09; a microsecond for the rounding of each segment.
    if (!segment.parts.empty()) {
      EXPECT_LE(from_end, 3000000LL * playlist.target_duration + 10) << segment.parts.front().uri;
    }
    from_end -= segment.micros;
    std::vector<ReadPart>& known = parts_of_[segment.msn];
    for (std::size_t i = known.size(); i < segment.parts.size(); ++i) news.push_back(segment.parts[i].uri);
    check_parts(segment, whole, playlist);
  };
  for (const ReadSegment& segment : playlist.segments) look_at(segment, true);
  if (playlist.open) look_at(*playlist.open, false);
  check_news(playlist, news);
}

void PlaylistChecker::check_parts(const ReadSegment& segment, bool whole, const ReadPlaylist& playlist) {
  std::vector<ReadPart>& known = parts_of_[segment.msn];
  if (segment.parts.empty()) {
    if (!known.empty()) bare_.insert(segment.msn);
    return;
  }
  // LL-09: they go in order, and do not come back.
  EXPECT_FALSE(bare_.contains(segment.msn)) << segment.uri;
  EXPECT_TRUE(bare_.empty() || *bare_.rbegin() < segment.msn) << segment.uri;
  // What was said of a part stays true.
  ASSERT_GE(segment.parts.size(), known.size()) << segment.uri;
  EXPECT_TRUE(std::equal(known.begin(), known.end(), segment.parts.begin())) << segment.parts.front().uri;
  if (const auto before = seen_.find(segment.msn); before != seen_.end() && before->second.parts.size() > 0) {
    EXPECT_EQ(before->second.parts.size(), segment.parts.size()) << segment.uri;
  }
  known = segment.parts;
  for (std::size_t i = 0; i < known.size(); ++i) {
    // LL-03, LL-05.
    EXPECT_LE(known[i].micros, playlist.part_target) << known[i].uri;
    if (i + 1 == known.size() || known[i].independent || known[i].gap || known[i + 1].gap) continue;
    EXPECT_GE(known[i].micros * 100, playlist.part_target * 85) << known[i].uri;
  }
  // LL-06.
  EXPECT_TRUE(known.front().independent || known.front().gap || !playlist.independent_segments) << known.front().uri;
  if (whole) {
    EXPECT_NEAR(sum_of(known), segment.micros, known.size()) << segment.uri;
    const auto opened = opened_.find(segment.msn);
    EXPECT_TRUE(opened == opened_.end() || opened->second.date == segment.date) << segment.uri;
    return;
  }
  const auto [entry, is_new] = opened_.emplace(segment.msn, segment);
  EXPECT_EQ(entry->second.date, segment.date) << segment.parts.front().uri;
  EXPECT_EQ(entry->second.discontinuity_sequence, segment.discontinuity_sequence) << segment.parts.front().uri;
}

// LL-11, LL-13: what is new was hinted at, unless a Period begins with it, it follows a gap, or recovery added it.
void PlaylistChecker::check_news(const ReadPlaylist& playlist, const std::vector<std::string>& news) {
  if (first_) return;
  EXPECT_LE(news.size(), 1u);
  if (news.empty()) {
    EXPECT_TRUE(playlist.hint.empty() || playlist.hint == last_.hint || last_.hint.empty()) << playlist.hint;
  } else if (!last_.hint.empty() && !news.front().ends_with("r.m4s")) {
    EXPECT_EQ(news.front(), last_.hint);
  } else if (last_.hint.empty()) {
    const ReadSegment& holder = playlist.open ? *playlist.open : playlist.segments.back();
    EXPECT_TRUE(holder.discontinuity_sequence > last_.segments.back().discontinuity_sequence ||
                last_.segments.back().gap)
        << news.front();
  }
  EXPECT_TRUE(playlist.hint.empty() || news.empty() || playlist.hint != news.front());
}

void PlaylistChecker::check_successor(const ReadPlaylist& playlist) {
  EXPECT_FALSE(last_.ended);
  EXPECT_EQ(playlist.target_duration, last_.target_duration);
  // LL-01, LL-29.
  EXPECT_EQ(playlist.part_target, last_.part_target);
  EXPECT_EQ(playlist.control, last_.control);
  EXPECT_GE(playlist.segments.front().msn, last_.segments.front().msn);
  EXPECT_GE(playlist.segments.back().msn, last_.segments.back().msn);
  EXPECT_TRUE(last_.independent_segments || !playlist.independent_segments);
  if (last_.open) {
    EXPECT_EQ(last_.open->msn, last_.segments.back().msn + 1);
    EXPECT_TRUE(playlist.open || playlist.segments.back().msn >= last_.open->msn) << "an open segment vanished";
  }
  if (playlist.segments.front().msn > last_.segments.front().msn) {
    EXPECT_GE(playlist.micros(), 3000000LL * playlist.target_duration);
    EXPECT_GE(playlist.segments.size(), 6u);
  }
}

}  // namespace sluice::hls::testing
