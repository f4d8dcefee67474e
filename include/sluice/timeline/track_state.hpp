// What the timeline knows of one track of the publisher: its configuration, its clocks and its place in the running
// Period.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/payload.hpp"
#include "sluice/media/codec_config.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/timeline/source_clock.hpp"
#include "sluice/timeline/track_clock.hpp"

namespace sluice::timeline {

struct TrackState {
  TrackState(media::TrackKind track_kind, std::uint8_t id) : kind(track_kind), source_id(id) {
    source.follower = id != 0;
  }

  bool is(media::TrackKind track_kind, std::uint8_t id) const { return kind == track_kind && source_id == id; }
  // Can be packaged: the default track of its kind, in a codec HLS carries. All others are only recorded.
  bool is_main() const;

  media::TrackKind kind;
  std::uint8_t source_id;

  std::optional<media::CodecConfig> config;  // what frames are coded with from now on
  media::Codec received_codec = media::Codec::unknown;
  Payload received;                        // the last record the publisher sent
  std::optional<media::VideoRange> range;  // what its colour information said, for the next configuration

  SourceTrack source;
  std::optional<TrackClock> clock;  // there once `config` is

  // In the running Period:
  bool announced = false;
  media::TrackIndex index = 0;
  bool changed = false;   // `config` is another than the one announced: its frames wait for the next Period
  bool packaged = false;  // has packets that are not hidden
  // Came too late for this Period, belongs into the next.
  bool wanted = false;

  // In the running part, of packets that are not hidden:
  bool in_part = false;
  std::int64_t last = 0;  // the dts of the last one
  std::int64_t end = 0;   // where it ends
};

}  // namespace sluice::timeline
