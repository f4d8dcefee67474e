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
#include "sluice/rtmp/query.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kConversationBytes = 4096;
// What rtmp::Connection takes at a time.
constexpr std::size_t kFeedBytes = 64 * 1024;
constexpr std::chrono::seconds kLinger{1};
// How long a publisher may exceed its bit rate, reading paused meanwhile, before it is closed; and the burst it may
// have.
constexpr Micros kOverBitratePatience = Seconds(10);
constexpr double kBitrateBurstSeconds = 2;
constexpr unsigned kUnackedTimeoutMs = 20'000;
constexpr std::size_t kUnsentMax = 64 * 1024;

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
  if (connection_.has_output()) {
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

// While it publishes, the socket is out of the reactor and read in turns; this waits until that is over.
asio::awaitable<void> RtmpSession::publish_paced() {
  boost::system::error_code error;
  const tcp protocol = socket_.local_endpoint(error).protocol();
  if (!error) paced_fd_ = socket_.release(error);
  if (error) {
    stop("connection_lost", error.message());
    co_return;
  }
  deadline_phase_.reset();
  deadline_.expires_at(asio::steady_timer::time_point::max());
  core_.pacer().add(*this);
  co_await deadline_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  core_.pacer().remove(*this);
  socket_.assign(protocol, std::exchange(paced_fd_, -1), error);
  if (error) stop("connection_lost", error.message());
  unsent_.clear();
}

bool RtmpSession::on_turn() {
  now_ = {io::mono_now(), io::wall_now()};
  bool more = false;
  if (!over_bitrate()) {
    std::vector<std::uint8_t>& buffer = core_.turn_buffer();
    const ssize_t count = ::recv(paced_fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      consume(ByteView(buffer.data(), static_cast<std::size_t>(count)));
      // A short read emptied the socket: asking again would only be told so.
      more = count == static_cast<ssize_t>(buffer.size());
    } else if (count == 0) {
      stop("closed", "the encoder closed the connection");
    } else if (errno != EAGAIN && errno != EINTR) {
      stop("connection_lost", boost::system::error_code(errno, boost::system::system_category()).message());
    }
  }
  check_media_deadline();
  send_pending();
  log_notices();
  const bool over = publish_ == nullptr || !stop_reason_.empty();
  if (over) deadline_.cancel();
  return more && !over;
}

void RtmpSession::consume(ByteView bytes) {
  received_ += bytes.size();
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
    if (!core_.address_has_room(address_)) {
      ++core_.stats().over_limit;
      stop("limit", "too many connections of this address do not publish");
      return std::nullopt;
    }
    core_.remove_unpublished(counted_address_);
    counted_address_ = address_;
    core_.add_unpublished(counted_address_);
    return header->size;
  }
  if (const auto* error = std::get_if<Error>(&outcome)) {
    stop("proxy_protocol", error->message);
  } else if (std::holds_alternative<rtmp::NotAHeader>(outcome)) {
    if (core_.options().proxy_protocol == ProxyProtocol::optional) return 0;
    stop("proxy_protocol", "rtmp.proxy_protocol is required, and the connection does not begin with a PROXY header");
  }
  return std::nullopt;
}

void RtmpSession::feed(ByteView bytes) {
  while (!bytes.empty() && stop_reason_.empty()) {
    const std::size_t count = std::min(bytes.size(), kFeedBytes);
    const rtmp::Outcome<void> outcome = connection_.feed(bytes.first(count), *this);
    if (outcome.has_error()) stop(std::string(rtmp::to_string(outcome.error().failure)), outcome.error().message);
    bytes = bytes.subspan(count);
  }
}

void RtmpSession::on_publish(rtmp::PublishRequest request) {
  stream_ = request.name.path();
  client_ = request.client;
  if (!core_.lifecycle().accepts_publishes()) {
    refuse(rtmp::Refusal::draining, "");
  } else if (!core_.authorize()(request.name, rtmp::query_value(request.query, "key").value_or(""))) {
    refuse(rtmp::Refusal::denied, "");
  } else {
    begin_publish(request);
  }
}

// Slot and stream are taken here, before the client hears NetStream.Publish.Start.
void RtmpSession::begin_publish(const rtmp::PublishRequest& request) {
  auto outcome = core_.hub().begin_publish(request.name, *this, now_);
  if (const auto* refusal = std::get_if<live::PublishRefusal>(&outcome)) {
    refuse(*refusal == live::PublishRefusal::busy ? rtmp::Refusal::busy : rtmp::Refusal::name_in_use, "");
    return;
  }
  publish_ = std::move(std::get<std::unique_ptr<live::Publish>>(outcome));
  publish_started_ = last_media_ = now_.mono;
  publish_bytes_ = publish_packets_ = 0;
  allowance_at_ = now_.mono;
  allowance_bytes_ = 0;
  over_since_.reset();
  core_.lifecycle().on_publish_started();
  core_.remove_unpublished(counted_address_);
  unpublished_ = false;
  ++core_.stats().publishes;
  connection_.accept_publish();
  io::log_event(io::Level::info, "publish_started", "a publish started",
                {{"conn", id_},
                 {"stream", stream_},
                 {"session", publish_->session().text()},
                 {"address", address_},
                 {"client", client_}});
}

