// A moof box taken apart: what its runs say of each track's samples (ISO/IEC 14496-12 8.8).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mp4_boxes.hpp"
#include "mp4_init.hpp"

namespace sluice::check::mp4 {

inline constexpr std::uint32_t kNonSync = 0x10000;  // sample_is_non_sync_sample, in a sample's flags

struct Sample {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  std::int64_t composition = 0;  // presentation minus decode time
  std::int64_t dts = 0;
  std::int64_t offset = 0;  // of its data, from the start of the moof; anything, as it was read

  bool is_sync() const { return (flags & kNonSync) == 0; }
  std::int64_t pts() const { return dts + composition; }
};

struct TrackFragment {
  const Track* track = nullptr;  // never null: fragments of unknown tracks are told and left out
  std::optional<std::int64_t> decode_time;
  bool is_placed = true;  // false when its data is placed in a file that is not known: offsets mean nothing
  std::vector<Sample> samples;
};

struct Fragment {
  std::optional<std::uint32_t> sequence_number;
  std::vector<TrackFragment> tracks;
};

// What a fragment may claim to have.
struct Limits {
  std::size_t samples_left = 0;  // in the piece; what is beyond is told and left out
  std::size_t data_end = 0;      // the end of the piece, from the start of the moof
};

Fragment read_fragment(const Box& moof, const std::vector<Track>& tracks, Limits& limits, PieceFindings& findings);

}  // namespace sluice::check::mp4
