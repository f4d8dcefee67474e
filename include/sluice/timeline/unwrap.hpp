// Unwrap: RTMP's 32-bit milliseconds as 64-bit ones (RTMP checklist TS-01, TS-02).
//
// A timestamp means the instant nearest to the last accepted one that is congruent to it. Most senders count modulo
// 2^32; OBS and FFmpeg fall back to zero at 2^31, which is recognised by both sides of the step lying within a minute
// of that boundary.
#pragma once

#include <cstdint>

namespace sluice::timeline {

class Unwrap {
 public:
  // Where `raw` lies, without remembering it. Before the first accept(): `raw` itself.
  std::int64_t value(std::uint32_t raw) const;
  // The same, and later values are told from here.
  std::int64_t accept(std::uint32_t raw);

 private:
  bool started_ = false;
  std::uint32_t last_raw_ = 0;
  std::int64_t last_value_ = 0;
};

}  // namespace sluice::timeline
