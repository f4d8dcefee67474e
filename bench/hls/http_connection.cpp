#include "hls/http_connection.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "common/process.hpp"

namespace sluice::bench {
namespace {

constexpr std::int64_t kTimeoutUs = 10'000'000;
constexpr std::size_t kDiscardedAtOnce = 1 << 20;
constexpr int kReceiveRounds = 4;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

void HttpConnection::get(const std::string& path, Body body, Done done) {
  request_ = "GET " + path + " HTTP/1.1\r\nHost: " + target_.host_port + "\r\nUser-Agent: sluice-bench\r\n\r\n";
  discards_ = body == Body::discard;
  done_ = std::move(done);
  result_ = {};
  result_.sent_at = now_us();
  input_.clear();
  has_header_ = false;
  server_closes_ = false;
  left_ = 0;
  request_sent_ = 0;
  loop_.call_at(result_.sent_at + kTimeoutUs, this);
  if (socket_ < 0) return connect_and_send();
  is_first_use_ = false;
  ++stats_.reuses;
  send_request();
}

void HttpConnection::connect_and_send() {
  close_socket();
  is_first_use_ = true;
  ++stats_.connects;
  request_sent_ = 0;
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return finish("socket");
  const int one = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const auto* address = reinterpret_cast<const sockaddr*>(&target_.address);
  if (connect(socket_, address, sizeof target_.address) != 0 && errno != EINPROGRESS) return finish("connect");
  loop_.add(socket_, EPOLLIN | EPOLLOUT, this);
}

void HttpConnection::send_request() {
  const auto sent = send(socket_, request_.data() + request_sent_, request_.size() - request_sent_, MSG_NOSIGNAL);
  if (sent > 0) {
    request_sent_ += static_cast<std::size_t>(sent);
  } else if (errno != EAGAIN && errno != ENOTCONN) {
    return is_first_use_ ? finish("send") : connect_and_send();
  }
  loop_.change(socket_, request_sent_ < request_.size() ? EPOLLIN | EPOLLOUT : EPOLLIN, this);
}

void HttpConnection::close_socket() {
  if (socket_ < 0) return;
  loop_.remove(socket_);
  close(socket_);
  socket_ = -1;
}

void HttpConnection::finish(const std::string& error) {
  loop_.cancel(this);
  result_.done_at = now_us();
  if (!error.empty()) {
    result_.status = 0;
    result_.error = error;
  }
  if (!error.empty() || server_closes_) close_socket();
  const Done done = std::exchange(done_, nullptr);
  HttpResult result = std::move(result_);
  if (done) done(result);
}

void HttpConnection::on_timer(std::int64_t) {
  if (is_busy()) finish("timeout");
}

void HttpConnection::on_event(std::uint32_t events) {
  if (socket_ < 0) return;
  // Between requests only a close can come.
  if (!is_busy()) return close_socket();
  if (events & EPOLLOUT) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return finish("connect");
    send_request();
  }
  if (socket_ >= 0 && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive();
}

void HttpConnection::receive() {
  static std::array<char, 262144> buffer;
  for (int round = 0; round < kReceiveRounds && socket_ >= 0 && is_busy(); ++round) {
    const bool drops = has_header_ && discards_ && framing_ == Framing::length && left_ > 0;
    const auto wanted = drops ? std::min<std::uint64_t>(left_, kDiscardedAtOnce) : buffer.size();
    const auto got = recv(socket_, buffer.data(), wanted, drops ? MSG_TRUNC : 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return on_end_of_input(got == 0);
    const auto size = static_cast<std::size_t>(got);
    stats_.bytes += size;
    if (!drops) {
      on_bytes({buffer.data(), size});
      continue;
    }
    left_ -= size;
    result_.body_bytes += size;
    if (left_ == 0) return finish({});
  }
}

void HttpConnection::on_end_of_input(bool orderly) {
  if (has_header_ && framing_ == Framing::until_close && orderly) {
    server_closes_ = true;
    return finish({});
  }
  const bool nothing_came = input_.empty() && !has_header_;
  if (!is_first_use_ && nothing_came) return connect_and_send();
  finish(orderly ? "closed" : "reset");
}

bool HttpConnection::parse_header() {
  const auto end = input_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  result_.status = std::atoi(input_.c_str() + input_.find(' '));
  framing_ = Framing::until_close;
  server_closes_ = input_.starts_with("HTTP/1.0");
  for (std::size_t at = input_.find("\r\n") + 2; at < end + 2;) {
    const auto line_end = input_.find("\r\n", at);
    const auto colon = input_.find(':', at);
    if (colon < line_end) {
      const auto from = std::min(input_.find_first_not_of(' ', colon + 1), line_end);
      on_header_field(lower(input_.substr(at, colon - at)), input_.substr(from, line_end - from));
    }
    at = line_end + 2;
  }
  if (result_.status == 204 || result_.status == 304) {
    framing_ = Framing::length;
    left_ = 0;
  }
  input_.erase(0, end + 4);
  has_header_ = true;
  return true;
}

void HttpConnection::on_header_field(std::string name, const std::string& value) {
  if (name == "content-length" && framing_ != Framing::chunked) {
    framing_ = Framing::length;
    left_ = std::strtoull(value.c_str(), nullptr, 10);
  } else if (name == "transfer-encoding" && lower(value) == "chunked") {
    framing_ = Framing::chunked;
  } else if (name == "connection") {
    server_closes_ = lower(value) == "close";
  } else if (name == "location") {
    result_.location = value;
  }
}

void HttpConnection::on_bytes(std::string_view bytes) {
  input_ += bytes;
  if (!has_header_ && !parse_header()) return;
  if (framing_ == Framing::chunked) return take_chunks();
  const auto take = framing_ == Framing::length ? std::min<std::uint64_t>(left_, input_.size()) : input_.size();
  take_body(std::string_view(input_).substr(0, take));
  input_.clear();
  if (framing_ != Framing::length) return;
  left_ -= take;
  if (left_ == 0) finish({});
}

void HttpConnection::take_chunks() {
  std::size_t at = 0;
  for (;;) {
    const auto line_end = input_.find("\r\n", at);
    if (line_end == std::string::npos) break;
    const auto size = std::strtoull(input_.c_str() + at, nullptr, 16);
    if (input_.size() < line_end + 2 + size + 2) break;
    if (size == 0) {
      input_.clear();
      return finish({});
    }
    take_body(std::string_view(input_).substr(line_end + 2, size));
    at = line_end + 2 + size + 2;
  }
  input_.erase(0, at);
}

void HttpConnection::take_body(std::string_view bytes) {
  result_.body_bytes += bytes.size();
  if (!discards_) result_.body += bytes;
}

}  // namespace sluice::bench
