// Everything the server says after the handshake, as bytes. Each command fits into one chunk.
#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/rtmp/amf_value.hpp"
#include "sluice/rtmp/chunk_writer.hpp"

namespace sluice::rtmp {

class Answers {
 public:
  // The chunk size we set. FFmpeg takes it for its own output as well.
  static constexpr std::uint32_t kChunkSize = 65536;
  static constexpr std::uint32_t kWindowBytes = 2'500'000;
  // A description longer than this is cut.
  static constexpr std::size_t kDescriptionMax = 512;

  // Window Acknowledgement Size, Set Peer Bandwidth, Set Chunk Size, Stream Begin 0: once, before a connect is
  // answered.
  void write_preamble();
  // The result of connect; with the fields of Enhanced RTMP for clients that sent any.
  void write_connect_result(double transaction, bool enhanced);
  void write_result(double transaction, amf::Value value);
  // `description` must not be empty: FFmpeg ignores an error without one.
  void write_error(double transaction, std::string_view code, std::string_view description);
  void write_status(std::uint32_t stream_id, std::string_view level, std::string_view code,
                    std::string_view description);
  void write_stream_begin(std::uint32_t stream_id);
  void write_ping_response(std::uint32_t timestamp);
  void write_window_acknowledgement_size(std::uint32_t bytes);
  void write_acknowledgement(std::uint32_t sequence_number);

  std::size_t size() const { return writer_.size(); }
  Bytes take_output() { return writer_.take_output(); }

 private:
  void write_command(std::uint8_t chunk_stream, std::uint32_t stream_id, std::string_view name, double transaction,
                     const amf::Value& object, const amf::Value& information);

  ChunkWriter writer_;
};

}  // namespace sluice::rtmp
