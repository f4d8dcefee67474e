#include "http_connection.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Most requests fit; the buffer grows to the limits only for those that do not, and shrinks again between requests.
constexpr std::size_t kReadBytes = 2 * 1024;
// Asio hands so many buffers to one sendmsg().
constexpr std::size_t kBuffersPerWrite = 64;
constexpr std::size_t kLingerBytesMax = 256 * 1024;

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

bool changes_something(const HttpRequest& request) {
  return request.method == HttpMethod::post || request.method == HttpMethod::del;
}

// "http://host:port" against "host:port".
bool is_of_host(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == host;
}

constexpr int kUnsentBytesMax = 512 * 1024;
// How often the end of a connection is looked for behind bytes that wait to be read.
constexpr std::chrono::milliseconds kLookInterval{500};

HttpResponse method_not_allowed() {
  HttpResponse response = http_error(405, "only GET, HEAD and OPTIONS are served here");
  response.allow = "GET, HEAD, OPTIONS";
  return response;
}

}  // namespace

// A request that waits for its answer; shared by whoever may end the wait.
struct HttpConnection::Held {
  explicit Held(const asio::any_io_executor& executor)
      : answered(executor, asio::steady_timer::time_point::max()), look(executor) {}
  asio::steady_timer answered;       // never expires: cancelled when there is an answer
  asio::steady_timer look;           // for the end of the connection, where nothing tells of it
  asio::cancellation_signal cancel;  // of a coroutine
  std::unique_ptr<HttpHold> hold;    // or this
  HttpResponse response;
  bool done = false;
};

HttpConnection::HttpConnection(std::shared_ptr<HttpCore> core, asio::ip::tcp::socket socket, std::string address)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      address_(std::move(address)),
      deadline_(socket_.get_executor(), [this] { on_deadline(); }),
      parser_(core_->options().request),
      answer_(core_->options().dialect) {
  error_code ignored;
  parser_.request().remote = address_;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  bound_kernel_memory();
}

// A peer that asks for much and reads nothing must not have the kernel hold it: only so much is taken unsent, and what
// nobody acknowledges within the time a response may stall ends the connection.
void HttpConnection::bound_kernel_memory() {
  const int unsent = kUnsentBytesMax;
  const auto stall = static_cast<unsigned>(core_->options().send_stall.count() / 1000);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &stall, sizeof stall);
}

HttpConnection::~HttpConnection() { core_->remove(*this); }

void HttpConnection::close() {
  error_code ignored;
  socket_.close(ignored);
}

void HttpConnection::close_if_idle() {
  if (phase_ == Phase::idle) close();
}

asio::awaitable<void> HttpConnection::run(std::shared_ptr<HttpConnection> self) {
  HttpConnection& c = *self;
  bool keep_alive = true;
  while (keep_alive) {
    const Arrival arrival = co_await c.read_request();
    if (arrival == Arrival::none) co_return;
    c.phase_ = Phase::answering;
    c.deadline_.clear();
    c.answer_start_ = io::mono_now();
    keep_alive = arrival == Arrival::request && c.parser_.keep_alive() && !c.core_->stopping();

    HttpResponse response;
    if (std::optional<HttpResponse> own = c.answer_ourselves(arrival)) {
      response = std::move(*own);
    } else {
      HttpReply reply = c.core_->handle(c.parser_.request());
      if (HttpResponse* at_once = std::get_if<HttpResponse>(&reply)) {
        response = std::move(*at_once);
      } else {
        response = co_await c.hold(std::move(reply));
      }
    }
    const ResourceKind kind = response.kind;
    if (c.peer_gone_ || !c.socket_.is_open()) {
      c.count(kind, 0, 0);
      co_return;
    }

    c.make_answer(std::move(response), keep_alive);
    bool sent = c.send_now();
    if (!sent) sent = co_await c.send_rest();
    c.count(kind, c.answer_.status(), c.sent_bytes_);
    if (!sent) co_return;
    c.unsent_.clear();
    c.answer_.release();
    c.parser_.reset();
  }
  co_await c.linger();
}

void HttpConnection::count(ResourceKind kind, int status, std::size_t bytes) {
  core_->count(parser_.request(), kind, status, bytes, io::mono_now() - answer_start_);
}

