// Writes our messages as chunks (RTMP 1.0, 5.3): always a full header (fmt 0) with timestamp 0, which every client
// reads. Extended timestamps and header compression are never used: librtmp does not read the former in fmt 3 chunks.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice::rtmp {

// The chunk streams we write on, by what they carry.
inline constexpr std::uint8_t kControlChunkStream = 2;
inline constexpr std::uint8_t kCommandChunkStream = 3;
inline constexpr std::uint8_t kStatusChunkStream = 5;

class ChunkWriter {
 public:
  // `chunk_stream` is 2 to 63. Appends to what take_output() gives.
  void write(std::uint8_t chunk_stream, std::uint8_t type, std::uint32_t stream_id, ByteView payload);
  void write_control(std::uint8_t type, std::uint32_t value);
  void write_user_control(std::uint16_t event, std::uint32_t value);
  // Tells the peer and uses the size from the next message on. Once, before the connect result: OBS does not follow a
  // later change.
  void write_set_chunk_size(std::uint32_t size);

  std::size_t size() const { return output_.size(); }
  std::uint32_t chunk_size() const { return chunk_size_; }
  Bytes take_output();

 private:
  std::uint32_t chunk_size_ = 128;
  ByteWriter output_;
};

}  // namespace sluice::rtmp
