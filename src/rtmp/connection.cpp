#include "sluice/rtmp/connection.hpp"

#include <utility>

#include "sluice/rtmp/aggregate.hpp"
#include "sluice/rtmp/flv_tag.hpp"

namespace sluice::rtmp {
namespace {

ConnectionError limit_error(const std::string& what, std::uint64_t value, std::uint64_t limit) {
  return {Failure::limit, what + ": " + std::to_string(value) + ", the limit is " + std::to_string(limit)};
}

ConnectionError short_control(const Message& message) {
  return {Failure::protocol, "a control message of type " + std::to_string(message.type) + " with only " +
                                 std::to_string(message.payload.size()) + " bytes"};
}

}  // namespace

Connection::Connection(const Limits& limits, std::uint64_t seed) : limits_(limits), handshake_(seed), reader_(limits) {}

Outcome<void> Connection::feed(ByteView input, EventHandler& handler) {
  window_.add(input.size());
  if (phase_ == Phase::handshake) {
    const auto fed = handshake_.feed(input);
    if (!fed) return fed;
    if (handshake_.done()) phase_ = Phase::awaiting_connect;
  }
  if (phase_ == Phase::handshake) return {};
  return read_messages(input, handler);
}

Outcome<void> Connection::read_messages(ByteView input, EventHandler& handler) {
  while (phase_ != Phase::closing) {
    const std::size_t before = input.size();
    auto message = reader_.read(input);
    if (!message) return message.error();
    const auto counted = count_unpublished(before - input.size());
    if (!counted) return counted;
    if (!*message) return {};
    const auto handled = on_message(std::move(**message), handler);
    if (!handled) return handled;
  }
  return {};
}

Outcome<void> Connection::count_unpublished(std::size_t bytes) {
  if (phase_ != Phase::awaiting_connect && phase_ != Phase::awaiting_publish) return {};
  unpublished_bytes_ += bytes;
  if (unpublished_bytes_ <= limits_.bytes_before_publish) return {};
  return limit_error("bytes received without a publish", unpublished_bytes_, limits_.bytes_before_publish);
}

Outcome<void> Connection::on_message(Message message, EventHandler& handler) {
  ++counters_.messages;
  switch (message.type) {
    case message_type::kAudio:
    case message_type::kVideo:
      return on_media(message, handler);
    case message_type::kDataAmf0:
    case message_type::kDataAmf3:
      return on_data(message, handler);
    case message_type::kCommandAmf0:
    case message_type::kCommandAmf3:
      return on_command(message, handler);
    case message_type::kAggregate:
      return on_aggregate(std::move(message), handler);
    case message_type::kAcknowledgement:
    case message_type::kUserControl:
    case message_type::kWindowAcknowledgementSize:
    case message_type::kSetPeerBandwidth:
      return on_control(message);
    default:  // a number of the wire: shared objects, and types that nobody defined
      ++counters_.unknown_messages;
      return {};
  }
}

// Control messages act whatever message stream they came on: FFmpeg sends some on its own.
Outcome<void> Connection::on_control(const Message& message) {
  if (message.stream_id != 0) ++counters_.misplaced_controls;
  ByteReader reader(message.payload.view());
  const std::uint16_t event = message.type == message_type::kUserControl ? reader.u16() : 0;
  const bool value_needed = message.type != message_type::kUserControl || event == user_control::kPingRequest;
  if (!reader.ok() || (value_needed && reader.remaining() < 4)) return short_control(message);
  const std::uint32_t value = reader.u32();
  switch (message.type) {
    case message_type::kUserControl:
      on_user_control(event, value);
      return {};
    case message_type::kWindowAcknowledgementSize:
      window_.set_window(value);
      return {};
    case message_type::kSetPeerBandwidth:
      if (reader.at_end()) return short_control(message);
      on_peer_bandwidth(value);
      return {};
    default:  // an acknowledgement: nothing here waits for one
      return {};
  }
}

void Connection::on_user_control(std::uint16_t event, std::uint32_t value) {
  // A peer that pings and does not read gets no more pongs.
  if (event != user_control::kPingRequest || answers_.size() >= limits_.output_bytes) return;
  answers_.write_ping_response(value);
}

void Connection::on_peer_bandwidth(std::uint32_t bytes) {
  if (bytes == window_sent_ || answers_.size() >= limits_.output_bytes) return;
  answers_.write_window_acknowledgement_size(bytes);
  window_sent_ = bytes;
}

// Message stream 0 is taken for the one that publishes: some encoders never learn its number.
bool Connection::belongs_to_publish(std::uint32_t stream_id) const {
  return is_accepted() && (stream_id == publish_stream_ || stream_id == 0);
}

Outcome<void> Connection::on_media(const Message& message, EventHandler& handler) {
  const bool video = message.type == message_type::kVideo;
  if (!belongs_to_publish(message.stream_id)) {
    const auto kind = video ? media::TrackKind::video : media::TrackKind::audio;
    handler.on_ignored({IgnoredReason::not_publishing, kind, 0, 0});
    return drop_media(message.payload.size());
  }
  if (!message.payload.empty()) {
    ++counters_.media_messages;
    phase_ = Phase::publishing;
  }
  if (video) {
    read_video_tag(message.timestamp_ms, message.payload, handler);
  } else {
    read_audio_tag(message.timestamp_ms, message.payload, handler);
  }
  return {};
}

Outcome<void> Connection::on_data(const Message& message, EventHandler& handler) {
  if (!belongs_to_publish(message.stream_id)) return drop_media(message.payload.size());
  // Type 15 has a format byte, 0, before the same AMF0 values.
  const bool has_format_byte =
      message.type == message_type::kDataAmf3 && !message.payload.empty() && message.payload.data()[0] == 0;
  handler.on_data(message.timestamp_ms, has_format_byte ? message.payload.slice(1) : message.payload);
  return {};
}

Outcome<void> Connection::on_aggregate(Message message, EventHandler& handler) {
  AggregateReader reader(std::move(message));
  for (;;) {
    auto part = reader.next();
    if (!part) return part.error();
    if (!*part) return {};
    const std::uint8_t type = (*part)->type;
    const bool carried = type == message_type::kAudio || type == message_type::kVideo ||
                         type == message_type::kDataAmf0 || type == message_type::kDataAmf3;
    if (!carried) {
      ++counters_.unknown_messages;
      continue;
    }
    const auto handled = on_message(std::move(**part), handler);
    if (!handled) return handled;
  }
}

Outcome<void> Connection::drop_media(std::size_t bytes) {
  counters_.dropped_media_bytes += bytes;
  if (counters_.dropped_media_bytes <= limits_.dropped_media_bytes) return {};
  return limit_error("bytes of media without an accepted publish", counters_.dropped_media_bytes,
                     limits_.dropped_media_bytes);
}

bool Connection::has_output() const { return handshake_.has_output() || answers_.size() > 0 || window_.due(); }

Bytes Connection::take_output() {
  if (window_.due()) answers_.write_acknowledgement(window_.acknowledge());
  Bytes output = handshake_.take_output();
  const Bytes answers = answers_.take_output();
  output.insert(output.end(), answers.begin(), answers.end());
  return output;
}

bool Connection::has_publish() const { return phase_ == Phase::awaiting_decision || is_accepted(); }

bool Connection::is_accepted() const { return phase_ == Phase::awaiting_media || phase_ == Phase::publishing; }

}  // namespace sluice::rtmp
