#include "sluice/record/head.hpp"

#include <algorithm>

namespace sluice::record {

void Head::apply(const media::Entry& entry) {
  if (const auto* packet = std::get_if<media::Packet>(&entry)) {
    if (const auto time = time_of(packet->track, packet->dts)) reach(*time);
  } else if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    numbering_.last_msn = std::max(numbering_.last_msn, cut->msn);
    numbering_.target_duration = cut->target_duration;
    reach(cut->start + cut->duration);
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    numbering_.last_msn = std::max(numbering_.last_msn, gap->msn);
    numbering_.target_duration = gap->target_duration;
    reach(gap->start + gap->duration);
  } else if (const auto* period = std::get_if<media::Period>(&entry)) {
    period_ = *period;
    tracks_.clear();
    numbering_.last_period = std::max(numbering_.last_period, period->number);
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    // An index is announced once in a Period; only a damaged file says otherwise.
    std::erase_if(tracks_, [track](const media::Track& known) { return known.index == track->index; });
    tracks_.push_back(*track);
  }
}

const media::Track* Head::find(media::TrackIndex index) const {
  for (const media::Track& track : tracks_) {
    if (track.index == index) return &track;
  }
  return nullptr;
}

bool Head::is_video(media::TrackIndex index) const {
  const media::Track* track = find(index);
  return track != nullptr && media::kind_of(track->config.codec) == media::TrackKind::video;
}

bool Head::has_video() const {
  return std::any_of(tracks_.begin(), tracks_.end(), [](const media::Track& track) {
    return track.source_id == 0 && media::kind_of(track.config.codec) == media::TrackKind::video;
  });
}

std::optional<Ticks90k> Head::time_of(media::TrackIndex index, std::int64_t ticks) const {
  const media::Track* track = find(index);
  if (track == nullptr) return std::nullopt;
  if (track->timescale == 90000) return Ticks90k(ticks);
  const Ticks90k time = ticks_from(ticks, track->timescale);
  if (time.count() < -kTicksMax || time.count() > kTicksMax) return std::nullopt;
  return time;
}

WallTime Head::wall_of(Ticks90k time) const {
  if (!period_) return WallTime();
  return period_->wall_start + to_micros(time - period_->media_start);
}

}  // namespace sluice::record
