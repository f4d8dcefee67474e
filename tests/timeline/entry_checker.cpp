#include "entry_checker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace sluice::timeline {

using media::TrackKind;

void EntryChecker::check(const std::vector<media::Entry>& entries) {
  if (entries.size() > 1 && std::holds_alternative<media::Cut>(entries.back())) ++cut_behind;
  for (const media::Entry& entry : entries) {
    std::visit([this](const auto& typed) { on(typed); }, entry);
  }
}

void EntryChecker::check_ended() const {
  for (const auto& [index, progress] : progress_) {
    EXPECT_FALSE(progress.in_part) << "track " << int{index} << " has packets in no cut";
  }
  EXPECT_EQ(next_part_, 0u) << "a segment was left open";
}

void EntryChecker::on(const media::Period& period) {
  if (!periods.empty()) {
    const media::Period& last = periods.back();
    EXPECT_EQ(period.number, last.number + (cut_in_period_ ? 1 : 0));
    if (!cut_in_period_) {
      EXPECT_EQ(period.cause, last.cause) << "the reason of a Period nobody saw is its successor's";
    }
    EXPECT_GE(period.media_start, last.media_start);
    const WallTime continued = last.wall_start + to_micros(period.media_start - last.media_start);
    EXPECT_GE(period.wall_start, continued - Millis(1)) << "dates go back";
    EXPECT_EQ(next_part_, 0u) << "a Period began within a segment";
  }
  if (any_in_period_) {
    EXPECT_GE(period.media_start, next_start_);
  }
  check_ended();
  periods.push_back(period);
  progress_.clear();
  cut_in_period_ = false;
  any_in_period_ = false;
  next_fragment_ = 1;
}

void EntryChecker::on(const media::Track& track) {
  ASSERT_FALSE(periods.empty());
  EXPECT_EQ(progress_.count(track.index), 0u) << "index " << int{track.index} << " is taken";
  const bool carried = media::can_carry(media::Container::fmp4, track.config.codec);
  EXPECT_FALSE(cut_in_period_ && track.source_id == 0 && carried) << "a packaged track came after the first cut";
  progress_[track.index].track = track;
  tracks.push_back(track);
}

void EntryChecker::on(const media::Packet& packet) {
  ASSERT_EQ(progress_.count(packet.track), 1u) << "a packet of a track that was not announced";
  TrackProgress& progress = progress_[packet.track];
  if (progress.any) {
    EXPECT_GT(packet.dts, progress.last) << "dts does not increase on track " << int{packet.track};
  }
  EXPECT_GE(packet.dts, 0);
  progress.any = true;
  progress.last = packet.dts;
  if (!packet.hidden) {
    EXPECT_EQ(progress.track.source_id, 0);
    EXPECT_TRUE(media::can_carry(media::Container::fmp4, progress.track.config.codec));
    EXPECT_GE(packet.dts, progress.end) << "a packet begins before its track's last part ended";
    if (progress.end > 0 && !progress.in_part && packet.dts > progress.end) ++holes;
    progress.in_part = true;
    progress.last_shown = packet.dts;
  }
  packets.push_back({media::kind_of(progress.track.config.codec), progress.track.source_id, periods.back().number,
                     progress.track.timescale, packet});
}

void EntryChecker::check_target(Seconds target) {
  if (target_) {
    EXPECT_EQ(target.count(), target_->count()) << "the target duration changed";
  }
  target_ = target;
}

// LL-03: a segment of one part may be longer, and is listed without it.
void EntryChecker::check_part(const media::Cut& cut) const {
  const Millis target = cut.part_target;
  const bool alone = cut.part == 0 && cut.ends_segment;
  if (target == Millis(0)) {
    EXPECT_TRUE(alone) << "a part in a playlist without";
  } else if (!alone) {
    EXPECT_LE(cut.duration, Ticks90k(target)) << "part " << cut.part << " of " << cut.msn;
  }
  if (target > Millis(0) && !cut.ends_segment) {
    EXPECT_GE(cut.duration * 100, Ticks90k(target) * 85) << "part " << cut.part << " of " << cut.msn;
  }
}

void EntryChecker::list(Listed item) {
  if (!listed.empty()) {
    EXPECT_EQ(item.msn, listed.back().msn + 1);
  }
  EXPECT_LE(item.duration, *target_ + Millis(499))
      << "msn " << item.msn << " is longer than the target duration allows";
  listed.push_back(item);
}

