#include "rtmp/publisher.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/process.hpp"
#include "rtmp/amf_text.hpp"

namespace sluice::bench {
namespace {

constexpr std::int64_t kSetupTimeoutUs = 10'000'000;
constexpr std::size_t kHandshakeSize = 1536;
// The transactions of the publish.
constexpr double kConnect = 1;
constexpr double kReleaseStream = 2;
constexpr double kFcPublish = 3;
constexpr double kCreateStream = 4;
constexpr double kPublish = 5;
constexpr double kFcUnpublish = 6;
constexpr double kDeleteStream = 7;

}  // namespace

void Publisher::start() {
  connected_at_ = now_us();
  state_ = State::handshake;
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return fail(std::string("socket: ") + std::strerror(errno));
  const int one = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const auto* address = reinterpret_cast<const sockaddr*>(&config_.target.address);
  if (connect(socket_, address, sizeof config_.target.address) != 0 && errno != EINPROGRESS) {
    return fail(std::string("connect: ") + std::strerror(errno));
  }
  loop_.add(socket_, EPOLLIN | EPOLLOUT, this);
  output_ = '\x03';
  put_big_endian(output_, 0, 8);
  for (std::size_t i = 8; i < kHandshakeSize; ++i) output_ += static_cast<char>(i * 131 + 7);
  loop_.call_at(connected_at_ + kSetupTimeoutUs, this);
}

void Publisher::close_socket() {
  if (socket_ < 0) return;
  loop_.remove(socket_);
  close(socket_);
  socket_ = -1;
}

void Publisher::fail(const std::string& why) {
  if (state_ == State::down) return;
  ++(is_live() ? stats_.dropped : stats_.failed);
  ++stats_.errors[(is_live() ? "live: " : "setup: ") + why];
  close_socket();
  state_ = State::down;
  loop_.cancel(this);
  if (on_down) on_down();
}

void Publisher::finish() {
  // Only between two messages can the closing commands follow.
  if (is_live() && position_sent_ == 0) {
    send_name_command("FCUnpublish", kFcUnpublish);
    std::string command = amf_command("deleteStream", kDeleteStream);
    put_amf_null(command);
    put_amf_number(command, stream_id_);
    send_command(std::move(command));
    flush();
  }
  close_socket();
  state_ = State::down;
  loop_.cancel(this);
}

void Publisher::on_timer(std::int64_t now) {
  if (state_ == State::idle) return start();
  if (is_live()) return pump(now);
  fail("timeout");
}

void Publisher::on_event(std::uint32_t events) {
  if (socket_ < 0) return;
  if (events & (EPOLLERR | EPOLLHUP)) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    return fail(error != 0 ? std::strerror(error) : "closed by the server");
  }
  if (events & EPOLLIN) read_input();
  if (socket_ < 0 || !(events & EPOLLOUT) || !flush()) return;
  if (is_live()) {
    pump(now_us());
  } else {
    want_write(false);
  }
}

void Publisher::want_write(bool on) {
  if (on == wants_write_) return;
  wants_write_ = on;
  loop_.change(socket_, EPOLLIN | (on ? EPOLLOUT : 0U), this);
  if (on && is_live()) ++stats_.stalls;
}

