// Segment: one line of a media playlist with the parts it is made of and the bytes rendered of it so far. The one that
// is not complete yet has no line: it is its parts.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/base/payload.hpp"
#include "sluice/base/result.hpp"
#include "sluice/base/time.hpp"
#include "sluice/hls/part.hpp"

namespace sluice::hls {

// Bytes that were asked for.
struct Rendered {
  Payload bytes;               // empty until somebody asked, and where the container carries nothing
  std::optional<Error> fault;  // rendering failed, and would again
};

// A segment in one container.
struct Rendering {
  bool carried = false;          // false: listed as EXT-X-GAP, there are no bytes
  std::vector<Rendered> pieces;  // in order: fMP4 has one a part, TS one in all. Empty until somebody asked
};

struct Segment {
  std::uint64_t msn = 0;
  // A gap has the period of the segment before it: nothing new begins with it.
  std::shared_ptr<const PeriodInfo> period;
  bool gap = false;
  bool added = false;  // as media::Cut::added
  Ticks90k start{};
  Ticks90k duration{};
  bool independent = true;
  std::vector<std::shared_ptr<const Part>> parts;  // empty for a gap

  // Set when it is listed.
  bool discontinuity = false;
  std::uint64_t discontinuity_sequence = 0;

  std::array<Rendering, 2> renderings;

  Rendering& rendering(media::Container container) { return renderings[container == media::Container::fmp4 ? 0 : 1]; }
  const Rendering& rendering(media::Container container) const {
    return renderings[container == media::Container::fmp4 ? 0 : 1];
  }
  // What a playlist can name of it: not a single part that is longer than parts are.
  bool lists_parts(Millis part_target) const {
    return part_target.count() > 0 && !parts.empty() && parts.front()->cut.duration <= Ticks90k(part_target);
  }
  WallTime date() const { return period->period.wall_start + to_micros(start - period->period.media_start); }
};

}  // namespace sluice::hls
