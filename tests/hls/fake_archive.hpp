// An Archive in memory, of segments that tests write into it the way recordings have them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hls/stream_writer.hpp"
#include "sluice/hls/archive.hpp"

namespace sluice::hls::testing {

inline const StreamName kRecorded = StreamName::make("live", "demo").value();

// 2026-11-21T04:00:00Z.
inline constexpr WallTime kNoon{Seconds(1795233600)};

class FakeArchive : public Archive {
 public:
  // What follows is of this session, in a new epoch unless `resumes`, and begins at `date`.
  void session(int number, WallTime date, bool resumes = false) {
    session_ = testing::session(number);
    if (!resumes) {
      epochs.push_back({session_, 0, {}});
      time_ = Seconds(10);
    }
    date_ = date;
    period();
  }
  // Numbers of what follows.
  void number(std::uint64_t msn, std::uint64_t period_number) {
    msn_ = msn;
    period_number_ = period_number;
    period();
  }
  // The next segment begins a Period. Dates go on, `later`.
  void period(const std::vector<media::Track>& tracks = {video_track(), audio_track()}, Micros later = Micros(0)) {
    date_ += later;
    const media::Period period{period_number_++, media::PeriodCause::publisher, time_, date_};
    period_ = std::make_shared<const PeriodInfo>(PeriodInfo{session_, period, tracks, {}});
    begins_ = true;
  }
  ArchivedSegment& segment(Ticks90k duration = Seconds(2)) {
    ArchivedSegment segment;
    segment.period = period_;
    segment.msn = msn_++;
    segment.start = time_;
    segment.duration = duration;
    segment.bytes = 250'000;
    segment.target_duration = target;
    segment.independent = true;
    segment.begins_period = std::exchange(begins_, false);
    segment.carried = {true, true};
    time_ += duration;
    date_ += to_micros(duration);
    if (epochs.back().segments.empty()) epochs.back().first_msn = segment.msn;
    epochs.back().segments.push_back(segment);
    return epochs.back().segments.back();
  }
  void segments(int count) {
    for (int i = 0; i < count; ++i) segment();
  }
  // The publisher is away: so many numbers were used for gaps that were not recorded.
  void away(std::uint64_t gaps, Micros duration) {
    msn_ += gaps;
    date_ += duration;
    time_ += to_ticks(duration);
  }
  // As if the files that held them were deleted.
  void remove(std::size_t epoch, std::size_t first, std::size_t count) {
    auto& segments = epochs[epoch].segments;
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(first),
                   segments.begin() + static_cast<std::ptrdiff_t>(first + count));
    if (segments.empty()) {
      epochs.erase(epochs.begin() + static_cast<std::ptrdiff_t>(epoch));
    } else {
      epochs[epoch].first_msn = segments.front().msn;
    }
  }
  WallTime end() const { return date_; }

  ArchiveAnswer<ArchivedSpan> span(const StreamName& stream, const ArchiveQuery& query) override {
    ++calls;
    if (!fault.empty()) return {std::nullopt, ArchiveFault::failed, fault};
    if (stream != kRecorded || epochs.empty()) return {std::nullopt, ArchiveFault::unknown, {}};
    ArchivedSpan span;
    for (const ArchivedEpoch& epoch : epochs) {
      if (query.epoch && epoch.epoch > *query.epoch) continue;
      ArchivedEpoch kept{epoch.epoch, epoch.first_msn, {}, epoch.open};
      std::copy_if(epoch.segments.begin(), epoch.segments.end(), std::back_inserter(kept.segments),
                   [&](const ArchivedSegment& one) { return !query.session || one.period->session == *query.session; });
      if (!kept.segments.empty()) span.push_back(std::move(kept));
    }
    if ((query.epoch || query.session) && span.empty()) return {std::nullopt, ArchiveFault::unknown, {}};
    clip(span, query);
    return {std::move(span), {}, {}};
  }

