// The commands of a connection (RTMP 1.0, 7.2): what each asks for and what is answered.
#include <algorithm>
#include <string>
#include <utility>

#include "sluice/rtmp/connection.hpp"
#include "sluice/rtmp/query.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::string_view kCallFailed = "NetConnection.Call.Failed";
constexpr std::string_view kConnectRejected = "NetConnection.Connect.Rejected";

ConnectionError misplaced(std::string_view command, std::string_view why) {
  return {Failure::protocol, std::string(command) + " " + std::string(why)};
}

}  // namespace

Connection::CommandHandler Connection::find_handler(std::string_view name) {
  struct Row {
    std::string_view name;
    CommandHandler handler;
  };
  static constexpr Row kRows[] = {
      {"connect", &Connection::on_connect},
      {"createStream", &Connection::on_create_stream},
      {"publish", &Connection::on_publish},
      // Nobody waits for the answers to these, but a phone SDK logs it when they are missing.
      {"releaseStream", &Connection::on_courtesy},
      {"FCPublish", &Connection::on_courtesy},
      {"FCSubscribe", &Connection::on_courtesy},
      {"_checkbw", &Connection::on_courtesy},
      {"getStreamLength", &Connection::on_stream_length},
      {"FCUnpublish", &Connection::on_fc_unpublish},
      {"closeStream", &Connection::on_close_stream},
      {"deleteStream", &Connection::on_delete_stream},
      {"play", &Connection::on_playback},
      {"play2", &Connection::on_playback},
      {"pause", &Connection::on_playback},
      {"seek", &Connection::on_playback},
      {"receiveAudio", &Connection::on_playback},
      {"receiveVideo", &Connection::on_playback},
      // Answers to what was never asked.
      {"_result", &Connection::on_ignored_command},
      {"_error", &Connection::on_ignored_command},
      {"onStatus", &Connection::on_ignored_command},
  };
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.name == name; });
  return row == std::end(kRows) ? nullptr : row->handler;
}

Outcome<void> Connection::on_command(const Message& message, EventHandler& handler) {
  if (!is_accepted() && ++commands_ > limits_.commands) {
    return ConnectionError{Failure::limit, "more than " + std::to_string(limits_.commands) + " commands"};
  }
  const auto command = decode_command(message);
  if (!command) {
    // A running publish is worth more than one command nobody can read.
    if (!is_accepted()) return ConnectionError{Failure::amf, command.error().message};
    ++counters_.malformed_commands;
    return {};
  }
  const CommandHandler known = find_handler(command->name);
  const auto handled =
      known == nullptr ? on_unknown_command(*command) : (this->*known)(*command, message.stream_id, handler);
  if (!handled) return handled;
  if (answers_.size() <= limits_.output_bytes) return {};
  return ConnectionError{Failure::limit, std::to_string(answers_.size()) +
                                             " bytes of answers were not read, the limit is " +
                                             std::to_string(limits_.output_bytes)};
}

Outcome<void> Connection::on_connect(const Command& command, std::uint32_t, EventHandler& handler) {
  if (phase_ != Phase::awaiting_connect) return misplaced("connect", "came twice");
  connect_ = read_connect(command);
  answers_.write_preamble();
  if (refusing_new_ || connect_.app.empty()) {
    const Refusal refusal = refusing_new_ ? Refusal::draining : Refusal::app_missing;
    answers_.write_error(command.transaction, kConnectRejected, default_description(refusal));
    phase_ = Phase::closing;
    handler.on_refused(refusal, default_description(refusal));
    return {};
  }
  answers_.write_connect_result(command.transaction, connect_.enhanced);
  phase_ = Phase::awaiting_publish;
  return {};
}

Outcome<void> Connection::on_create_stream(const Command& command, std::uint32_t, EventHandler&) {
  if (phase_ == Phase::awaiting_connect) return misplaced("createStream", "came before connect");
  if (message_streams_.size() >= limits_.message_streams) {
    answers_.write_error(command.transaction, kCallFailed,
                         "no more than " + std::to_string(limits_.message_streams) + " streams on a connection");
    return {};
  }
  message_streams_.push_back(++last_message_stream_);
  answers_.write_result(command.transaction, static_cast<double>(last_message_stream_));
  return {};
}

