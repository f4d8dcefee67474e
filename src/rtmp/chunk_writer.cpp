#include "sluice/rtmp/chunk_writer.hpp"

#include <algorithm>
#include <utility>

#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp {

void ChunkWriter::write(std::uint8_t chunk_stream, std::uint8_t type, std::uint32_t stream_id, ByteView payload) {
  output_.u8(chunk_stream);
  output_.u24(0);  // timestamp
  output_.u24(static_cast<std::uint32_t>(payload.size()));
  output_.u8(type);
  output_.u32_le(stream_id);
  for (;;) {
    const std::size_t count = std::min<std::size_t>(payload.size(), chunk_size_);
    output_.append(payload.first(count));
    payload = payload.subspan(count);
    if (payload.empty()) return;
    output_.u8(static_cast<std::uint8_t>(3 << 6 | chunk_stream));
  }
}

void ChunkWriter::write_control(std::uint8_t type, std::uint32_t value) {
  ByteWriter payload;
  payload.u32(value);
  write(kControlChunkStream, type, 0, payload.view());
}

void ChunkWriter::write_user_control(std::uint16_t event, std::uint32_t value) {
  ByteWriter payload;
  payload.u16(event);
  payload.u32(value);
  write(kControlChunkStream, message_type::kUserControl, 0, payload.view());
}

void ChunkWriter::write_set_chunk_size(std::uint32_t size) {
  write_control(message_type::kSetChunkSize, size);
  chunk_size_ = size;
}

Bytes ChunkWriter::take_output() { return std::exchange(output_, ByteWriter()).take(); }

}  // namespace sluice::rtmp
