// What comes out of audio and video messages: packets, and what was not made into packets, with the reason.
#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/media/source_packet.hpp"

namespace sluice::rtmp {

// Why a tag, or a track of a multitrack tag, gave no packet. None of these ends the connection.
enum class IgnoredReason : std::uint8_t {
  silence,                  // an audio message without bytes: a sender's way to say that nothing is heard
  empty,                    // a video message, or a frame, without bytes
  truncated,                // shorter than its own header says
  command_frame,            // frame type 5: for players that seek
  unknown_codec,            // a legacy codec number that is not assigned
  unknown_fourcc,           // an Enhanced RTMP codec that sluice does not know
  unknown_packet_type,      // a packet type that the codec or sluice does not know
  unknown_multitrack_kind,  // a multitrack kind that is not assigned
  nested_multitrack,        // a multitrack tag inside a multitrack tag
  channel_layout,           // MultichannelConfig: the codec's own configuration says it as well
  metadata,                 // a metadata frame without colorInfo, or one that cannot be decoded
  not_publishing,           // media on a message stream that does not publish
};

// "silence", …: for logs and metric labels.
std::string_view to_string(IgnoredReason reason);

// How to count and report it: `track_id` and `fourcc` (0 when there was none) tell which track has gone wrong.
struct IgnoredMedia {
  IgnoredReason reason = IgnoredReason::empty;
  media::TrackKind kind = media::TrackKind::video;
  std::uint8_t track_id = 0;
  std::uint32_t fourcc = 0;
  friend bool operator==(const IgnoredMedia&, const IgnoredMedia&) = default;
};

class MediaSink {
 public:
  virtual ~MediaSink() = default;
  virtual void on_media(media::SourcePacket packet) = 0;
  virtual void on_ignored(IgnoredMedia ignored) = 0;
};

}  // namespace sluice::rtmp
