// The server's side of one RTMP connection: bytes in, events and answers out. No socket, no clock.
//
//   handshake ─▶ awaiting_connect ─connect─▶ awaiting_publish ─publish─▶ awaiting_decision
//                                                ▲    ▲                        │ accept_publish()
//                                                │    └──── unpublish ─────────┤
//                                                │                             ▼
//                                                └── unpublish ── awaiting_media, then publishing
//   any of them ─refusal─▶ closing
//
// The shell reads (at most 64 KiB), feeds, writes take_output(), and goes round the event loop before it reads again:
// in the worst case, chunks of one byte, a feed parses 32 Ki chunks, a millisecond or two of work, so no peer holds the
// loop longer. It gives each phase its deadline from the moment phase() changed, never from the last byte, and closes
// the socket once phase() is closing and the output has been written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/rtmp/acknowledgement.hpp"
#include "sluice/rtmp/answers.hpp"
#include "sluice/rtmp/chunk_reader.hpp"
#include "sluice/rtmp/command.hpp"
#include "sluice/rtmp/failure.hpp"
#include "sluice/rtmp/handshake.hpp"
#include "sluice/rtmp/limits.hpp"
#include "sluice/rtmp/media_sink.hpp"
#include "sluice/rtmp/refusal.hpp"

namespace sluice::rtmp {

struct PublishRequest {
  StreamName name;
  // The queries of stream name and application, joined by '&', the stream name's first, for query_value(query, "key").
  // It may hold a secret: never log it.
  std::string query;
  std::string publish_type;  // "live", "record", "append" or what else was sent; "live" when nothing was
  std::string tc_url;        // without secrets
  std::string client;        // flashVer, printable
  std::uint32_t message_stream = 0;
  bool supports_reconnect = false;  // Enhanced RTMP's ReconnectRequest
};

// Called from within feed(), in the order of the wire.
class EventHandler : public MediaSink {
 public:
  // A publish with a valid name asks to begin. Answer with accept_publish() or refuse_publish(), from within or later.
  virtual void on_publish(PublishRequest request) = 0;
  // onMetaData and its like, of an accepted publish: the AMF0 values as they came.
  virtual void on_data(std::uint32_t timestamp_ms, Payload amf) = 0;
  // The publisher ended its publish, accepted or still undecided, by a command. A connection that ends otherwise gives
  // no such event: the shell sees that itself.
  virtual void on_publish_end() = 0;
  // The connection refused a connect or a publish on its own; it is closing.
  virtual void on_refused(Refusal refusal, std::string_view description) = 0;
};

enum class Phase : std::uint8_t {
  handshake,
  awaiting_connect,
  awaiting_publish,
  awaiting_decision,  // on_publish was called, accept_publish() or refuse_publish() is due
  awaiting_media,     // accepted, no audio or video message yet
  publishing,
  closing,  // write what take_output() has, then close
};

// What a connection saw, for logs and metrics.
struct Counters {
  std::uint64_t messages = 0;
  std::uint64_t media_messages = 0;       // audio and video messages with bytes in them, of an accepted publish
  std::uint64_t dropped_media_bytes = 0;  // media and data that no publish stood behind
  std::uint64_t unknown_messages = 0;     // of a type that nothing here reads
  std::uint64_t malformed_commands = 0;   // skipped while publishing
  std::uint64_t misplaced_controls = 0;   // control messages on another chunk's message stream than 0
};

class Connection {
 public:
  // `seed` fills the handshake: two connections must not share it.
  Connection(const Limits& limits, std::uint64_t seed);

  // Feeds received bytes, at most 64 KiB at a time. An error means: close the socket now, and feed no more. After a
  // refusal the bytes are dropped.
  Outcome<void> feed(ByteView input, EventHandler& handler);

  // Answers the last on_publish(). Without effect when the publish has ended or been refused meanwhile.
  void accept_publish();
  // Refuses the publish asked for, or ends the accepted one, with `description` for the human at the encoder (the
  // default one when empty); then the connection is closing. Without effect when there is none.
  void refuse_publish(Refusal refusal, std::string_view description = {});
  // From now on every connect and every publish is refused as draining; an accepted publish goes on.
  void refuse_new() { refusing_new_ = true; }

  Phase phase() const { return phase_; }
  bool has_output() const;
  // The bytes to write. Acknowledgements that were not taken in time are merged into one.
  Bytes take_output();

  const Counters& counters() const { return counters_; }
  std::uint64_t bytes_received() const { return window_.received(); }
  // Bytes spent on chunk headers.
  std::uint64_t header_bytes() const { return reader_.header_bytes(); }

 private:
  using CommandHandler = Outcome<void> (Connection::*)(const Command&, std::uint32_t, EventHandler&);
  static CommandHandler find_handler(std::string_view name);

  Outcome<void> read_messages(ByteView input, EventHandler& handler);
  Outcome<void> count_unpublished(std::size_t bytes);
  Outcome<void> on_message(Message message, EventHandler& handler);
  Outcome<void> on_control(const Message& message);
  void on_user_control(std::uint16_t event, std::uint32_t value);
  void on_peer_bandwidth(std::uint32_t bytes);
  Outcome<void> on_media(const Message& message, EventHandler& handler);
  Outcome<void> on_data(const Message& message, EventHandler& handler);
  Outcome<void> on_aggregate(Message message, EventHandler& handler);
  Outcome<void> drop_media(std::size_t bytes);
  bool belongs_to_publish(std::uint32_t stream_id) const;

  // connection_commands.cpp
  Outcome<void> on_command(const Message& message, EventHandler& handler);
  Outcome<void> on_connect(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_create_stream(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_publish(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_courtesy(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_stream_length(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_fc_unpublish(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_close_stream(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_delete_stream(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_playback(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_ignored_command(const Command& command, std::uint32_t stream_id, EventHandler& handler);
  Outcome<void> on_unknown_command(const Command& command);
  void end_publish(EventHandler& handler);
  void refuse_stream(std::uint32_t stream_id, Refusal refusal, std::string_view description);
  bool has_stream(std::uint32_t stream_id) const;
  bool has_publish() const;
  bool is_accepted() const;

  Limits limits_;
  Phase phase_ = Phase::handshake;
  Handshake handshake_;
  ChunkReader reader_;
  Answers answers_;
  AcknowledgementWindow window_;
  Counters counters_;

  bool refusing_new_ = false;
  ConnectRequest connect_;
  std::vector<std::uint32_t> message_streams_;  // created and not deleted
  std::uint32_t last_message_stream_ = 0;
  std::uint32_t publish_stream_ = 0;  // of the publish that was asked for or accepted
  std::uint32_t window_sent_ = Answers::kWindowBytes;
  std::size_t unpublished_bytes_ = 0;
  std::uint32_t commands_ = 0;
};

}  // namespace sluice::rtmp
