// SegmentList: which segments a live playlist lists, and which removed ones can still be fetched.
//
//   append ──▶ listed ──(window full)──▶ removed, fetchable ──(its time over)──▶ gone
//
// Rules (rfc8216bis sections 6.2.1 and 6.2.2): numbers follow each other without a hole; never less than three target
// durations or, once there were as many, six segments are listed; a removed segment stays fetchable for its own
// duration and that of the longest playlist that listed it. Gaps do not count as window, so that the last real media
// stays listed while a publisher is away; but past `gaps_max` beyond the window the oldest go whatever they are. A
// stream that runs a minute ahead of the clock loses removed segments before their time, since memory is not boundless.
#pragma once

#include <cstdint>
#include <deque>
#include <iterator>

#include "sluice/base/time.hpp"
#include "sluice/hls/segment.hpp"

namespace sluice::hls {

class SegmentList {
 public:
  SegmentList(Ticks90k window, Ticks90k gaps_max) : window_(window), gaps_max_(gaps_max) {}

  // Lists `segment`, whose msn must be the last one's successor, sets its discontinuity fields, and removes what the
  // window no longer holds.
  void append(Segment segment, Seconds target_duration, MonoTime now);
  // Drops the removed segments whose time is over.
  void on_time(MonoTime now);
  void clear();

  // Null when it is not listed and cannot be fetched any more, or not yet.
  Segment* find(std::uint64_t msn);
  // `msn` was listed once and can no longer be fetched.
  bool is_gone(std::uint64_t msn) const { return !never_used_ && msn >= first_ever_ && msn < first_held_; }

  bool empty() const { return listed_count() == 0; }
  std::size_t listed_count() const { return held_.size() - removed_count_; }
  Ticks90k listed_duration() const { return listed_duration_; }
  // Segments, oldest first. Only until the list changes.
  struct Range;
  Range listed() const;
  // Those that were removed and can be fetched, and then the listed ones.
  Range held() const;
  // The number the oldest fetchable segment has, or the next one will have.
  std::uint64_t first_held() const { return first_held_; }
  const Segment& last() const { return held_.back(); }

 private:
  struct Held : Segment {
    Ticks90k longest_playlist{};  // that listed it
    MonoTime fetchable_until{};   // once it is removed
  };

  bool front_must_go(Seconds target_duration) const;
  void remove_front(MonoTime now);
  void drop_front();

  Ticks90k window_;
  Ticks90k gaps_max_;
  std::deque<Held> held_;  // removed ones first
  std::size_t removed_count_ = 0;
  Ticks90k listed_duration_{};
  Ticks90k listed_media_{};  // without gaps
  Ticks90k removed_media_{};
  bool never_used_ = true;
  std::uint64_t first_ever_ = 0;
  std::uint64_t first_held_ = 0;
};

struct SegmentList::Range {
  using Iterator = std::deque<Held>::const_iterator;
  Iterator first;
  Iterator last;
  Iterator begin() const { return first; }
  Iterator end() const { return last; }
  auto rbegin() const { return std::make_reverse_iterator(last); }
  auto rend() const { return std::make_reverse_iterator(first); }
};

inline SegmentList::Range SegmentList::listed() const {
  return {held_.begin() + static_cast<std::ptrdiff_t>(removed_count_), held_.end()};
}

inline SegmentList::Range SegmentList::held() const { return {held_.begin(), held_.end()}; }

}  // namespace sluice::hls
