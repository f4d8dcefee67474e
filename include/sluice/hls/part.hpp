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
};

struct Part {
  std::shared_ptr<const PeriodInfo> period;
  media::Cut cut;
  std::vector<media::Packet> packets;  // in arrival order, hidden ones left out
};

}  // namespace sluice::hls
