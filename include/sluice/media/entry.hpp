// The entries a stream is made of. timeline makes them, the recording keeps them, every view (HLS, export) is made from
// them alone, in this order.
//
//   session = { Period { Track | Packet | Cut | Gap | Data }* }* [ End ]
//
// A Period begins at the start and after every discontinuity; its Tracks are announced in it before their first Packet.
// The ones that are packaged are all announced before its first Cut (what comes or changes later begins a new Period);
// one that is only recorded (see Track::source_id and Packet::hidden) may come at any time. Everything between two Cuts
// is one part; a Cut ends a part, and with `ends_segment` the segment it belongs to. A Cut without duration is no part
// and has no packets before it: it ends a segment whose last part had been cut already (its `part` and `fragment` are
// those of the part that did not come). What follows the last Cut is not cut yet. Packets stand in arrival order, which
// is also the order in which they are rendered. The Cuts and Gaps of a Period follow one another on the timeline
// without overlap or hole.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sluice/base/payload.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::media {

using TrackIndex = std::uint8_t;

// Why a Period began. The numbers are written to recordings.
enum class PeriodCause : std::uint8_t {
  start = 0,       // the first of a playlist: no DISCONTINUITY is due
  publisher = 1,   // a publisher returned within the resume window
  codec = 2,       // a configuration changed
  tracks = 3,      // a track appeared
  timestamps = 4,  // the publisher's time jumped
  stall = 5,       // media came again after a silence
  restart = 6,     // the process started anew
};

struct Period {
  // The DISCONTINUITY-SEQUENCE of its segments: one more than that of the Period before in the playlist. A Period that
  // ended before its first Cut is not in the playlist: the next one has its number again, and gaps meanwhile belong to
  // the Period before.
  std::uint64_t number = 0;
  PeriodCause cause = PeriodCause::start;
  Ticks90k media_start{};  // where on the stream's one growing timeline it begins
  WallTime wall_start;     // UTC of that moment: PROGRAM-DATE-TIME is wall_start + (time - media_start)
};

struct Track {
  TrackIndex index = 0;             // names the track within its Period
  std::uint8_t source_id = 0;       // Enhanced RTMP's trackId; only 0 is packaged, the others are recorded
  std::uint32_t timescale = 90000;  // ticks a second of its packets: 90000 for video, the sample rate for audio
  CodecConfig config;
};

struct Packet {
  TrackIndex track = 0;
  bool key = false;  // random access: checked against the bitstream. True for every audio packet
  bool hidden =
      false;  // recorded, never packaged: before the first key frame, an extra track, a codec HLS cannot carry
  std::int64_t dts =
      0;  // in the track's timescale, on the stream's timeline; strictly increasing within a track and Period
  std::int32_t cts = 0;  // presentation time - dts, in the track's timescale; may be negative
  Payload data;          // as the publisher sent it: NAL units with length prefixes, raw AAC, …
};

// Where the last packet of a track in this part ends: its duration is `end` - its dts.
struct TrackEnd {
  TrackIndex track = 0;
  std::int64_t end = 0;
};

struct Cut {
  std::uint64_t msn = 0;       // media sequence number of the segment this part belongs to
  std::uint32_t part = 0;      // 0-based, within the segment
  std::uint64_t fragment = 0;  // 1-based, counts the parts of the Period: mfhd sequence_number
  bool ends_segment = false;
  bool independent = false;  // the part starts with a random access point (or has audio only)
  Ticks90k start{};          // of the part on the timeline; the next part of the Period starts at start + duration
  Ticks90k duration{};
  Seconds target_duration{};   // EXT-X-TARGETDURATION, constant for the life of the playlist
  std::vector<TrackEnd> ends;  // one for each track with packets in the part that are not hidden
  // Recovery added it behind what a killed process had recorded of its last segment. That process may have listed the
  // whole segment, which this is not: it has a name of its own.
  bool added = false;
  // EXT-X-PART-INF's PART-TARGET, constant for the life of the playlist from its first Cut on; 0: it lists no parts. A
  // segment that is a single part longer than it has none to list.
  Millis part_target{};
};

// No media for this span: a segment that can only be listed as EXT-X-GAP.
struct Gap {
  std::uint64_t msn = 0;
  Ticks90k start{};
  Ticks90k duration{};
  Seconds target_duration{};
};

// Anything a publisher sends beside media (onMetaData, cue points): recorded as it came.
struct Data {
  Ticks90k time{};
  Payload amf;
};

// The publish ended in an orderly way.
struct End {
  WallTime wall;
  bool final = false;  // and its playlist with it: nobody may resume it
};

using Entry = std::variant<Period, Track, Packet, Cut, Gap, Data, End>;

}  // namespace sluice::media