void EntryChecker::on(const media::Cut& cut) {
  check_target(cut.target_duration);
  if (cut.duration.count() == 0 && cut.ends.empty()) {
    ++without_part;
    EXPECT_TRUE(cut.ends_segment);
    EXPECT_EQ(cut.fragment, next_fragment_);
    EXPECT_EQ(cut.part, next_part_);
    EXPECT_GT(cut.part, 0u);
    EXPECT_EQ(cut.msn, segment_.msn);
    EXPECT_EQ(cut.start, next_start_);
    for (const auto& [index, progress] : progress_) EXPECT_FALSE(progress.in_part);
    next_part_ = 0;
    list(segment_);
    return;
  }
  EXPECT_GT(cut.duration.count(), 0);
  if (part_target_) {
    EXPECT_EQ(cut.part_target.count(), part_target_->count()) << "the part target changed";
  }
  part_target_ = cut.part_target;
  check_part(cut);
  cuts.push_back(cut);
  if (any_in_period_) {
    EXPECT_EQ(cut.start.count(), next_start_.count()) << "msn " << cut.msn << " leaves a hole or overlaps";
  }
  EXPECT_EQ(cut.fragment, next_fragment_++);
  EXPECT_EQ(cut.part, next_part_);
  if (cut.part == 0) segment_ = {cut.msn, periods.back().number, false, cut.independent, cut.start, {}, 0};
  EXPECT_EQ(cut.msn, segment_.msn);
  std::size_t expected_ends = 0;
  for (const auto& [index, progress] : progress_) expected_ends += progress.in_part ? 1 : 0;
  EXPECT_EQ(cut.ends.size(), expected_ends);
  EXPECT_FALSE(cut.ends.empty()) << "a part without media";
  for (const media::TrackEnd& end : cut.ends) {
    TrackProgress& progress = progress_[end.track];
    EXPECT_TRUE(progress.in_part);
    EXPECT_GT(end.end, progress.last_shown);
    progress.in_part = false;
    progress.end = end.end;
  }
  segment_.duration += cut.duration;
  ++segment_.parts;
  next_start_ = cut.start + cut.duration;
  next_part_ = cut.ends_segment ? 0 : next_part_ + 1;
  cut_in_period_ = true;
  any_in_period_ = true;
  if (cut.ends_segment) list(segment_);
}

void EntryChecker::on(const media::Gap& gap) {
  check_target(gap.target_duration);
  EXPECT_GT(gap.duration.count(), 0);
  EXPECT_EQ(next_part_, 0u) << "a gap within a segment";
  if (any_in_period_) {
    EXPECT_EQ(gap.start.count(), next_start_.count());
  }
  next_start_ = gap.start + gap.duration;
  any_in_period_ = true;
  list({gap.msn, periods.back().number, true, false, gap.start, gap.duration, 0});
}

std::string EntryChecker::spans(Ticks90k origin) const {
  std::string text;
  for (const Listed& item : listed) {
    const auto seconds = [](Ticks90k time) { return static_cast<double>(time.count()) / 90000; };
    char one[64];
    std::snprintf(one, sizeof one, "%s%s%.3f-%.3f%s", text.empty() ? "" : " ", item.gap ? "gap " : "",
                  seconds(item.start - origin), seconds(item.start + item.duration - origin),
                  item.gap || item.independent ? "" : "!");
    text += one;
  }
  return text;
}

std::size_t EntryChecker::packaged(TrackKind kind) const {
  return static_cast<std::size_t>(std::count_if(
      packets.begin(), packets.end(), [kind](const Seen& seen) { return seen.kind == kind && !seen.packet.hidden; }));
}

std::size_t EntryChecker::hidden(TrackKind kind) const {
  return static_cast<std::size_t>(std::count_if(
      packets.begin(), packets.end(), [kind](const Seen& seen) { return seen.kind == kind && seen.packet.hidden; }));
}

std::vector<std::int64_t> EntryChecker::times(TrackKind kind) const {
  std::vector<std::int64_t> result;
  for (const Seen& seen : packets) {
    if (seen.kind == kind && !seen.packet.hidden) result.push_back(seen.packet.dts);
  }
  return result;
}

}  // namespace sluice::timeline
