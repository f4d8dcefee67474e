#include "sluice/hls/part.hpp"

#include <algorithm>

namespace sluice::hls {

bool is_packaged(media::Container container, const media::Track& track) {
  return track.source_id == 0 && media::can_carry(container, track.config.codec);
}

const media::Track* packaged_video(media::Container container, const PeriodInfo& period) {
  for (const media::Track& track : period.tracks) {
    if (media::kind_of(track.config.codec) == media::TrackKind::video && is_packaged(container, track)) return &track;
  }
  return nullptr;
}

bool has_media(media::Container container, const Part& part) {
  const auto& tracks = part.period->tracks;
  return std::any_of(part.packets.begin(), part.packets.end(), [&](const media::Packet& packet) {
    return std::any_of(tracks.begin(), tracks.end(), [&](const media::Track& track) {
      return track.index == packet.track && is_packaged(container, track);
    });
  });
}

}  // namespace sluice::hls
