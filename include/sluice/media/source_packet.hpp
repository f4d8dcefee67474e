// A packet as the publisher sent it: raw 32-bit milliseconds, one tag or one track of a multitrack tag, unwrapped from
// FLV or Enhanced RTMP framing. rtmp makes these; timeline puts them in order.
#pragma once

#include <cstdint>

#include "sluice/base/payload.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::media {

struct SourcePacket {
  enum class Type : std::uint8_t {
    config,           // `data` is a configuration record
    frame,            // `data` is one access unit or audio frame
    end_of_sequence,  // no data: flush, the publish goes on
    color_info,       // no data: `range` holds what Enhanced RTMP's colorInfo said
  };
  Type type = Type::frame;
  TrackKind kind = TrackKind::video;
  Codec codec = Codec::unknown;
  std::uint8_t track_id = 0;        // 0 is the default track of its kind
  bool key = false;                 // the container's flag, not yet checked against the bitstream
  std::uint8_t range = 0;           // color_info: a VideoRange
  std::uint32_t timestamp_ms = 0;   // decode time, modulo 2^32 (or 2^31: OBS and FFmpeg)
  std::int32_t composition_ms = 0;  // presentation time - decode time
  std::uint32_t nano_offset = 0;    // 0 to 999,999 ns, added to the presentation time (Enhanced RTMP ModEx)
  Payload data;
};

// When something arrived, on both clocks.
struct Arrival {
  MonoTime mono;
  WallTime wall;
};

}  // namespace sluice::media
