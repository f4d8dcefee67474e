// A client's HTTP/1.1 connection: one GET at a time, kept alive.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/loop.hpp"
#include "common/target.hpp"

namespace sluice::bench {

struct HttpResult {
  int status = 0;  // 0: the request failed, and `error` says how
  std::string error;
  std::string body;  // empty when it was discarded
  std::string location;
  std::uint64_t body_bytes = 0;
  std::int64_t sent_at = 0;
  std::int64_t done_at = 0;

  /// For counting: the status or the error.
  std::string outcome() const { return status != 0 ? std::to_string(status) : error; }
};

/// Of all connections of a tool together.
struct HttpStats {
  std::uint64_t connects = 0;
  std::uint64_t reuses = 0;
  std::uint64_t bytes = 0;  // all received, headers too
};

class HttpConnection : public Pollable {
 public:
  using Done = std::function<void(HttpResult&)>;
  enum class Body { keep, discard };

  HttpConnection(Loop& loop, Target target, HttpStats& stats)
      : loop_(loop), target_(std::move(target)), stats_(stats) {}
  ~HttpConnection() override { close_socket(); }

  /// Starts a GET. A discarded body is counted and dropped in the kernel, so that one core can take several Gb/s.
  /// `done` may start the next request.
  void get(const std::string& path, Body body, Done done);

  void on_event(std::uint32_t events) override;
  void on_timer(std::int64_t now) override;

 private:
  enum class Framing { length, chunked, until_close };

  bool is_busy() const { return static_cast<bool>(done_); }
  void connect_and_send();
  void send_request();
  void receive();
  void on_end_of_input(bool orderly);
  void on_bytes(std::string_view bytes);
  bool parse_header();
  void on_header_field(std::string name, const std::string& value);
  void take_chunks();
  void take_body(std::string_view bytes);
  void finish(const std::string& error);
  void close_socket();

  Loop& loop_;
  Target target_;
  HttpStats& stats_;
  int socket_ = -1;
  bool is_first_use_ = true;  // of this socket: a reused one may be closed under us, and the request is sent again
  std::string request_;
  std::size_t request_sent_ = 0;
  bool discards_ = false;
  Done done_;
  HttpResult result_;
  std::string input_;
  bool has_header_ = false;
  bool server_closes_ = false;
  Framing framing_ = Framing::length;
  std::uint64_t left_ = 0;
};

}  // namespace sluice::bench
