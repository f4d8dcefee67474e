// BANDWIDTH and AVERAGE-BANDWIDTH of a media playlist, measured from its segments.
//
// The peak is the largest bit rate of any run of neighbouring segments that lasts 0.5 to 1.5 target durations
// (rfc8216bis section 4.1), with a margin for what the stream has not shown yet; it never falls, so that a player
// which read it early was not told too little. The average is over all segments.
#pragma once

#include <cstdint>
#include <deque>

#include "sluice/base/time.hpp"

namespace sluice::hls {

class BandwidthMeter {
 public:
  void add(std::uint64_t bytes, Ticks90k duration, Seconds target_duration);
  // What follows is no neighbour of what came before.
  void break_run() { recent_.clear(); }

  // Bits a second, rounded up to three significant digits so that a playlist does not change for nothing; 0 while
  // nothing was measured.
  std::uint64_t bandwidth() const;
  std::uint64_t average_bandwidth() const;

 private:
  struct Piece {
    std::uint64_t bytes = 0;
    Ticks90k duration{};
  };

  std::deque<Piece> recent_;  // the newest segments: not more than the longest run is made of
  std::uint64_t peak_ = 0;
  std::uint64_t bytes_ = 0;
  Ticks90k duration_{};
};

}  // namespace sluice::hls