asio::awaitable<HttpConnection::Arrival> HttpConnection::read_request() {
  phase_ = Phase::idle;
  deadline_.set(io::mono_now() + core_->options().idle_timeout);
  while (true) {
    if (read_begin_ != read_end_) {
      const auto state = parser_.feed({buffer_.data() + read_begin_, read_end_ - read_begin_});
      read_begin_ += parser_.consumed();
      if (state == HttpRequestParser::State::done) co_return Arrival::request;
      if (state == HttpRequestParser::State::failed) {
        ++core_->stats().malformed;
        co_return Arrival::malformed;
      }
    }
    if (phase_ == Phase::idle && parser_.started()) {
      phase_ = Phase::reading;
      deadline_.set(io::mono_now() + core_->options().header_timeout);
    }
    reserve_read_space();
    error_code error;
    const asio::mutable_buffer space(buffer_.data() + read_end_, buffer_.size() - read_end_);
    const std::size_t count = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    if (timed_out_ && phase_ == Phase::reading) {
      ++core_->stats().header_timeouts;
      co_return Arrival::too_slow;
    }
    if (timed_out_ || error) co_return Arrival::none;
    read_end_ += count;
  }
}

void HttpConnection::reserve_read_space() {
  const std::size_t unread = read_end_ - read_begin_;
  if (read_begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + read_begin_, unread);
    read_begin_ = 0;
    read_end_ = unread;
  }
  if (unread == 0 && buffer_.size() != kReadBytes) {
    buffer_ = std::vector<std::uint8_t>(kReadBytes);
  } else if (unread == buffer_.size()) {
    // The parser's limits bound it: it fails before it leaves more than that unread.
    buffer_.resize(buffer_.size() * 2);
  }
}

// What needs no handler: refusals and OPTIONS.
std::optional<HttpResponse> HttpConnection::answer_ourselves(Arrival arrival) const {
  const HttpServerOptions& options = core_->options();
  const HttpRequest& request = parser_.request();
  // A method that is not served is named as such, whatever comes with it.
  const bool not_served = request.method != HttpMethod::get && request.method != HttpMethod::head;
  if (arrival == Arrival::malformed && parser_.error_status() == 413 && options.read_only && not_served) {
    return method_not_allowed();
  }
  if (arrival == Arrival::malformed) return http_error(parser_.error_status(), std::string(parser_.error_message()));
  if (arrival == Arrival::too_slow) return http_error(408, "the request did not arrive in time");
  if (request.method == HttpMethod::options) {
    HttpResponse response;
    response.status = 204;
    response.allow = options.read_only ? "GET, HEAD, OPTIONS" : "GET, HEAD, POST, DELETE, OPTIONS";
    return response;
  }
  if (request.path == "*") return http_error(400, "only OPTIONS may ask for '*'");
  if (options.read_only && not_served) return method_not_allowed();
  if (options.same_origin_changes && changes_something(request) && !request.origin.empty() &&
      !is_of_host(request.origin, request.host)) {
    return http_error(403, "a page of another site may not change anything here");
  }
  return std::nullopt;
}

asio::awaitable<HttpResponse> HttpConnection::hold(HttpReply reply) {
  ++core_->stats().held;
  const auto held = std::make_shared<Held>(socket_.get_executor());
  if (auto* later = std::get_if<std::unique_ptr<HttpHold>>(&reply)) {
    start_hold(held, std::move(*later));
  } else {
    start_hold(held, std::move(std::get<asio::awaitable<HttpResponse>>(reply)));
  }
  if (!held->done) {
    watch_for_hang_up(held, asio::socket_base::wait_read);
    error_code ignored;
    co_await held->answered.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    socket_.cancel(ignored);
    held->look.cancel();
  }
  --core_->stats().held;
  co_return std::move(held->response);
}

void HttpConnection::start_hold(const std::shared_ptr<Held>& held, asio::awaitable<HttpResponse> pending) {
  const auto on_answer = [held](const std::exception_ptr& thrown, HttpResponse response) {
    held->done = true;
    held->answered.cancel();
    if (!thrown) {
      held->response = std::move(response);
      return;
    }
    held->response = http_error(500, "the request failed");
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) return;
      io::log_event(io::Level::error, "request_failed", error.what());
    } catch (const std::exception& error) {
      io::log_event(io::Level::error, "request_failed", error.what());
    }
  };
  asio::co_spawn(socket_.get_executor(), std::move(pending),
                 asio::bind_cancellation_slot(held->cancel.slot(), on_answer));
}

void HttpConnection::start_hold(const std::shared_ptr<Held>& held, std::unique_ptr<HttpHold> hold) {
  held->hold = std::move(hold);
  held->hold->wait([waiting = held.get()](HttpResponse response) {
    waiting->done = true;
    waiting->response = std::move(response);
    waiting->answered.cancel();
  });
}

