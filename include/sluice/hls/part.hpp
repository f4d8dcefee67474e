// Part: the unit in which media is rendered, and what it is rendered from. Immutable once made; shared by reference.
#pragma once

#include <memory>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::hls {

// A Period with the tracks it has, of one publish session.
struct PeriodInfo {
  SessionId session;
  media::Period period;
  std::vector<media::Track> tracks;
  // Beside `tracks`: the Period's first frame of a track whose codec has no configuration record (AC-3, E-AC-3), which
  // says what the initialisation section must; empty for the others. Only fmp4_init needs them.
  std::vector<Payload> first_frames;
};

struct Part {
  std::shared_ptr<const PeriodInfo> period;
  media::Cut cut;
  std::vector<media::Packet> packets;  // in arrival order, hidden ones left out
};

// Whether HLS packages this track in `container`: the default track of its kind, of a codec the container can carry.
bool is_packaged(media::Container container, const media::Track& track);
// The video track `container` has of this Period; null when there is none.
const media::Track* packaged_video(media::Container container, const PeriodInfo& period);
// Whether `container` has any packet of this part.
bool has_media(media::Container container, const Part& part);

}  // namespace sluice::hls
