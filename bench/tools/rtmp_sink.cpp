// rtmp-sink: the least an RTMP server can do. It accepts publishers and, once they publish, throws away what they send:
// the floor of what ingest costs.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "common/arguments.hpp"
#include "common/loop.hpp"
#include "common/process.hpp"
#include "common/target.hpp"
#include "rtmp/amf_text.hpp"
#include "rtmp/message_reader.hpp"

using namespace sluice::bench;

namespace {

constexpr std::size_t kHandshakeSize = 1536;

class Connection : public Pollable {
 public:
  Connection(Loop& loop, int socket) : loop_(loop), socket_(socket) { loop_.add(socket_, EPOLLIN, this); }
  ~Connection() override { close_socket(); }

  void on_timer(std::int64_t) override {}

  void on_event(std::uint32_t) override {
    static std::array<char, 65536> buffer;
    const auto got = recv(socket_, buffer.data(), buffer.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return close_socket();
    if (got < 0 || is_live_) return;
    take({buffer.data(), static_cast<std::size_t>(got)});
  }

 private:
  void close_socket() {
    if (socket_ < 0) return;
    loop_.remove(socket_);
    close(socket_);
    socket_ = -1;
  }

  void take(std::string_view bytes) {
    if (handshake_left_ > 0) {
      handshake_ += bytes;
      // C0 and C1 are answered at once; C2 is waited for.
      if (!answered_ && handshake_.size() > kHandshakeSize) {
        put('\x03' + std::string(kHandshakeSize, '\0') + handshake_.substr(1, kHandshakeSize));
        answered_ = true;
      }
      if (handshake_.size() < handshake_left_) return;
      reader_.feed(std::string_view(handshake_).substr(handshake_left_));
      handshake_left_ = 0;
    } else {
      reader_.feed(bytes);
    }
    while (const auto message = reader_.next()) {
      if (message->type == MessageType::command) on_command(message->body);
    }
  }

  void on_command(std::string_view body) {
    const auto command = parse_amf_command(body);
    std::string reply = amf_command("_result", command.transaction);
    put_amf_null(reply);
    if (command.name == "connect") {
      put_amf_null(reply);
      send_reply(0, reply);
    } else if (command.name == "createStream") {
      put_amf_number(reply, 1);
      send_reply(0, reply);
    } else if (command.name == "publish") {
      std::string status = amf_command("onStatus", 0);
      put_amf_null(status);
      put_amf_object_begin(status);
      put_amf_key(status, "level");
      put_amf_string(status, "status");
      put_amf_key(status, "code");
      put_amf_string(status, "NetStream.Publish.Start");
      put_amf_object_end(status);
      send_reply(1, status);
      is_live_ = true;
    }
  }

  // Each reply fits one chunk of 128 bytes.
  void send_reply(std::uint8_t stream, const std::string& payload) {
    std::string message{3, 0, 0, 0};
    put_big_endian(message, payload.size(), 3);
    message += static_cast<char>(MessageType::command);
    message += static_cast<char>(stream);
    message.append(3, '\0');
    put(message + payload);
  }

  void put(const std::string& bytes) {
    if (send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) close_socket();
  }

  Loop& loop_;
  int socket_;
  std::size_t handshake_left_ = 1 + 2 * kHandshakeSize;
  bool answered_ = false;
  bool is_live_ = false;
  std::string handshake_;
  MessageReader reader_;
};

class Listener : public Pollable {
 public:
  Listener(Loop& loop, std::uint16_t port) : loop_(loop) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int one = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const auto address = loopback(port);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(socket_, 4096) != 0) {
      die("cannot listen on 127.0.0.1:" + std::to_string(port));
    }
    loop_.add(socket_, EPOLLIN, this);
  }
  ~Listener() override { close(socket_); }

  void on_timer(std::int64_t) override {}

  void on_event(std::uint32_t) override {
    const int accepted = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) connections_.push_back(std::make_unique<Connection>(loop_, accepted));
  }

 private:
  Loop& loop_;
  int socket_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("rtmp-sink: accepts RTMP publishers on 127.0.0.1 and discards what they send.");
  arguments.add("port", "1935", "where to listen");
  arguments.add("duration", "600", "seconds until it ends by itself");
  arguments.parse(argc, argv);
  raise_descriptor_limit();
  stop_on_signals();
  Loop loop;
  const Listener listener(loop, static_cast<std::uint16_t>(arguments.whole("port", 1, 65535)));
  loop.run(now_us() + static_cast<std::int64_t>(arguments.real("duration", 0, 86400) * 1e6));
  return 0;
}
