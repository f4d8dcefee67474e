// What of a rendition's media is loaded, and what becomes of it.
#include <algorithm>
#include <cmath>

#include "note.hpp"
#include "rendition.hpp"

namespace sluice::check {
namespace {

constexpr std::size_t kLastLive = 3;    // segments of a live playlist's end that are loaded at first
constexpr std::size_t kJoinedMax = 16;  // segments whose parts are remembered
constexpr double kDateTolerance = 0.250;

WantedPiece wanted(const MediaPlaylist& playlist, const Segment& segment) {
  WantedPiece piece;
  piece.msn = segment.msn;
  piece.url = segment.url;
  piece.range = segment.range;
  piece.map = segment.map;
  piece.duration = segment.duration;
  piece.discontinuity = segment.discontinuity;
  piece.independent = playlist.independent_segments;
  piece.encrypted = segment.encrypted;
  piece.date = segment.date;
  piece.bitrate = segment.bitrate;
  piece.dsn = segment.dsn;
  piece.is_end = playlist.ended && segment.msn + 1 == playlist.next_msn();
  return piece;
}

}  // namespace

void Rendition::want_first(const MediaPlaylist& playlist) {
  next_segment_ = playlist.next_msn();
  if (playlist.i_frames_only) return;  // they are pieces of segments, which no rule for segments fits
  std::vector<const Segment*> all;
  for (const Segment& segment : playlist.segments) all.push_back(&segment);
  const bool live = !playlist.ended;
  const std::size_t most = context_.options.segments_max;
  const std::size_t front = live ? 1 : (most + 1) / 2;
  const std::size_t back = live ? kLastLive : most / 2;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (most > 0 && (i < front || i + back >= all.size())) want_segment(playlist, *all[i]);
  }
  // Of the parts that are listed, those of the last whole segment and of the open one.
  if (playlist.low_latency() && live) {
    next_part_ = {playlist.segments.empty() ? playlist.open.msn : playlist.segments.back().msn, 0};
    want_parts(playlist);
  }
}

void Rendition::want_new(const MediaPlaylist& playlist) {
  if (playlist.i_frames_only) return;
  if (next_part_) want_parts(playlist);
  for (const Segment& segment : playlist.segments) {
    if (segment.msn >= *next_segment_) want_segment(playlist, segment);
  }
  next_segment_ = std::max(*next_segment_, playlist.next_msn());
}

void Rendition::want_segment(const MediaPlaylist& playlist, const Segment& segment) {
  if (segment.gap) return;
  WantedPiece piece = wanted(playlist, segment);
  piece.follows = last_wanted_ && *last_wanted_ + 1 == segment.msn;
  last_wanted_ = segment.msn;
  segments_.want(std::move(piece));
}

void Rendition::want_parts(const MediaPlaylist& playlist) {
  const auto want = [&](const Segment& segment) {
    if (segment.msn < next_part_->first) return;
    if (segment.msn > next_part_->first) {
      part_follows_ = part_follows_ && segment.msn == next_part_->first + 1;
      next_part_ = {segment.msn, 0};
    }
    for (; next_part_->second < segment.parts.size(); ++next_part_->second) {
      const Part& part = segment.parts[next_part_->second];
      const bool follows = std::exchange(part_follows_, !part.gap);
      if (part.gap || part.url.empty()) continue;
      WantedPiece piece = wanted(playlist, segment);
      piece.is_part = true;
      piece.is_end = false;
      piece.index = next_part_->second;
      piece.url = part.url;
      piece.range = part.range;
      piece.duration = part.duration.value_or(0);
      piece.discontinuity = segment.discontinuity && piece.index == 0;
      piece.independent = part.independent;
      piece.follows = follows;
      piece.bitrate.reset();
      parts_.want(std::move(piece));
    }
  };
  for (const Segment& segment : playlist.segments) want(segment);
  want(playlist.open);
}

void Rendition::on_media(const WantedPiece& piece, bool is_init, const MediaFacts& facts, const Answer& answer) {
  if (is_init || !piece.is_part) {
    http_probe_.start_with_media(answer);
    // What has come behind a discontinuity since is another multivariant playlist's.
    if (piece.dsn <= first_->open.dsn) facts_.on_media(answer.url, facts, context_.report);
  }
  if (is_init) return;
  while (joined_.size() >= kJoinedMax) joined_.erase(joined_.begin());
  Joined& joined = joined_[piece.msn];
  if (piece.is_part) {
    // Only a segment whose parts are all there can be compared.
    if (joined.parts.size() == piece.index) joined.parts.push_back(facts);
  } else {
    facts_.on_segment({piece.msn, piece.duration, answer.body.size()});
    judge_date(piece, facts);
    joined.segment = facts;
    joined.url = piece.url;
  }
  compare_parts(piece.msn);
}

void Rendition::compare_parts(std::uint64_t msn) {
  const auto found = joined_.find(msn);
  const Segment* segment = succession_.last() == nullptr ? nullptr : succession_.last()->find(msn);
  if (found == joined_.end() || segment == nullptr || !found->second.segment || segment->parts.empty()) return;
  Joined& joined = found->second;
  if (joined.parts.size() != segment->parts.size() || joined.segment->format != MediaFormat::mp4) return;
  compare_with_parts(joined.url, *joined.segment, joined.parts, context_.report);
  joined_.erase(found);
}

void Rendition::judge_date(const WantedPiece& piece, const MediaFacts& facts) {
  if (!piece.date || facts.end <= facts.start) return;
  const auto [anchor, is_new] = anchors_.try_emplace(piece.dsn, Anchor{*piece.date, facts.start});
  if (is_new) return;
  const double by_date = static_cast<double>((*piece.date - anchor->second.date).count()) / 1e6;
  const double by_media = static_cast<double>((facts.start - anchor->second.start).count()) / 90000;
  if (std::abs(by_date - by_media) <= kDateTolerance) return;
  Note(context_.report, piece.url)(
      rule("MD-09"), 0, "its date is " + seconds(by_date) + " after the first one's, its media " + seconds(by_media));
}

}  // namespace sluice::check
