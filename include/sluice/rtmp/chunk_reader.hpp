// Puts messages together from the chunk stream of the peer (RTMP 1.0, 5.3), whatever way senders deviate from it.
//
// Set Chunk Size and Abort act inside; every other message comes out. Payload bytes are copied once, from the input
// into the message's own block, whose size follows the bytes received and not the length declared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/payload.hpp"
#include "sluice/rtmp/failure.hpp"
#include "sluice/rtmp/limits.hpp"
#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp {

class ChunkReader {
 public:
  static constexpr std::uint32_t kInitialChunkSize = 128;
  static constexpr std::uint32_t kChunkSizeMax = 0xFFFFFF;

  explicit ChunkReader(const Limits& limits) : limits_(limits) {}

  // Consumes from the front of `input` until a message is whole (returned) or the input is used up (none). An error is
  // final: the reader must not be fed again.
  Outcome<std::optional<Message>> read(ByteView& input);

  // Which set of message and partial limits applies from the next chunk header on.
  void set_publishing(bool publishing) { publishing_ = publishing; }

  std::uint32_t chunk_size() const { return chunk_size_; }
  // Payload bytes held for messages that are not whole.
  std::size_t partial_bytes() const { return partial_bytes_; }
  std::uint64_t chunks() const { return chunks_; }
  // Bytes spent on chunk headers: with a tiny chunk size most of what a peer sends.
  std::uint64_t header_bytes() const { return header_bytes_; }

 private:
  struct ChunkStream {
    explicit ChunkStream(std::uint32_t chunk_stream_id) : id(chunk_stream_id) {}
    std::uint32_t id;
    std::uint32_t timestamp = 0;  // of the current or last message
    std::uint32_t field = 0;      // last timestamp field: absolute after fmt 0, a delta after fmt 1 and 2
    bool extended = false;        // the last fmt 0, 1 or 2 had an extended timestamp
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint32_t stream_id = 0;
    bool in_message = false;
    PayloadBuilder payload;
  };
  struct Header {
    std::uint8_t format = 0;
    std::uint32_t id = 0;
    std::size_t size = 0;  // in bytes, the extended timestamp included
    bool has_extended = false;
    std::uint32_t field = 0;  // the extended value where there is one
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint32_t stream_id = 0;
  };
  // 3 bytes of basic header, 11 of message header, 4 of extended timestamp.
  static constexpr std::size_t kHeaderBytesMax = 18;

  Outcome<std::optional<Message>> step(ByteView& input);
  Outcome<std::optional<Message>> step_returned();
  bool read_header(ByteView& input);
  std::optional<Header> parse_header(ByteView bytes) const;
  bool parse_extended(ByteView bytes, Header& header, const ChunkStream* stream) const;
  Outcome<void> begin_chunk(const Header& header);
  Outcome<void> begin_message(ChunkStream& stream, const Header& header);
  Outcome<void> read_payload(ByteView& input);
  Outcome<std::optional<Message>> finish_message();
  Outcome<void> obey(const Message& message);
  const ChunkStream* find(std::uint32_t id) const;

  Limits limits_;
  bool publishing_ = false;
  std::uint32_t chunk_size_ = kInitialChunkSize;
  std::vector<ChunkStream> streams_;  // a publisher uses two to five: searched from the front
  std::size_t partial_bytes_ = 0;
  std::uint64_t chunks_ = 0;
  std::uint64_t header_bytes_ = 0;

  // The chunk whose payload is being read: index into streams_, and bytes still to come.
  std::optional<std::size_t> current_;
  std::size_t chunk_left_ = 0;

  // The start of a header that the input broke off in.
  std::array<std::uint8_t, kHeaderBytesMax> scratch_{};
  std::size_t scratch_size_ = 0;
  std::optional<Header> header_;
  // Bytes that were taken for an extended timestamp and turned out to be payload: read before any further input.
  std::array<std::uint8_t, 4> returned_{};
  std::size_t returned_size_ = 0;
};

}  // namespace sluice::rtmp
