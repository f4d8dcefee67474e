#include "sluice/net/rtmp_server.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "rtmp_core.hpp"
#include "rtmp_session.hpp"
#include "sluice/io/log.hpp"
#include "sluice/io/spawn.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr std::size_t kTurnBytes = 256 * 1024;
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::chrono::seconds kReopenRetry{1};
}  // namespace

RtmpCore::RtmpCore(asio::io_context& context, RtmpServerOptions options, live::Hub& hub, live::Lifecycle& lifecycle,
                   Authorize authorize, std::uint64_t seed)
    : context_(context),
      options_(std::move(options)),
      hub_(hub),
      lifecycle_(lifecycle),
      authorize_(std::move(authorize)),
      seed_(seed),
      acceptor_(context),
      reopen_(context),
      pacer_(context.get_executor(), options_.hold_back),
      turn_buffer_(kTurnBytes) {
  slots_token_ = hub_.slots_changed().add([this] { follow_slots(); });
}

RtmpCore::~RtmpCore() { hub_.slots_changed().remove(slots_token_); }

boost::system::error_code RtmpCore::start() {
  address_ = options_.listen;
  accepting_ = true;
  return listen();
}

boost::system::error_code RtmpCore::listen() {
  boost::system::error_code error;
  acceptor_.open(address_.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(address_, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) address_ = acceptor_.local_endpoint(error);
  if (error) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    return error;
  }
  io::spawn(context_.get_executor(), accept_loop(++listen_generation_), "rtmp_accept");
  return {};
}

asio::awaitable<void> RtmpCore::accept_loop(std::uint64_t generation) {
  while (generation == listen_generation_ && acceptor_.is_open()) {
    boost::system::error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (generation != listen_generation_) co_return;
    if (error) {
      // Out of descriptors, mostly: a pause lets sessions end, where an immediate retry would spin.
      io::log_event(io::Level::warn, "accept_failed", "an RTMP connection could not be accepted",
                    {{"error", error.message()}});
      asio::steady_timer pause(context_, kAcceptRetry);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) continue;
    const bool direct = options_.proxy_protocol == ProxyProtocol::off;
    const std::string address = peer.address().to_string();
    ++stats_.accepted;
    if (!has_room() || (direct && !address_has_room(address))) {
      ++stats_.over_limit;
      io::log_event(io::Level::warn, "connection_limit",
                    "an RTMP connection was closed at once: too many do not publish",
                    {{"address", address}, {"connections", sessions_.size()}, {"unpublished", stats_.unpublished}});
      continue;
    }
    const auto session = std::make_shared<RtmpSession>(*this, std::move(socket), address, ++last_id_);
    sessions_.insert(session.get());
    stats_.connections = sessions_.size();
    io::spawn(context_.get_executor(), RtmpSession::run(session), "rtmp_session");
  }
}

bool RtmpCore::has_room() const {
  return sessions_.size() < options_.connections_max && stats_.unpublished < options_.unpublished_max;
}

bool RtmpCore::address_has_room(const std::string& address) const {
  const auto found = unpublished_by_address_.find(address);
  return address.empty() || found == unpublished_by_address_.end() ||
         found->second < options_.unpublished_per_address_max;
}

void RtmpCore::add_unpublished(const std::string& address) {
  ++stats_.unpublished;
  ++unpublished_by_address_[address];
}

void RtmpCore::remove_unpublished(const std::string& address) {
  --stats_.unpublished;
  const auto found = unpublished_by_address_.find(address);
  if (--found->second == 0) unpublished_by_address_.erase(found);
}

void RtmpCore::remove(RtmpSession& session) {
  sessions_.erase(&session);
  stats_.connections = sessions_.size();
}

void RtmpCore::follow_slots() {
  if (!options_.close_when_full || !accepting_) return;
  if (hub_.slots().free() == 0 && acceptor_.is_open()) {
    ++listen_generation_;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  } else if (hub_.slots().free() > 0 && !acceptor_.is_open()) {
    if (const boost::system::error_code error = listen()) {
      io::log_event(io::Level::error, "listen_failed", "the RTMP listener could not be opened again",
                    {{"error", error.message()}});
      reopen_.expires_after(kReopenRetry);
      reopen_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) follow_slots();
      });
    }
  }
}

void RtmpCore::stop_accepting() {
  accepting_ = false;
  ++listen_generation_;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (RtmpSession* session : sessions_) session->refuse_new();
}

void RtmpCore::close_all() {
  for (RtmpSession* session : sessions_) session->stop("shutdown", "the process ends");
}

RtmpServer::RtmpServer(asio::io_context& context, RtmpServerOptions options, live::Hub& hub, live::Lifecycle& lifecycle,
                       Authorize authorize, std::uint64_t seed)
    : core_(std::make_unique<RtmpCore>(context, std::move(options), hub, lifecycle, std::move(authorize), seed)) {}
RtmpServer::~RtmpServer() = default;

boost::system::error_code RtmpServer::start() { return core_->start(); }
tcp::endpoint RtmpServer::address() const { return core_->address(); }
void RtmpServer::stop_accepting() { core_->stop_accepting(); }
void RtmpServer::close_all() { core_->close_all(); }
const RtmpStats& RtmpServer::stats() const { return core_->stats(); }

}  // namespace sluice::net
