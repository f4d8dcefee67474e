// An FLV file (AVC and AAC), parsed once and laid out as RTMP chunk payloads, ready to be sent any number of times by
// any number of connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rtmp/message_reader.hpp"

namespace sluice::bench {

/// The chunk size of everything the publishers send.
inline constexpr std::uint32_t kSentChunkSize = 4096;

/// Of the SEI message that numbers a frame: 16 bytes, none of them zero. Eight hex digits follow it.
inline constexpr std::string_view kMarkUuid{"sluice-load-mark"};
static_assert(kMarkUuid.size() == 16);

struct LoopedMedia {
  struct Item {
    std::uint32_t timestamp_ms = 0;  // within one pass of the file
    MessageType type{};
    std::uint8_t chunk_stream = 0;
    std::uint32_t payload_size = 0;  // of the RTMP message
    std::size_t offset = 0;          // into bytes: the payload with the chunk headers inside it in place
    std::uint32_t size = 0;
    std::size_t mark = 0;  // into bytes: the eight digits of the mark; 0 = none
  };
  std::vector<std::uint8_t> bytes;
  std::vector<Item> setup;   // metadata and sequence headers: sent once
  std::vector<Item> frames;  // by timestamp: sent in a loop
  std::uint32_t period_ms = 0;

  std::size_t video_frames_per_pass() const;
  void mark(const Item& item, std::uint32_t number);
};

enum class Marks { none, every_video_frame };

/// With marks, each video frame gets an SEI user-data message, which remuxers keep, for mark() to number before it is
/// sent. A file that cannot be used is fatal.
LoopedMedia load_media(const std::string& path, Marks marks);

}  // namespace sluice::bench
