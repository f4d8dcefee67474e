#include "sluice/media/codec.hpp"

namespace sluice::media {

TrackKind kind_of(Codec codec) {
  return static_cast<std::uint8_t>(codec) < static_cast<std::uint8_t>(Codec::aac) ? TrackKind::video : TrackKind::audio;
}

std::string_view to_string(Codec codec) {
  switch (codec) {
    case Codec::unknown:
      return "unknown";
    case Codec::h264:
      return "h264";
    case Codec::hevc:
      return "hevc";
    case Codec::av1:
      return "av1";
    case Codec::vp9:
      return "vp9";
    case Codec::vp8:
      return "vp8";
    case Codec::vvc:
      return "vvc";
    case Codec::other_video:
      return "other_video";
    case Codec::aac:
      return "aac";
    case Codec::mp3:
      return "mp3";
    case Codec::opus:
      return "opus";
    case Codec::flac:
      return "flac";
    case Codec::ac3:
      return "ac3";
    case Codec::eac3:
      return "eac3";
    case Codec::other_audio:
      return "other_audio";
  }
  return "unknown";  // a number from a recording made by a later version
}

std::string_view to_string(TrackKind kind) {
  switch (kind) {
    case TrackKind::video:
      return "video";
    case TrackKind::audio:
      return "audio";
  }
  return "unknown";
}

std::string_view to_string(Container container) {
  switch (container) {
    case Container::fmp4:
      return "fmp4";
    case Container::ts:
      return "ts";
  }
  return "unknown";
}

bool can_carry(Container container, Codec codec) {
  switch (codec) {
    case Codec::h264:
    case Codec::aac:
    case Codec::mp3:
    case Codec::ac3:
    case Codec::eac3:
      return true;
    case Codec::hevc:
    case Codec::av1:
    case Codec::vp9:
    case Codec::opus:
    case Codec::flac:
      return container == Container::fmp4;
    case Codec::unknown:
    case Codec::vp8:
    case Codec::vvc:
    case Codec::other_video:
    case Codec::other_audio:
      return false;
  }
  return false;
}

}  // namespace sluice::media
