#include "archive_contents.hpp"

#include <algorithm>

namespace sluice::store {
namespace {

constexpr media::Container kContainers[] = {media::Container::fmp4, media::Container::ts};

std::size_t memory_of(const hls::PeriodInfo& period) {
  std::size_t bytes = sizeof period + period.session.text().capacity();
  for (const media::Track& track : period.tracks) {
    bytes += sizeof track + track.config.record.size() + Payload::kPadding + track.config.rfc6381.capacity();
  }
  return bytes;
}

}  // namespace

const SegmentPlace* FileContents::first_media() const {
  const auto found = std::find_if(segments.begin(), segments.end(), [](const auto& place) { return !place.gap; });
  return found == segments.end() ? nullptr : &*found;
}

const SegmentPlace* FileContents::last_media() const {
  const auto found = std::find_if(segments.rbegin(), segments.rend(), [](const auto& place) { return !place.gap; });
  return found == segments.rend() ? nullptr : &*found;
}

WallTime FileContents::start_of(const SegmentPlace& place) const {
  const media::Period& period = period_of(place).period;
  return period.wall_start + to_micros(place.start - period.media_start);
}

WallTime FileContents::end_of(const SegmentPlace& place) const { return start_of(place) + to_micros(place.duration); }

std::size_t FileContents::memory_bytes() const {
  // An entry of first_parts may come for each segment.
  constexpr std::size_t kFirstPart = sizeof(decltype(first_parts)::value_type) + 2 * sizeof(void*);
  std::size_t bytes = sizeof *this + segments.capacity() * sizeof(SegmentPlace) + segments.size() * kFirstPart;
  if (epoch) bytes += epoch->text().capacity();
  for (const auto& period : periods) bytes += sizeof period + memory_of(*period);
  return bytes;
}

bool SegmentGatherer::add(const record::IndexEntry& entry, std::uint32_t period, bool begins_period,
                          std::array<bool, 2> carried) {
  const bool continues = gathering_ && !entry.gap && entry.part == next_part_ && entry.msn == gathering_->msn &&
                         period == gathering_->period && entry.offset >= gathering_->end;
  if (!continues) {
    gathering_.reset();
    // The first part of the segment is not there.
    if (!entry.gap && entry.part != 0) return false;
    next_part_ = 0;
    gathering_ = SegmentPlace{.offset = entry.offset,
                              .msn = entry.msn,
                              .start = entry.start,
                              .period = period,
                              .independent = entry.independent,
                              .gap = entry.gap,
                              .begins_period = !entry.gap && begins_period};
  }
  ++next_part_;
  SegmentPlace& place = *gathering_;
  place.end = entry.end;
  place.duration += entry.duration;
  place.added = entry.added;
  for (std::size_t i = 0; i < carried.size(); ++i) place.carried[i] = place.carried[i] || (!entry.gap && carried[i]);
  if (!entry.gap && !entry.ends_segment) return false;
  // A number is used once: what came first was listed first.
  const bool rises = segments_.empty() || segments_.back().msn < place.msn;
  if (rises) segments_.push_back(place);
  gathering_.reset();
  return rises;
}

std::array<bool, 2> carried_by(const std::vector<media::Track>& tracks, std::span<const media::TrackEnd> ends) {
  std::array<bool, 2> carried{};
  for (std::size_t i = 0; i < carried.size(); ++i) {
    carried[i] = std::any_of(ends.begin(), ends.end(), [&](const media::TrackEnd& end) {
      return std::any_of(tracks.begin(), tracks.end(), [&](const media::Track& track) {
        return track.index == end.track && hls::is_packaged(kContainers[i], track);
      });
    });
  }
  return carried;
}

}  // namespace sluice::store