  ArchiveAnswer<std::vector<std::shared_ptr<const Part>>> segment(const StreamName& stream, const SessionId& session,
                                                                  std::uint64_t msn, bool added) override {
    ++calls;
    if (!fault.empty()) return {std::nullopt, ArchiveFault::failed, fault};
    for (const ArchivedEpoch& epoch : epochs) {
      for (const ArchivedSegment& one : epoch.segments) {
        const bool found = one.msn == msn && one.period->session == session && one.added == added;
        if (found && !one.gap && stream == kRecorded) return {parts_of(one), {}, {}};
      }
    }
    return {std::nullopt, msn < 1000 ? ArchiveFault::gone : ArchiveFault::unknown, {}};
  }

  ArchiveAnswer<std::shared_ptr<const Part>> part(const StreamName& stream, const PartName& name) override {
    ++calls;
    if (!fault.empty()) return {std::nullopt, ArchiveFault::failed, fault};
    for (const ArchivedEpoch& epoch : epochs) {
      for (const ArchivedSegment& one : epoch.segments) {
        // Each segment is one part, numbered as its segment is.
        const bool found = one.msn == name.fragment && one.period->session == name.session &&
                           one.period->period.number == name.period && one.added == name.added;
        if (found && !one.gap && stream == kRecorded) return {parts_of(one).front(), {}, {}};
      }
    }
    return {std::nullopt, ArchiveFault::unknown, {}};
  }

  ArchiveAnswer<std::shared_ptr<const PeriodInfo>> period(const StreamName& stream, const SessionId& session,
                                                          std::uint64_t number) override {
    ++calls;
    for (const ArchivedEpoch& epoch : epochs) {
      for (const ArchivedSegment& one : epoch.segments) {
        const bool found = one.period->session == session && one.period->period.number == number;
        if (found && stream == kRecorded) return {one.period, {}, {}};
      }
    }
    return {std::nullopt, ArchiveFault::unknown, {}};
  }

  std::vector<ArchivedEpoch> epochs;
  Seconds target{2};
  std::string fault;  // not empty: whatever is asked fails with it
  int calls = 0;

 private:
  static WallTime end_of(const ArchivedSegment& one) { return one.date() + to_micros(one.duration); }

  static void clip(ArchivedSpan& span, const ArchiveQuery& query) {
    std::optional<WallTime> from = query.from;
    if (query.last && !span.empty()) {
      const WallTime since = end_of(span.back().segments.back()) - *query.last;
      from = from ? std::max(*from, since) : since;
    }
    for (ArchivedEpoch& epoch : span) {
      std::erase_if(epoch.segments, [&](const ArchivedSegment& one) {
        return (from && end_of(one) <= *from) || (query.to && one.date() >= *query.to);
      });
    }
    std::erase_if(span, [](const ArchivedEpoch& epoch) { return epoch.segments.empty(); });
  }

  // Sixty pictures and a frame of each other track.
  static std::vector<std::shared_ptr<const Part>> parts_of(const ArchivedSegment& segment) {
    Part part;
    part.period = segment.period;
    part.cut.msn = part.cut.fragment = segment.msn;
    part.cut.start = segment.start;
    part.cut.duration = segment.duration;
    for (const media::Track& track : segment.period->tracks) {
      const int frames = media::kind_of(track.config.codec) == media::TrackKind::video ? 60 : 1;
      for (int i = 0; i < frames; ++i) {
        media::Packet packet;
        packet.track = track.index;
        packet.data = Payload::copy_of(Bytes(100, 0xab));
        part.packets.push_back(std::move(packet));
      }
    }
    return {std::make_shared<const Part>(std::move(part))};
  }

  SessionId session_ = testing::session(0);
  std::shared_ptr<const PeriodInfo> period_;
  std::uint64_t msn_ = 1000;
  std::uint64_t period_number_ = 100;
  Ticks90k time_ = Seconds(10);
  WallTime date_ = kNoon;
  bool begins_ = true;
};

}  // namespace sluice::hls::testing
