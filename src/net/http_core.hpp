// HttpCore: what the connections of an HttpServer share. It lives until the last of them has ended.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sluice/net/http_server.hpp"

namespace sluice::net {

class HttpConnection;

io::Histogram http_seconds_histogram();

class HttpCore : public std::enable_shared_from_this<HttpCore> {
 public:
  HttpCore(boost::asio::io_context& context, HttpServerOptions options, HttpHandler handler);

  boost::system::error_code start();
  boost::asio::ip::tcp::endpoint address() const { return address_; }
  void stop_accepting();
  void close_all();
  void collect(io::MetricsWriter& out) const;

  // For the connections.
  const HttpServerOptions& options() const { return options_; }
  HttpReply handle(const HttpRequest& request) { return handler_(request); }
  HttpStats& stats() { return stats_; }
  bool stopping() const { return stopping_; }
  void count(const HttpRequest& request, ResourceKind kind, int status, std::size_t bytes, Micros duration);
  void remove(HttpConnection& connection);

 private:
  boost::asio::awaitable<void> accept_loop(std::shared_ptr<HttpCore> self);
  void take_in(boost::asio::ip::tcp::socket socket);
  bool admit(const std::string& address) const;
  void refuse(boost::asio::ip::tcp::socket& socket);

  HttpServerOptions options_;
  HttpHandler handler_;
  boost::asio::io_context& context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint address_;
  std::unordered_set<HttpConnection*> connections_;
  std::unordered_map<std::string, std::size_t> by_address_;  // only with a limit for each
  HttpAnswer overload_answer_;
  HttpStats stats_;
  std::vector<io::Histogram> seconds_ = std::vector<io::Histogram>(kResourceKindCount, http_seconds_histogram());
  bool stopping_ = false;
};

}  // namespace sluice::net
