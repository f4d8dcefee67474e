// A sample of tests/data played round and round: as many segments of one second as a test wants, each of `parts` parts,
// on a timeline without holes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sluice/hls/part.hpp"

namespace sluice::mux::testing {

using Parts = std::vector<std::shared_ptr<const hls::Part>>;

class LoopedSample {
 public:
  struct Options {
    Ticks90k start = Seconds(10);
    std::uint64_t first_msn = 1000;
    std::uint64_t period = 7;
    int parts = 2;  // a segment
    bool video = true;
    bool audio = true;
  };
  // `name` without ".mp4".
  explicit LoopedSample(const std::string& name) : LoopedSample(name, Options{}) {}
  LoopedSample(const std::string& name, const Options& options);

  const hls::PeriodInfo& period() const { return *period_; }
  // The segments [0, count) of the stream.
  std::vector<Parts> segments(int count) const;

 private:
  // One track's packets in a row, each lasting until the next.
  struct Lane {
    media::Track track;
    std::vector<media::Packet> packets;  // dts counts from 0
    std::vector<std::int64_t> durations;
    std::int64_t first_dts = 0;  // on the timeline
    std::int64_t total() const;
    media::Packet packet(std::int64_t index) const;
    std::int64_t end_of(std::int64_t index) const;
  };

  Options options_;
  std::vector<Lane> lanes_;
  std::shared_ptr<const hls::PeriodInfo> period_;
};

}  // namespace sluice::mux::testing
