#include "rtmp_session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kConversationBytes = 4096;
// What rtmp::Connection takes at a time.
constexpr std::size_t kFeedBytes = 64 * 1024;
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr unsigned kUnackedTimeoutMs = 20'000;

void set_up(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  // A peer that vanished behind a NAT is noticed although we rarely send.
  const unsigned timeout = kUnackedTimeoutMs;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

}  // namespace

RtmpSession::RtmpSession(RtmpCore& core, tcp::socket socket, std::string address, std::uint64_t id)
    : core_(core),
      socket_(std::move(socket)),
      address_(std::move(address)),
      id_(id),
      deadline_(socket_.get_executor()),
      connection_(core.options().protocol, core.next_seed()) {
  set_up(socket_);
  if (core_.options().proxy_protocol == ProxyProtocol::off) {
    counted_address_ = address_;
  } else {
    proxy_header_.emplace();
  }
  core_.add_unpublished(counted_address_);
  if (!core_.lifecycle().accepts_publishes()) connection_.refuse_new();
}

RtmpSession::~RtmpSession() {
  if (paced_fd_ >= 0) ::close(paced_fd_);
}

asio::awaitable<void> RtmpSession::run(std::shared_ptr<RtmpSession> self) {
  while (self->stop_reason_.empty()) {
    self->set_deadline();
    if (self->publish_ == nullptr) {
      co_await self->converse();
    } else {
      co_await self->publish_paced();
    }
  }
  self->now_ = {io::mono_now(), io::wall_now()};
  self->end_publish(self->stop_reason_);
  if (self->refused_) co_await self->linger();
  self->finish();
}

void RtmpSession::stop(std::string reason, std::string detail) {
  if (!stop_reason_.empty()) return;
  stop_reason_ = std::move(reason);
  stop_detail_ = std::move(detail);
  deadline_.cancel();
  boost::system::error_code ignored;
  if (socket_.is_open()) socket_.cancel(ignored);
}

// One read of the conversation and what follows from it.
asio::awaitable<void> RtmpSession::converse() {
  std::array<std::uint8_t, kConversationBytes> buffer;
  boost::system::error_code error;
  const std::size_t count =
      co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    stop(error == asio::error::eof ? "closed" : "connection_lost", error.message());
    co_return;
  }
  now_ = {io::mono_now(), io::wall_now()};
  consume(ByteView(buffer.data(), count));
  log_notices();
  if (connection_.has_output() && stop_reason_.empty()) {
    const Bytes output = connection_.take_output();
    co_await asio::async_write(socket_, asio::buffer(output), asio::redirect_error(asio::use_awaitable, error));
    if (error) stop("connection_lost", error.message());
  }
  if (connection_.phase() == rtmp::Phase::closing) stop("refused", "");
}

// The deadline of the state the conversation is in, measured from the moment the state was entered.
void RtmpSession::set_deadline() {
  const rtmp::Phase phase = connection_.phase();
  if (publish_ != nullptr || phase == deadline_phase_) return;
  deadline_phase_ = phase;
  const RtmpServerOptions& options = core_.options();
  Micros allowed = options.publish_timeout;
  std::string reason = "publish_timeout";
  if (phase == rtmp::Phase::handshake) {
    allowed = options.handshake_timeout;
    reason = "handshake_timeout";
  } else if (phase == rtmp::Phase::awaiting_connect) {
    allowed = options.connect_timeout;
    reason = "connect_timeout";
  }
  deadline_.expires_after(std::chrono::microseconds(allowed.count()));
  deadline_.async_wait([weak = weak_from_this(), reason, allowed](const boost::system::error_code& cancelled) {
    const std::shared_ptr<RtmpSession> self = weak.lock();
    if (cancelled || self == nullptr) return;
    self->stop(reason, "the encoder did not go on within " + std::to_string(allowed.count() / 1000) + " ms");
  });
}

void RtmpSession::consume(ByteView bytes) {
  core_.stats().received_bytes += bytes.size();
  allowance_bytes_ -= static_cast<double>(bytes.size());
  if (!proxy_header_) {
    feed(bytes);
    return;
  }
  proxy_header_->insert(proxy_header_->end(), bytes.begin(), bytes.end());
  if (const std::optional<std::size_t> skip = read_proxy_header()) {
    const Bytes begun = *std::exchange(proxy_header_, std::nullopt);
    feed(ByteView(begun).subspan(*skip));
  }
}