Outcome<void> Connection::on_publish(const Command& command, std::uint32_t stream_id, EventHandler& handler) {
  if (phase_ == Phase::awaiting_connect) return misplaced("publish", "came before connect");
  if (stream_id == 0 && message_streams_.size() == 1) stream_id = message_streams_.front();
  if (!has_stream(stream_id)) {
    return misplaced("publish", "came on message stream " + std::to_string(stream_id) + ", which was not created");
  }
  const auto refuse = [&](Refusal refusal, std::string_view description) {
    refuse_stream(stream_id, refusal, description);
    handler.on_refused(refusal, description);
  };
  if (has_publish()) {
    refuse(Refusal::already_publishing, default_description(Refusal::already_publishing));
    return {};
  }
  if (refusing_new_) {
    refuse(Refusal::draining, default_description(Refusal::draining));
    return {};
  }
  const NameAndQuery parts = split_query(command.text(1).value_or(""));
  const auto name = StreamName::make(connect_.app, parts.name);
  if (!name) {
    refuse(Refusal::bad_name, name.error().message);
    return {};
  }
  std::string query(parts.query);
  if (!query.empty() && !connect_.query.empty()) query += '&';
  query += connect_.query;
  publish_stream_ = stream_id;
  phase_ = Phase::awaiting_decision;
  handler.on_publish({.name = *name,
                      .query = std::move(query),
                      .publish_type = printable(command.text(2).value_or("live"), 16),
                      .tc_url = connect_.tc_url,
                      .client = connect_.client,
                      .message_stream = stream_id,
                      .supports_reconnect = connect_.supports_reconnect});
  return {};
}

void Connection::accept_publish() {
  if (phase_ != Phase::awaiting_decision) return;
  answers_.write_stream_begin(publish_stream_);
  answers_.write_status(publish_stream_, "status", "NetStream.Publish.Start", "Publishing started.");
  reader_.set_publishing(true);
  unpublished_bytes_ = 0;
  commands_ = 0;
  phase_ = Phase::awaiting_media;
}

void Connection::refuse_publish(Refusal refusal, std::string_view description) {
  if (!has_publish()) return;
  refuse_stream(publish_stream_, refusal, description.empty() ? default_description(refusal) : description);
}

void Connection::refuse_stream(std::uint32_t stream_id, Refusal refusal, std::string_view description) {
  answers_.write_status(stream_id, "error", status_code(refusal), description);
  phase_ = Phase::closing;
}

// The publish is over; the connection may begin another.
void Connection::end_publish(EventHandler& handler) {
  reader_.set_publishing(false);
  unpublished_bytes_ = 0;
  phase_ = Phase::awaiting_publish;
  handler.on_publish_end();
}

Outcome<void> Connection::on_courtesy(const Command& command, std::uint32_t, EventHandler&) {
  answers_.write_result(command.transaction, amf::Undefined());
  return {};
}

Outcome<void> Connection::on_stream_length(const Command& command, std::uint32_t, EventHandler&) {
  answers_.write_result(command.transaction, 0.0);
  return {};
}

// The name is not compared: there is one publish at most, and encoders leave off what they added to the name.
Outcome<void> Connection::on_fc_unpublish(const Command& command, std::uint32_t, EventHandler& handler) {
  answers_.write_result(command.transaction, amf::Undefined());
  if (has_publish()) end_publish(handler);
  return {};
}

Outcome<void> Connection::on_close_stream(const Command&, std::uint32_t stream_id, EventHandler& handler) {
  if (!has_stream(stream_id)) return {};
  if (has_publish() && stream_id == publish_stream_) end_publish(handler);
  answers_.write_status(stream_id, "status", "NetStream.Unpublish.Success", "Stream is now unpublished.");
  return {};
}

Outcome<void> Connection::on_delete_stream(const Command& command, std::uint32_t, EventHandler& handler) {
  const auto named = command.arguments.size() < 2 ? std::nullopt : command.arguments[1].whole_number();
  if (!named || !has_stream(*named)) return {};
  const auto closed = on_close_stream(command, *named, handler);
  std::erase(message_streams_, *named);
  return closed;
}

// A publisher that asks for it, whatever for, goes on publishing; a player is sent away.
Outcome<void> Connection::on_playback(const Command& command, std::uint32_t stream_id, EventHandler& handler) {
  const std::string_view description = default_description(Refusal::playback);
  if (phase_ == Phase::awaiting_connect) return misplaced(command.name, "came before connect");
  if (has_publish()) {
    answers_.write_status(stream_id, "error", status_code(Refusal::playback), description);
    return {};
  }
  refuse_stream(stream_id, Refusal::playback, description);
  handler.on_refused(Refusal::playback, description);
  return {};
}

Outcome<void> Connection::on_ignored_command(const Command&, std::uint32_t, EventHandler&) { return {}; }

Outcome<void> Connection::on_unknown_command(const Command& command) {
  // Written so that NaN counts as no transaction.
  const bool wants_answer = command.transaction < 0 || command.transaction > 0;
  if (phase_ == Phase::awaiting_connect || !wants_answer) return {};
  answers_.write_error(command.transaction, kCallFailed, "unknown command: " + printable(command.name, 64));
  return {};
}

bool Connection::has_stream(std::uint32_t stream_id) const {
  return std::find(message_streams_.begin(), message_streams_.end(), stream_id) != message_streams_.end();
}

}  // namespace sluice::rtmp
