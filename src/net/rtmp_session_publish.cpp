// RtmpSession's publish: how it begins, its turns while it runs, its limits, how it ends.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <utility>

#include "rtmp_session.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"
#include "sluice/rtmp/query.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// How long a publisher may exceed its bit rate, reading paused meanwhile, before it is closed; and the burst it may
// have.
constexpr Micros kOverBitratePatience = Seconds(10);
constexpr double kBitrateBurstSeconds = 2;
// Answers that wait for a publisher that does not read.
constexpr std::size_t kUnsentMax = 64 * 1024;
// Kinds of ignored media that a session tells of; what comes beyond is only counted.
constexpr std::size_t kIgnoredToldMax = 16;

}  // namespace

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
  if (connection_.phase() == rtmp::Phase::closing) stop("refused", "the encoder asked for what is refused");
  check_media_deadline();
  send_pending();
  log_notices();
  const bool over = publish_ == nullptr || !stop_reason_.empty();
  if (over) deadline_.cancel();
  return more && !over;
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
  ++core_.stats().ignored[reason];
  // A muted encoder sends empty messages, and is there.
  if (ignored.reason == rtmp::IgnoredReason::silence) last_media_ = now_.mono;
  // Once for each track that has gone wrong: an encoder sends sixty of them a second.
  if (std::find(ignored_.begin(), ignored_.end(), ignored) != ignored_.end() || ignored_.size() == kIgnoredToldMax)
    return;
  ignored_.push_back(ignored);
  io::log_event(io::Level::warn, "media_ignored", "messages of this kind are no media that sluice can take",
                {{"conn", id_},
                 {"stream", stream_},
                 {"reason", reason},
                 {"kind", media::to_string(ignored.kind)},
                 {"track", static_cast<unsigned>(ignored.track_id)},
                 {"fourcc", ignored.fourcc}});
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
  const Micros lasted = now_.mono - publish_started_;
  const std::string detail = stop_detail_.empty() ? "the encoder ended its publish" : stop_detail_;
  io::log_event(io::Level::info, "publish_ended", detail,
                {{"conn", id_},
                 {"stream", stream_},
                 {"session", publish_->session().text()},
                 {"reason", reason},
                 {"address", address_},
                 {"seconds", std::chrono::duration<double>(lasted).count()},
                 {"packets", publish_packets_},
                 {"bytes", publish_bytes_}});
  core_.hub().ends().add({publish_->name(), publish_->session(), address_, now_.wall, lasted, publish_packets_,
                          publish_bytes_, std::string(reason), detail});
  ++core_.stats().disconnected[std::string(reason)];
  publish_.reset();
  core_.add_unpublished(counted_address_);
  unpublished_ = true;
}

}  // namespace sluice::net
