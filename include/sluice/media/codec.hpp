// The codecs sluice knows by name, and what they can be carried in.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::media {

enum class TrackKind : std::uint8_t { video = 1, audio = 2 };

// The numbers are written to recordings: never renumber, only add.
enum class Codec : std::uint8_t {
  unknown = 0,
  h264 = 1,
  hevc = 2,
  av1 = 3,
  vp9 = 4,
  vp8 = 5,
  vvc = 6,
  other_video = 31,
  aac = 32,
  mp3 = 33,
  opus = 34,
  flac = 35,
  ac3 = 36,
  eac3 = 37,
  other_audio = 63,
};

// The segment formats HLS is served in.
enum class Container : std::uint8_t { fmp4 = 1, ts = 2 };

TrackKind kind_of(Codec codec);
// "h264", "aac", … for logs and the API.
std::string_view to_string(Codec codec);
std::string_view to_string(TrackKind kind);
std::string_view to_string(Container container);
// Whether HLS packages `codec` in `container`: H.264, AAC, MP3, AC-3 and E-AC-3 in both; HEVC, AV1, VP9, Opus and FLAC
// in fMP4 only (HEVC in TS is forbidden by Apple's authoring rule 1.5); all others are only recorded.
bool can_carry(Container container, Codec codec);

}  // namespace sluice::media
