// A moof box taken apart: what each track's run says of its samples (ISO/IEC 14496-12 section 8.8).
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/base/bytes.hpp"

namespace sluice::mux::testing {

struct FragmentSample {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  std::int32_t composition = 0;
};

struct TrackFragment {
  std::uint32_t track_id = 0;
  std::uint32_t header_flags = 0;  // of tfhd
  std::uint64_t decode_time = 0;
  int decode_time_version = 0;
  int run_version = 0;
  std::uint32_t data_offset = 0;
  std::vector<FragmentSample> samples;

  std::uint64_t end() const;  // decode_time and all durations
};

struct Fragment {
  std::uint32_t sequence_number = 0;
  std::vector<TrackFragment> tracks;
  std::size_t moof_size = 0;

  // Fails the test, and gives an empty one, when there is none.
  const TrackFragment& track(std::uint32_t track_id) const;
};

// `part` is one moof and one mdat.
Fragment read_fragment(ByteView part);

}  // namespace sluice::mux::testing