bool Publisher::flush() {
  while (!output_.empty()) {
    const auto sent = send(socket_, output_.data(), output_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) {
        want_write(true);
      } else {
        fail(std::strerror(errno));
      }
      return false;
    }
    stats_.bytes += static_cast<std::uint64_t>(sent);
    output_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void Publisher::read_input() {
  std::array<char, 16384> buffer;
  for (;;) {
    const auto got = recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (got <= 0) return fail(got == 0 ? "closed by the server" : std::strerror(errno));
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (state_ == State::handshake) {
      handshake_ += bytes;
    } else {
      reader_.feed(bytes);
    }
  }
  if (state_ == State::handshake) answer_handshake();
  while (socket_ >= 0) {
    const auto message = reader_.next();
    if (!message) break;
    on_message(*message);
  }
}

void Publisher::answer_handshake() {
  constexpr std::size_t kServerSize = 1 + 2 * kHandshakeSize;
  if (handshake_.size() < kServerSize) return;
  output_ += handshake_.substr(1, kHandshakeSize);
  reader_.feed(std::string_view(handshake_).substr(kServerSize));
  handshake_.clear();
  state_ = State::connecting;
  const auto app = config_.target.path.substr(1);
  std::string command = amf_command("connect", kConnect);
  put_amf_object_begin(command);
  put_amf_key(command, "app");
  put_amf_string(command, app);
  put_amf_key(command, "type");
  put_amf_string(command, "nonprivate");
  put_amf_key(command, "flashVer");
  put_amf_string(command, "FMLE/3.0 (compatible; sluice-bench)");
  put_amf_key(command, "tcUrl");
  put_amf_string(command, "rtmp://" + config_.target.host_port + "/" + app);
  put_amf_object_end(command);
  send_command(std::move(command));
  flush();
}

void Publisher::send_message(std::uint8_t chunk_stream, MessageType type, const std::string& payload) {
  output_ += static_cast<char>(chunk_stream);
  put_big_endian(output_, 0, 3);
  put_big_endian(output_, payload.size(), 3);
  output_ += static_cast<char>(type);
  for (int i = 0; i < 4; ++i) output_ += static_cast<char>(stream_id_ >> (8 * i));
  const std::size_t chunk_size = state_ == State::connecting ? 128 : kSentChunkSize;
  for (std::size_t at = 0; at < payload.size(); at += chunk_size) {
    if (at > 0) output_ += static_cast<char>(0xC0 | chunk_stream);
    output_ += payload.substr(at, chunk_size);
  }
}

void Publisher::send_command(std::string payload) { send_message(3, MessageType::command, payload); }

void Publisher::send_name_command(std::string_view command, double transaction) {
  std::string payload = amf_command(command, transaction);
  put_amf_null(payload);
  put_amf_string(payload, config_.name);
  send_command(std::move(payload));
}

void Publisher::on_message(const Message& message) {
  if (message.type == MessageType::command) on_command(message.body);
}

void Publisher::on_command(std::string_view body) {
  const auto command = parse_amf_command(body);
  const auto code = find_amf_string(body, "code");
  if (command.name == "_error" && (state_ == State::connecting || command.transaction == kCreateStream)) {
    fail("refused: " + code);
  } else if (command.name == "_result" && state_ == State::connecting && command.transaction == kConnect) {
    std::string size;
    put_big_endian(size, kSentChunkSize, 4);
    send_message(2, MessageType::set_chunk_size, size);
    state_ = State::creating;
    send_name_command("releaseStream", kReleaseStream);
    send_name_command("FCPublish", kFcPublish);
    std::string create = amf_command("createStream", kCreateStream);
    put_amf_null(create);
    send_command(std::move(create));
    flush();
  } else if (command.name == "_result" && state_ == State::creating && command.transaction == kCreateStream) {
    // After the name and the transaction: null, then the id.
    stream_id_ = static_cast<std::uint32_t>(leading_amf_number(command.rest.substr(command.rest.empty() ? 0 : 1)));
    state_ = State::publishing;
    std::string publish = amf_command("publish", kPublish);
    put_amf_null(publish);
    put_amf_string(publish, config_.name);
    put_amf_string(publish, "live");
    send_command(std::move(publish));
    flush();
  } else if (command.name == "onStatus" && code == "NetStream.Publish.Start" && state_ == State::publishing) {
    go_live();
  } else if (command.name == "onStatus" && find_amf_string(body, "level") == "error") {
    fail("refused: " + code);
  }
}

void Publisher::go_live() {
  state_ = State::live;
  ++stats_.connected;
  live_at_ = now_us();
  stats_.setup.add(live_at_ - connected_at_);
  loop_.cancel(this);
  want_write(false);
  pump(live_at_);
}

}  // namespace sluice::bench
