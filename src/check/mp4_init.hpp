// The initialisation section of fragmented MP4: what its tracks are, and what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mp4_codec_boxes.hpp"
#include "piece_findings.hpp"
#include "sluice/base/bytes.hpp"
#include "sluice/check/media_judge.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::check::mp4 {

struct Track {
  std::uint32_t id = 0;
  std::optional<media::TrackKind> kind;  // none of subtitles and metadata
  std::uint32_t timescale = 0;
  std::string entry;          // the type of the sample entry: "avc1"
  bool is_protected = false;  // samples are encrypted: they cannot be looked into
  bool has_config = false;    // `config` was read: samples can be looked into
  media::CodecConfig config;
  ParameterSets parameter_sets;  // of H.264 and HEVC
  // trex: what a fragment leaves out.
  bool has_defaults = false;
  std::uint32_t default_duration = 0;
  std::uint32_t default_size = 0;
  std::uint32_t default_flags = 0;

  std::string name() const;  // "track 1 (avc1)"
};

// Tracks whose boxes could be read, in their order. More than are sensible are left out.
std::vector<Track> read_init(ByteView bytes, PieceFindings& findings);

// What an initialisation section alone says of a track.
TrackFacts facts_of(const Track& track);

}  // namespace sluice::check::mp4