// How many of the bytes so far are a PROXY header; none while that is not known, or when it must be one and is not.
std::optional<std::size_t> RtmpSession::read_proxy_header() {
  const rtmp::ProxyOutcome outcome = rtmp::parse_proxy_header(*proxy_header_);
  if (const auto* header = std::get_if<rtmp::ProxyHeader>(&outcome)) {
    if (header->source) address_ = header->source->address;
    return count_address() ? std::optional(header->size) : std::nullopt;
  }
  if (const auto* error = std::get_if<Error>(&outcome)) {
    stop("proxy_protocol", error->message);
  } else if (std::holds_alternative<rtmp::NotAHeader>(outcome)) {
    if (core_.options().proxy_protocol == ProxyProtocol::optional) {
      return count_address() ? std::optional<std::size_t>(0) : std::nullopt;
    }
    stop("proxy_protocol", "rtmp.proxy_protocol is required, and the connection does not begin with a PROXY header");
  }
  return std::nullopt;
}

// Now that it is known whose connection this is, it counts as theirs. False when they have too many.
bool RtmpSession::count_address() {
  if (!core_.address_has_room(address_)) {
    ++core_.stats().over_limit;
    stop("limit", "too many connections of this address do not publish");
    return false;
  }
  core_.remove_unpublished(counted_address_);
  counted_address_ = address_;
  core_.add_unpublished(counted_address_);
  return true;
}

void RtmpSession::feed(ByteView bytes) {
  received_ += bytes.size();
  while (!bytes.empty() && stop_reason_.empty()) {
    const std::size_t count = std::min(bytes.size(), kFeedBytes);
    const rtmp::Outcome<void> outcome = connection_.feed(bytes.first(count), *this);
    if (outcome.has_error()) stop(std::string(rtmp::to_string(outcome.error().failure)), outcome.error().message);
    bytes = bytes.subspan(count);
  }
}

void RtmpSession::on_refused(rtmp::Refusal refusal, std::string_view description) {
  refused_ = true;
  ++core_.stats().refused[std::string(rtmp::to_string(refusal))];
  io::log_event(io::Level::warn, "publish_refused", description,
                {{"conn", id_},
                 {"reason", rtmp::to_string(refusal)},
                 {"stream", stream_},
                 {"address", address_},
                 {"client", client_}});
}

// After a refusal: our answer must reach the client before a reset can overtake it. For a moment, and for a few bytes.
asio::awaitable<void> RtmpSession::linger() {
  deadline_.expires_after(kLinger);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const std::shared_ptr<RtmpSession> self = weak.lock();
    boost::system::error_code ignored;
    // Closed, not cancelled: between two reads there is nothing to cancel.
    if (!cancelled && self != nullptr) self->socket_.close(ignored);
  });
  boost::system::error_code error;
  if (connection_.has_output()) {
    const Bytes output = connection_.take_output();
    co_await asio::async_write(socket_, asio::buffer(output), asio::redirect_error(asio::use_awaitable, error));
  }
  socket_.shutdown(tcp::socket::shutdown_send, error);
  std::array<std::uint8_t, kConversationBytes> buffer;
  std::size_t dropped = 0;
  while (!error && dropped < kLingerBytesMax) {
    dropped += co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
  }
  deadline_.cancel();
}

// The one place where a session ends.
void RtmpSession::finish() {
  const bool published = publish_started_ != MonoTime{};
  // A balancer's probe connects and closes without a byte: that is nobody, and nothing to log. What published or was
  // refused has had its line.
  if (!published && !refused_ && received_ > 0) {
    ++core_.stats().disconnected[stop_reason_];
    io::log_event(stop_reason_ == "closed" ? io::Level::debug : io::Level::warn, "rtmp_closed",
                  "an RTMP connection ended before it published: " + stop_detail_,
                  {{"conn", id_}, {"reason", stop_reason_}, {"address", address_}, {"bytes", received_}});
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (unpublished_) core_.remove_unpublished(counted_address_);
  core_.remove(*this);
}

}  // namespace sluice::net
