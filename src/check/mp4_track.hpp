// One trak box, and the sample entry in it.
#pragma once

#include <optional>

#include "mp4_boxes.hpp"
#include "mp4_init.hpp"

namespace sluice::check::mp4 {

// Nothing when it lacks what it cannot be used without: an id, a timescale.
std::optional<Track> read_track(const Box& trak, PieceFindings& findings);

// Reads the sample entry of a picture or of audio into `track`: codec, configuration, parameter sets.
void read_sample_entry(const Box& entry, Track& track, PieceFindings& findings);

}  // namespace sluice::check::mp4