void RtmpSession::refuse(rtmp::Refusal refusal, std::string_view description) {
  connection_.refuse_publish(refusal, description);
  on_refused(refusal, description.empty() ? rtmp::default_description(refusal) : description);
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

void RtmpSession::on_media(media::SourcePacket packet) {
  if (publish_ == nullptr) return;
  last_media_ = now_.mono;
  ++publish_packets_;
  publish_bytes_ += packet.data.size();
  RtmpStats& stats = core_.stats();
  ++(packet.kind == media::TrackKind::video ? stats.video_packets : stats.audio_packets);
  stats.media_bytes += packet.data.size();
  publish_->on_packet(packet, now_);
}

void RtmpSession::on_data(std::uint32_t timestamp_ms, Payload amf) {
  if (publish_ != nullptr) publish_->on_data(timestamp_ms, std::move(amf), now_);
}

void RtmpSession::on_publish_end() { end_publish("unpublished"); }

void RtmpSession::on_ignored(rtmp::IgnoredMedia ignored) {
  const std::string reason(rtmp::to_string(ignored.reason));
  if (++core_.stats().ignored[reason] == 1 || ignored.fourcc != 0) {
    io::log_event(io::Level::warn, "media_ignored", "a message was no media that sluice can take",
                  {{"conn", id_},
                   {"stream", stream_},
                   {"reason", reason},
                   {"kind", media::to_string(ignored.kind)},
                   {"track", static_cast<unsigned>(ignored.track_id)}});
  }
}

void RtmpSession::on_end_wanted(live::EndWish wish) {
  // Called from within the hub: the publish is ended when this session's turn is over.
  stop(wish == live::EndWish::taken_over ? "taken_over"
       : wish == live::EndWish::drained  ? "drained"
                                         : "deleted",
       std::string(live::to_string(wish)));
  refused_ = true;
  connection_.refuse_publish(rtmp::Refusal::ended, live::to_string(wish));
}

void RtmpSession::check_media_deadline() {
  if (publish_ == nullptr || !stop_reason_.empty()) return;
  const bool first = publish_packets_ == 0;
  const Micros allowed = first ? core_.options().first_media_timeout : core_.options().idle_timeout;
  if (now_.mono - last_media_ < allowed) return;
  stop(first ? "first_media_timeout" : "idle_timeout",
       "no media for " + std::to_string(allowed.count() / 1000) + " ms");
}

// A token bucket of received bytes. Empty, reading pauses (TCP then slows the encoder down); empty for long, the
// session ends.
bool RtmpSession::over_bitrate() {
  const std::uint64_t limit = core_.options().publish_bits_per_second_max;
  if (limit == 0) return false;
  const double rate = static_cast<double>(limit) / 8;
  allowance_bytes_ += rate * std::chrono::duration<double>(now_.mono - allowance_at_).count();
  allowance_bytes_ = std::min(allowance_bytes_, rate * kBitrateBurstSeconds);
  allowance_at_ = now_.mono;
  if (allowance_bytes_ > 0) {
    // Over for good only once the bucket is half full again: a pause of one turn is no end of the excess.
    if (allowance_bytes_ > rate * kBitrateBurstSeconds / 2) over_since_.reset();
    return false;
  }
  if (!over_since_) over_since_ = now_.mono;
  if (now_.mono - *over_since_ > kOverBitratePatience) {
    stop("bitrate", "the encoder sends more than " + std::to_string(limit) + " bits a second (limits.publish_bitrate)");
  }
  return true;
}

// Acknowledgements and answers while the socket is out of the reactor. A peer that does not read loses nothing it
// needs.
void RtmpSession::send_pending() {
  if (connection_.has_output() && unsent_.size() < kUnsentMax) {
    const Bytes output = connection_.take_output();
    unsent_.insert(unsent_.end(), output.begin(), output.end());
  }
  if (unsent_.empty() || paced_fd_ < 0) return;
  const ssize_t sent = ::send(paced_fd_, unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
}

void RtmpSession::log_notices() {
  if (publish_ == nullptr || publish_->stream() == nullptr) return;
  for (const live::Notice& notice : publish_->stream()->take_notices()) {
    io::log_event(notice.warning ? io::Level::warn : io::Level::info, notice.event, notice.message,
                  {{"conn", id_}, {"stream", stream_}, {"session", publish_->session().text()}});
  }
}

void RtmpSession::end_publish(std::string_view reason) {
  if (publish_ == nullptr) return;
  publish_->end(now_);
  io::log_event(io::Level::info, "publish_ended", stop_detail_.empty() ? "the encoder ended its publish" : stop_detail_,
                {{"conn", id_},
                 {"stream", stream_},
                 {"session", publish_->session().text()},
                 {"reason", reason},
                 {"address", address_},
                 {"seconds", std::chrono::duration<double>(now_.mono - publish_started_).count()},
                 {"packets", publish_packets_},
                 {"bytes", publish_bytes_}});
  ++core_.stats().disconnected[std::string(reason)];
  publish_.reset();
  core_.add_unpublished(counted_address_);
  unpublished_ = true;
}

// After a refusal: our answer must reach the client before a reset can overtake it.
asio::awaitable<void> RtmpSession::linger() {
  boost::system::error_code error;
  if (connection_.has_output()) {
    const Bytes output = connection_.take_output();
    co_await asio::async_write(socket_, asio::buffer(output), asio::redirect_error(asio::use_awaitable, error));
  }
  socket_.shutdown(tcp::socket::shutdown_send, error);
  deadline_.expires_after(kLinger);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const std::shared_ptr<RtmpSession> self = weak.lock();
    boost::system::error_code ignored;
    if (!cancelled && self != nullptr && self->socket_.is_open()) self->socket_.cancel(ignored);
  });
  std::array<std::uint8_t, kConversationBytes> buffer;
  while (!error) {
    co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
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
