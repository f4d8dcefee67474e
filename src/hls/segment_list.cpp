#include "sluice/hls/segment_list.hpp"

#include <algorithm>
#include <utility>

#include "sluice/base/check.hpp"

namespace sluice::hls {
namespace {

constexpr std::size_t kListedMin = 6;
constexpr int kListedTargetDurationsMin = 3;
// A publisher that is faster than its media's clock fills memory with segments whose time is not over. It may be so far
// ahead; beyond that the oldest of what is no longer listed goes early.
constexpr Ticks90k kAheadMax = Seconds(60);

// A playlist that only begins has no discontinuity to tell of; one that goes on after a restart has, unless it was put
// back from the middle of a Period.
bool begins_discontinuous(const Segment& segment) {
  return segment.period->period.cause != media::PeriodCause::start && !segment.parts.empty() &&
         segment.parts.front()->cut.fragment == 1;
}

}  // namespace

void SegmentList::append(Segment segment, Seconds target_duration, MonoTime now) {
  if (std::exchange(never_used_, false)) {
    first_ever_ = first_held_ = segment.msn;
    segment.discontinuity = begins_discontinuous(segment);
    segment.discontinuity_sequence = segment.period->period.number;
  } else {
    SLUICE_CHECK(!held_.empty() && segment.msn == last().msn + 1);
    segment.discontinuity = segment.period != last().period;
    segment.discontinuity_sequence = last().discontinuity_sequence + (segment.discontinuity ? 1 : 0);
  }
  listed_duration_ += segment.duration;
  if (!segment.gap) listed_media_ += segment.duration;
  held_.push_back({std::move(segment), {}, {}});
  while (front_must_go(target_duration)) remove_front(now);
  for (std::size_t i = removed_count_; i < held_.size(); ++i) {
    held_[i].longest_playlist = std::max(held_[i].longest_playlist, listed_duration_);
  }
}

bool SegmentList::front_must_go(Seconds target_duration) const {
  const Segment& front = held_[removed_count_];
  const Ticks90k rest = listed_duration_ - front.duration;
  if (listed_count() <= kListedMin || rest < kListedTargetDurationsMin * target_duration) return false;
  if (rest >= window_ + gaps_max_) return true;
  return listed_media_ - (front.gap ? Ticks90k(0) : front.duration) >= window_;
}

void SegmentList::remove_front(MonoTime now) {
  Held& front = held_[removed_count_++];
  listed_duration_ -= front.duration;
  if (!front.gap) listed_media_ -= front.duration;
  if (!front.gap) removed_media_ += front.duration;
  front.fetchable_until = now + to_micros(front.duration + front.longest_playlist);
  // Late requests are few: the packets are kept for them, the rendered bytes are made again.
  for (Rendering& rendering : front.renderings) rendering.pieces = {};
  while (removed_media_ > held_.front().duration + held_.front().longest_playlist + kAheadMax) drop_front();
}

void SegmentList::drop_front() {
  if (!held_.front().gap) removed_media_ -= held_.front().duration;
  held_.pop_front();
  --removed_count_;
  ++first_held_;
}

void SegmentList::on_time(MonoTime now) {
  while (removed_count_ > 0 && held_.front().fetchable_until <= now) drop_front();
}

void SegmentList::clear() {
  first_held_ += held_.size();
  held_.clear();
  removed_count_ = 0;
  listed_duration_ = listed_media_ = removed_media_ = Ticks90k(0);
}

Segment* SegmentList::find(std::uint64_t msn) {
  if (msn < first_held_ || msn - first_held_ >= held_.size()) return nullptr;
  return &held_[msn - first_held_];
}

}  // namespace sluice::hls
