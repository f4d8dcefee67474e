// What one RTMP connection may make us hold before it is closed. Each limit is tested at its value and one above.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::rtmp {

struct Limits {
  // Longest message, in bytes, until a publish is accepted: a command needs far less.
  std::size_t message_bytes_before_publish = 64 * 1024;
  // Longest message while publishing, at most 16 MiB - 1 (the field has 24 bits); a 4K key frame can be several MiB.
  std::size_t message_bytes = 8 * 1024 * 1024;
  // Bytes of unfinished messages, all chunk streams together, until a publish is accepted and while publishing.
  std::size_t partial_bytes_before_publish = 256 * 1024;
  std::size_t partial_bytes = 16 * 1024 * 1024;
  // Distinct chunk stream ids in the life of the connection.
  std::size_t chunk_streams = 64;
  // All bytes received from the end of the handshake, or of the last publish, until the next publish command.
  std::size_t bytes_before_publish = 256 * 1024;
  // Commands until a publish is accepted, and again when it has ended. The deadlines of the phases make a rate of it.
  std::uint32_t commands = 100;
  // Message streams (createStream without deleteStream) that exist at once.
  std::uint32_t message_streams = 4;
  // Media bytes that are dropped because no publish stands behind them.
  std::size_t dropped_media_bytes = 1024 * 1024;
  // Answers that the peer has not read yet.
  std::size_t output_bytes = 64 * 1024;
};

}  // namespace sluice::rtmp
