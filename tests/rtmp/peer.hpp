// A publisher for tests of rtmp::Connection: says what it is told to, and tells what came of it in readable lines.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "rtmp/wire.hpp"
#include "sluice/rtmp/connection.hpp"

namespace sluice::rtmp::testing {

inline std::string describe(const amf::Value& value);

struct Describe {
  std::string operator()(amf::Undefined) const { return "undefined"; }
  std::string operator()(amf::Null) const { return "null"; }
  std::string operator()(amf::Unsupported) const { return "unsupported"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
  }
  std::string operator()(const std::string& text) const { return "'" + text + "'"; }
  std::string operator()(const amf::Object& object) const {
    std::string text;
    for (const amf::Property& p : object.properties)
      text += (text.empty() ? "" : ", ") + p.key + ": " + describe(p.value);
    return "{" + text + "}";
  }
  std::string operator()(const amf::StrictArray& array) const {
    std::string text;
    for (const amf::Value& item : array.items) text += (text.empty() ? "" : ", ") + describe(item);
    return "[" + text + "]";
  }
  std::string operator()(const amf::Date&) const { return "date"; }
  std::string operator()(const amf::Xml&) const { return "xml"; }
};

inline std::string describe(const amf::Value& value) { return std::visit(Describe(), value.variant()); }

// "onStatus@1 0 null {…}" for a command on message stream 1, "control 5: 002625a0" for everything else.
inline std::string describe(const Message& message) {
  if (message.type != message_type::kCommandAmf0) {
    return "control " + std::to_string(message.type) + ": " + to_hex(message.payload.view());
  }
  const auto command = decode_command(message);
  if (!command) return "undecodable";
  std::string text = command->name + "@" + std::to_string(message.stream_id) + " " + describe(command->transaction);
  for (const amf::Value& argument : command->arguments) text += " " + describe(argument);
  return text;
}

using Lines = std::vector<std::string>;

class Peer : public EventHandler {
 public:
  explicit Peer(const Limits& limits = {}) : connection(limits, 1) {}

  void on_publish(PublishRequest request) override {
    events.push_back("publish " + request.name.path() + " " + request.publish_type);
    requests.push_back(std::move(request));
    if (accepts) connection.accept_publish();
  }
  void on_data(std::uint32_t timestamp_ms, Payload data) override {
    events.push_back("data " + std::to_string(timestamp_ms) + " " + std::to_string(data.size()));
  }
  void on_publish_end() override { events.push_back("publish end"); }
  void on_refused(Refusal refusal, std::string_view) override {
    events.push_back("refused " + std::string(to_string(refusal)));
  }
  void on_media(media::SourcePacket packet) override {
    events.push_back(std::string(media::to_string(packet.codec)) + " " + std::to_string(packet.timestamp_ms));
  }
  void on_ignored(IgnoredMedia ignored) override {
    events.push_back("ignored " + std::string(to_string(ignored.reason)));
  }

  // Feeds bytes in pieces of `piece`; after an error nothing more.
  void send(const Bytes& bytes, std::size_t piece = 65536) {
    for (std::size_t i = 0; i < bytes.size() && !error; i += piece) {
      const auto fed = connection.feed(ByteView(bytes).subspan(i, std::min(piece, bytes.size() - i)), *this);
      if (!fed) error = fed.error();
    }
  }

  void shake_hands() {
    send(handshake_bytes());
    EXPECT_EQ(connection.take_output().size(), 3073u);
  }

  // What the connection says, one line a message.
  Lines heard() {
    const Bytes output = connection.take_output();
    ByteView rest(output);
    Lines lines;
    for (;;) {
      auto next = hearing_.read(rest);
      EXPECT_TRUE(next.has_value());
      if (!next || !*next) return lines;
      lines.push_back(describe(**next));
    }
  }

  Lines take_events() { return std::exchange(events, {}); }

  static Bytes handshake_bytes() { return join(Bytes{3}, pattern(1536), pattern(1536, 5)); }

  Connection connection;
  bool accepts = true;
  Lines events;
  std::vector<PublishRequest> requests;
  std::optional<ConnectionError> error;

 private:
  ChunkReader hearing_{Limits()};
};

// A command as most clients chunk it.
inline Bytes command(const std::vector<amf::Value>& values, std::uint32_t stream_id = 0, std::uint32_t chunk_stream = 3,
                     std::size_t chunk_size = 128) {
  return message_bytes(chunk_stream, message(message_type::kCommandAmf0, stream_id, 0, amf_bytes(values)), chunk_size);
}

inline Bytes connect_command(const char* app = "live") {
  return command({"connect", 1.0, object({{"app", app}, {"tcUrl", std::string("rtmp://host/") + app}})});
}

inline Bytes media_message(std::uint8_t type, std::uint32_t timestamp_ms, const char* body, std::uint32_t stream_id = 1,
                           std::uint32_t chunk_stream = 4) {
  return message_bytes(chunk_stream, message(type, stream_id, timestamp_ms, hex(body)));
}

inline const char* const kVideoConfig = "17 00 000000 0164";
inline const char* const kKeyFrame = "17 01 000000 65";
inline const char* const kAudioConfig = "af 00 1210";

// Handshake to Publish.Start of live/demo on message stream 1, with everything heard and every event taken.
inline void start_publish(Peer& peer, const char* name = "demo") {
  peer.shake_hands();
  peer.send(connect_command());
  peer.send(command({"createStream", 2.0, amf::Null()}));
  peer.send(command({"publish", 3.0, amf::Null(), name, "live"}, 1));
  ASSERT_EQ(peer.connection.phase(), Phase::awaiting_media);
  peer.heard();
  peer.take_events();
}

}  // namespace sluice::rtmp::testing
