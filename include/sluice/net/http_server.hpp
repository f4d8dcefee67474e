// HttpServer: one HTTP/1.1 listener with its connections and limits, and a handler that knows what there is to serve.
// The media port and the admin port are one server each, so that neither can use up the other's connections.
//
// Loop thread only.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <variant>

#include "sluice/io/histogram.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/net/http_answer.hpp"
#include "sluice/net/http_message.hpp"
#include "sluice/net/http_parser.hpp"

namespace sluice::net {

// A request whose answer comes when something happens, for handlers that have thousands of them wait for the same. To
// destroy it forgets the request: the peer is gone.
class HttpHold {
 public:
  using Answer = std::function<void(HttpResponse)>;

  virtual ~HttpHold() = default;
  // Called once, at once. `answer` is called once, in a later turn of the loop and within a bounded time.
  virtual void wait(Answer answer) = 0;
};

// A handler answers at once, or later: with a coroutine, or as an HttpHold. The request lives until the handler
// returns; a coroutine copies what it needs before its first suspension and takes its parameters by value. When the
// peer hangs up meanwhile, the coroutine is cancelled (asio::cancellation_type::terminal); it must end within a bounded
// time all the same. What throws is answered with 500.
using HttpReply = std::variant<HttpResponse, boost::asio::awaitable<HttpResponse>, std::unique_ptr<HttpHold>>;
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

struct HttpServerOptions {
  boost::asio::ip::tcp::endpoint listen;
  std::string name;  // "http" or "admin": label of the metrics and in the log

  HttpDialect dialect;
  HttpParserLimits request;
  // Answers all but GET, HEAD and OPTIONS with 405 itself. Otherwise the handler gets every method but OPTIONS.
  bool read_only = true;
  // Refuses requests that change something and were begun by a page of another site (their Origin is not the Host).
  bool same_origin_changes = false;

  std::size_t connections_max = 10'000;
  std::size_t connections_per_address_max = 0;  // 0: no limit of its own; a CDN has few addresses
  Micros header_timeout = Seconds(10);          // from a request's first byte to its last
  Micros idle_timeout = Seconds(75);            // between requests; longer than what CDNs keep a connection for
  // A response must go on within this time, and on the whole at the rate, or the connection is closed.
  Micros send_stall = Seconds(20);
  std::uint64_t send_bytes_per_second_min = 4 * 1024;
  Micros linger = Seconds(2);  // after a refusal: how long the peer may take to read it
};

struct HttpStats {
  // Status 0: the peer was gone before there was an answer.
  std::map<std::tuple<ResourceKind, HttpMethod, int>, std::uint64_t> requests;
  std::array<std::uint64_t, kResourceKindCount> response_bytes{};
  std::size_t connections = 0;
  std::size_t held = 0;  // requests waiting for their answer
  std::uint64_t accepted = 0;
  std::uint64_t refused_at_limit = 0;
  std::uint64_t header_timeouts = 0;
  std::uint64_t slow_closes = 0;
  std::uint64_t malformed = 0;
  MonoTime last_request{};
};

class HttpCore;

class HttpServer {
 public:
  HttpServer(boost::asio::io_context& context, HttpServerOptions options, HttpHandler handler);
  // Closes everything.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Opens the listener; the error says why it could not be. After it, address() is the real one.
  boost::system::error_code start();
  boost::asio::ip::tcp::endpoint address() const;
  // No more connections. Those that are idle are closed, the others after the answer they are at.
  void stop_accepting();
  // Closes all connections now.
  void close_all();

  const HttpStats& stats() const;
  void collect(io::MetricsWriter& out) const;

 private:
  std::shared_ptr<HttpCore> core_;
};

}  // namespace sluice::net