// Waits until the socket is readable, and looks without taking: the end of the connection cancels the request. Bytes
// are the next request, sent early; they stay where they are, and from then on a reset is told of, and an end looked
// for.
void HttpConnection::watch_for_hang_up(const std::shared_ptr<Held>& held, asio::socket_base::wait_type what) {
  socket_.async_wait(what, [this, held, what](const error_code& error) {
    if (held->done) return;
    if (!error && what == asio::socket_base::wait_read) {
      char byte = 0;
      const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) {
        watch_for_hang_up(held, asio::socket_base::wait_read);
        return;
      }
      if (count > 0) {
        watch_for_hang_up(held, asio::socket_base::wait_error);
        look_for_end(held);
        return;
      }
    }
    on_hang_up(*held);
  });
}

void HttpConnection::look_for_end(const std::shared_ptr<Held>& held) {
  held->look.expires_after(kLookInterval);
  held->look.async_wait([this, held](const error_code& error) {
    if (error || held->done) return;
    pollfd ended{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&ended, 1, 0) > 0) {
      on_hang_up(*held);
    } else {
      look_for_end(held);
    }
  });
}

void HttpConnection::on_hang_up(Held& held) {
  if (std::exchange(peer_gone_, true)) return;
  if (held.hold == nullptr) {
    held.cancel.emit(asio::cancellation_type::terminal);
    return;
  }
  held.hold.reset();
  held.done = true;
  held.answered.cancel();
}

void HttpConnection::make_answer(HttpResponse response, bool keep_alive) {
  phase_ = Phase::sending;
  answer_.make(parser_.request(), std::move(response), keep_alive, io::wall_now());
  unsent_.clear();
  next_unsent_ = 0;
  sent_bytes_ = 0;
  send_start_ = io::mono_now();
  unsent_.emplace_back(answer_.head().data(), answer_.head().size());
  for (const ByteView piece : answer_.pieces()) unsent_.emplace_back(piece.data(), piece.size());
}

// Hands over what the kernel takes without waiting. True when that was everything; send_error_ says why not.
bool HttpConnection::send_now() {
  while (next_unsent_ < unsent_.size()) {
    const std::size_t count = std::min(unsent_.size() - next_unsent_, kBuffersPerWrite);
    const std::span<const asio::const_buffer> buffers(unsent_.data() + next_unsent_, count);
    std::size_t taken = socket_.write_some(buffers, send_error_);
    if (send_error_) return false;
    sent_bytes_ += taken;
    while (next_unsent_ < unsent_.size() && taken >= unsent_[next_unsent_].size()) {
      taken -= unsent_[next_unsent_++].size();
    }
    if (taken > 0) unsent_[next_unsent_] += taken;
  }
  return true;
}

asio::awaitable<bool> HttpConnection::send_rest() {
  bool sent = false;
  while (!sent) {
    if (!would_block(send_error_)) co_return false;
    set_send_deadline();
    error_code error;
    co_await socket_.async_wait(asio::socket_base::wait_write, asio::redirect_error(asio::use_awaitable, error));
    if (timed_out_) ++core_->stats().slow_closes;
    if (timed_out_ || error) co_return false;
    sent = send_now();
  }
  deadline_.clear();
  co_return true;
}

void HttpConnection::set_send_deadline() {
  const HttpServerOptions& options = core_->options();
  const Micros at_rate(sent_bytes_ * 1'000'000 / options.send_bytes_per_second_min);
  deadline_.set(std::min(io::mono_now() + options.send_stall, send_start_ + options.send_stall + at_rate));
}

// Closing a socket with unread bytes resets the connection, and the peer may lose our last words with it. So the end of
// ours is announced first, and what the peer still sends is read and dropped, for a while.
asio::awaitable<void> HttpConnection::linger() {
  phase_ = Phase::lingering;
  error_code error;
  socket_.shutdown(asio::socket_base::shutdown_send, error);
  deadline_.set(io::mono_now() + core_->options().linger);
  buffer_.resize(kReadBytes);
  std::size_t dropped = 0;
  while (!error && !timed_out_ && dropped < kLingerBytesMax) {
    const asio::mutable_buffer space(buffer_.data(), buffer_.size());
    const std::size_t count = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    dropped += count;
  }
}

void HttpConnection::on_deadline() {
  timed_out_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace sluice::net
