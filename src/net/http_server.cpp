#include "sluice/net/http_server.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "http_connection.hpp"
#include "http_core.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"
#include "sluice/io/spawn.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr Millis kAcceptRetry{100};
}  // namespace

HttpCore::HttpCore(asio::io_context& context, HttpServerOptions options, HttpHandler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      context_(context),
      acceptor_(context),
      overload_answer_(options_.dialect) {}

error_code HttpCore::start() {
  error_code error;
  acceptor_.open(options_.listen.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(options_.listen, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) address_ = acceptor_.local_endpoint(error);
  if (error) {
    error_code ignored;
    acceptor_.close(ignored);
    return error;
  }
  io::spawn(context_.get_executor(), accept_loop(shared_from_this()), "http_accept");
  return {};
}

asio::awaitable<void> HttpCore::accept_loop(std::shared_ptr<HttpCore> self) {
  while (self->acceptor_.is_open()) {
    error_code error;
    tcp::socket socket = co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (self->stopping_) co_return;
    if (!error) {
      self->take_in(std::move(socket));
      continue;
    }
    // Out of descriptors, mostly: a pause lets connections end, where an immediate retry would spin.
    io::log_event(io::Level::warn, "accept_failed", "an HTTP connection could not be accepted",
                  {{"listener", self->options_.name}, {"error", error.message()}});
    asio::steady_timer pause(self->context_, kAcceptRetry);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

void HttpCore::take_in(tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const std::string address = peer.address().to_string();
  ++stats_.accepted;
  if (!admit(address)) {
    ++stats_.refused_at_limit;
    refuse(socket);
    return;
  }
  const auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(socket), address);
  connections_.insert(connection.get());
  stats_.connections = connections_.size();
  if (options_.connections_per_address_max > 0) ++by_address_[address];
  io::spawn(context_.get_executor(), HttpConnection::run(connection), "http_connection");
}

bool HttpCore::admit(const std::string& address) const {
  if (connections_.size() >= options_.connections_max) return false;
  if (options_.connections_per_address_max == 0) return true;
  const auto found = by_address_.find(address);
  return found == by_address_.end() || found->second < options_.connections_per_address_max;
}

// One attempt to say why, then it is closed: a connection too many gets no memory and no time.
void HttpCore::refuse(tcp::socket& socket) {
  HttpResponse response = http_error(503, "too many connections", CacheClass::error);
  response.retry_after = Seconds(1);
  overload_answer_.make(HttpRequest{}, std::move(response), false, io::wall_now());
  std::string bytes = overload_answer_.head();
  for (const ByteView piece : overload_answer_.pieces()) bytes += as_text(piece);
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(bytes), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void HttpCore::remove(HttpConnection& connection) {
  if (connections_.erase(&connection) == 0) return;
  stats_.connections = connections_.size();
  const auto found = by_address_.find(connection.address());
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

void HttpCore::stop_accepting() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (HttpConnection* connection : connections_) connection->close_if_idle();
}

void HttpCore::close_all() {
  for (HttpConnection* connection : connections_) connection->close();
}

HttpServer::HttpServer(asio::io_context& context, HttpServerOptions options, HttpHandler handler)
    : core_(std::make_shared<HttpCore>(context, std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() {
  stop_accepting();
  close_all();
}

error_code HttpServer::start() { return core_->start(); }
tcp::endpoint HttpServer::address() const { return core_->address(); }
void HttpServer::stop_accepting() { core_->stop_accepting(); }
void HttpServer::close_all() { core_->close_all(); }
const HttpStats& HttpServer::stats() const { return core_->stats(); }
void HttpServer::collect(io::MetricsWriter& out) const { core_->collect(out); }

}  // namespace sluice::net
