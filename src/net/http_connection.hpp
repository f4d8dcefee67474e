// HttpConnection: one connection, from accept to close.
//
//   ┌──────────────▶ reading ──request whole──▶ answering ──answer out──┐
//   │                   │ malformed, too long,      │ peer gone,        │ Connection: close,
//   │                   │ too slow                  │ too slow          │ server stopping
//   └── keep-alive ─────┼───────────────────────────┼───────────────────┤
//                       ▼                           ▼                   ▼
//                 refusal, lingering ───────────▶ closed ◀──────── lingering
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http_core.hpp"
#include "sluice/io/deadline.hpp"

namespace sluice::net {

class HttpConnection {
 public:
  HttpConnection(std::shared_ptr<HttpCore> core, boost::asio::ip::tcp::socket socket, std::string address);
  ~HttpConnection();

  // The whole life of the connection; `self` keeps it.
  static boost::asio::awaitable<void> run(std::shared_ptr<HttpConnection> self);
  const std::string& address() const { return address_; }
  // Closes it now, or (close_if_idle) when it is between two requests.
  void close();
  void close_if_idle();

 private:
  enum class Phase { idle, reading, answering, sending, lingering };
  // What came of waiting for a request; none: the connection has ended, or was idle for too long.
  enum class Arrival { request, malformed, too_slow, none };
  struct Held;

  boost::asio::awaitable<Arrival> read_request();
  boost::asio::awaitable<HttpResponse> hold(HttpReply reply);
  boost::asio::awaitable<bool> send_rest();
  boost::asio::awaitable<void> linger();

  std::optional<HttpResponse> answer_ourselves(Arrival arrival) const;
  void start_hold(const std::shared_ptr<Held>& held, boost::asio::awaitable<HttpResponse> pending);
  void start_hold(const std::shared_ptr<Held>& held, std::unique_ptr<HttpHold> hold);
  void watch_for_hang_up(const std::shared_ptr<Held>& held, boost::asio::socket_base::wait_type what);
  void look_for_end(const std::shared_ptr<Held>& held);
  void on_hang_up(Held& held);
  void make_answer(HttpResponse response, bool keep_alive);
  bool send_now();
  void set_send_deadline();
  void on_deadline();
  void bound_kernel_memory();
  void reserve_read_space();
  void count(ResourceKind kind, int status, std::size_t bytes);

  std::shared_ptr<HttpCore> core_;
  boost::asio::ip::tcp::socket socket_;
  std::string address_;
  io::Deadline deadline_;
  HttpRequestParser parser_;
  HttpAnswer answer_;
  Phase phase_ = Phase::idle;
  bool timed_out_ = false;

  // Received and not yet parsed: [read_begin_, read_end_) of buffer_.
  std::vector<std::uint8_t> buffer_;
  std::size_t read_begin_ = 0;
  std::size_t read_end_ = 0;

  // The answer on its way: what of it is still to be sent.
  std::vector<boost::asio::const_buffer> unsent_;
  std::size_t next_unsent_ = 0;
  std::size_t sent_bytes_ = 0;
  boost::system::error_code send_error_;
  MonoTime answer_start_{};
  MonoTime send_start_{};
  bool peer_gone_ = false;
};

}  // namespace sluice::net
