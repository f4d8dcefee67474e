#include "daemon.hpp"

#include <unistd.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <random>
#include <span>
#include <sstream>
#include <utility>

#include "live_metrics.hpp"
#include "module_options.hpp"
#include "recording_wiring.hpp"
#include "session_list.hpp"
#include "sluice/app/config_render.hpp"
#include "sluice/app/version.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"
#include "sluice/store/recording_tool.hpp"

namespace sluice::app {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr std::uint64_t kTicksASecond = 10;
constexpr Micros kStall = Seconds(10);
constexpr Micros kRecoveryTold = Seconds(2);

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

net::Listener listener_of(std::string name, const asio::ip::tcp::endpoint& endpoint) {
  return {std::move(name), text_of(endpoint), endpoint.port()};
}

}  // namespace

Daemon::Daemon(const Config& config)
    : config_(config),
      monitor_(context_.get_executor()),
      housekeeper_(make_housekeeper(config)),
      recorder_(make_recorder(config, housekeeper_.get(), log_recorder_event)),
      lifecycle_(lifecycle_options(config)),
      hub_(hub_options(config), renderer_, recorder_.get(), random_seed()),
      workers_(context_.get_executor(), 1, 4),
      last_worker_(context_.get_executor(), 1, 1),
      signals_(context_, SIGTERM, SIGINT),
      timer_(context_) {}

// The hub's streams refer to the recorder and the renderer; the servers to the hub.
Daemon::~Daemon() = default;

int Daemon::run() {
  std::signal(SIGPIPE, SIG_IGN);
  io::log_event(io::Level::info, "starting", "sluice starts",
                {{"version", version()}, {"revision", revision()}, {"pid", static_cast<std::int64_t>(::getpid())}});
  if (!open_listeners()) return 1;
  collect_metrics();
  monitor_.start();
  await_signal();
  recover();
  timer_.expires_after(kTick);
  tick();
  context_.run();
  // All is sealed: a signal that comes now finds nothing to cut short, and must not turn the clean end into a death by
  // it.
  boost::system::error_code ignored;
  signals_.clear(ignored);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  io::log_event(io::Level::info, "stopped", "sluice stops", {{"exit_code", exit_code_}});
  // Nobody waits any more for a worker that waits for the disk; it leaves no more behind than a kill would.
  if (workers_.pending() > 0 || (archive_ != nullptr && archive_->busy())) {
    io::stop_log(Millis(1000));
    std::_Exit(exit_code_);
  }
  return exit_code_;
}

bool Daemon::open_listeners() {
  const Result<asio::ip::tcp::endpoint> http = endpoint_of(config_.http.listen);
  const Result<asio::ip::tcp::endpoint> admin = endpoint_of(config_.admin.listen);
  const Result<asio::ip::tcp::endpoint> rtmp = endpoint_of(config_.rtmp.listen);
  for (const auto* endpoint : {&http, &admin, &rtmp}) {
    if (endpoint->has_error()) {
      fail("listen_failed", endpoint->error().message);
      return false;
    }
  }
  const net::MediaHandler::Options media_options = media_options_of(config_);
  if (config_.record.enabled) {
    archive_ = std::make_unique<ArchiveService>(context_.get_executor(), config_, renderer_, hub_);
  }
  media_handler_ = std::make_unique<net::MediaHandler>(context_.get_executor(), media_options, hub_, pages_,
                                                       archive_ != nullptr ? &archive_->handler() : nullptr);
  http_ = std::make_unique<net::HttpServer>(
      context_, media_http_options(config_, *http),
      [this](const net::HttpRequest& request) { return media_handler_->reply(request); });

  net::AdminHandler::Options admin_options;
  admin_options.readiness = readiness_of(config_.lifecycle.readiness);
  admin_options.default_container = media_options.default_container;
  admin_options.version = version_json();
  admin_options.config = config_json(config_);
  net::AdminHandler::Hooks hooks;
  hooks.drain = [this] { drain("the admin API"); };
  hooks.sessions = [this] { return list_sessions(); };
  hooks.listeners = [this] { return listeners_; };
  admin_handler_ =
      std::make_unique<net::AdminHandler>(admin_options, std::move(hooks), hub_, lifecycle_, metrics_, pages_);
  admin_ = std::make_unique<net::HttpServer>(
      context_, admin_http_options(config_, *admin),
      [this](const net::HttpRequest& request) { return admin_handler_->reply(request); });

  net::RtmpServerOptions ingest_options = rtmp_options(config_, *rtmp);
  ingest_options.hold_back = [this] { return recorder_ != nullptr && recorder_->is_behind(); };
  rtmp_ = std::make_unique<net::RtmpServer>(
      context_, std::move(ingest_options), hub_, lifecycle_,
      [this](const StreamName& name, std::string_view key) {
        return may_publish(config_.auth.publish_keys, name, key);
      },
      random_seed());

  if (const auto error = admin_->start()) {
    fail("listen_failed", "admin.listen " + text_of(*admin) + ": " + error.message());
    return false;
  }
  tell_listening(listener_of("admin", admin_->address()));
  if (const auto error = http_->start()) {
    fail("listen_failed", "http.listen " + text_of(*http) + ": " + error.message());
    return false;
  }
  tell_listening(listener_of("http", http_->address()));
  return true;
}

void Daemon::tell_listening(net::Listener listener) {
  io::log_event(io::Level::info, "listening", "listening",
                {{"listener", listener.name}, {"address", listener.address}});
  listeners_.push_back(std::move(listener));
}

void Daemon::begin_ingest() {
  if (lifecycle_.draining()) return;
  if (const auto error = rtmp_->start()) {
    fail("listen_failed", "rtmp.listen " + text_of(rtmp_->address()) + ": " + error.message());
    exit_code_ = 1;
    end();
    return;
  }
  tell_listening(listener_of("rtmp", rtmp_->address()));
}

// Recordings that an earlier process left unsealed are sealed, and streams whose publisher may return are put back, off
// the loop. These come first: then encoders can connect, while the rest is looked at.
void Daemon::recover() {
  if (recorder_ == nullptr) {
    begin_ingest();
    lifecycle_.on_recovered();
    return;
  }
  hub_.set_recovering(true);
  const MonoTime start = io::mono_now();
  const auto hand_over = [this](store::Recovery found, const store::RecoveryProgress& progress) {
    const auto shared = std::make_shared<store::Recovery>(std::move(found));
    asio::post(context_, [this, shared, progress] { on_recovered(std::move(*shared), progress); });
  };
  workers_.run(
      [options = recovery_options(config_, io::wall_now()), hand_over] {
        store::recover(options, hand_over);
        return std::monostate();
      },
      [this, start](std::monostate) {
        io::log_event(io::Level::info, "recovered", "the recordings have been looked at",
                      {{"streams", recovery_progress_.streams_total}, {"ms", (io::mono_now() - start).count() / 1000}});
        lifecycle_.on_recovered();
        archive_->handler().on_recovered();
      });
}

void Daemon::on_recovered(store::Recovery found, const store::RecoveryProgress& progress) {
  log_recovery(found);
  for (const store::SealedLeftover& leftover : found.leftovers) {
    if (leftover.outcome == store::SealedLeftover::Outcome::failed) recorder_->seal_later(leftover.path);
  }
  const media::Arrival now{io::mono_now(), io::wall_now()};
  for (store::StreamTail& tail : found.tails) {
    const StreamName name = tail.stream;
    hub_.restore(name, tail_of(std::move(tail)), now);
    const auto stream = hub_.find(name);
    if (stream == nullptr || stream->state() != live::StreamState::away) continue;
    io::log_event(io::Level::info, "stream_restored", "a stream that was live is back and waits for its publisher",
                  {{"stream", name.path()}, {"segments", stream->window().info().listed_segments}});
  }
  recovery_progress_ = progress;
  lifecycle_.on_recovery_progress(std::to_string(progress.streams_done) + " of " +
                                  std::to_string(progress.streams_total) + " streams");
  if (now.mono - recovery_told_ >= kRecoveryTold && progress.streams_done < progress.streams_total) {
    recovery_told_ = now.mono;
    io::log_event(io::Level::info, "recovering", "the recordings are being looked at",
                  {{"streams", progress.streams_done}, {"of", progress.streams_total}});
  }
  if (!progress.recent_done || !hub_.recovering()) return;
  hub_.set_recovering(false);
  begin_ingest();
}

void Daemon::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    on_signal(number);
    await_signal();
  });
}

void Daemon::on_signal(int number) {
  if (++signal_count_ >= 3) {
    io::log_event(io::Level::warn, "aborted", "a third signal: ends at once");
    io::stop_log(Millis(200));
    std::_Exit(1);
  }
  drain(number == SIGTERM ? "SIGTERM" : "SIGINT");
}

void Daemon::drain(std::string_view who) {
  const bool first = !lifecycle_.draining();
  if (!lifecycle_.drain(io::mono_now())) return;
  io::log_event(io::Level::info, first ? "drain" : "drain_cut_short",
                first ? "the drain begins" : "the drain is cut short", {{"by", who}, {"publishes", hub_.publishes()}});
}

void Daemon::tick() {
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || ending_) return;
    const media::Arrival now{io::mono_now(), io::wall_now()};
    hub_.on_time(now);
    const live::LifecycleInputs inputs{hub_.publishes(), hub_.resumable(), media_handler_->last_view(),
                                       hub_.target_duration()};
    follow_phase(lifecycle_.on_time(now.mono, inputs), now);
    if (++ticks_ % kTicksASecond == 0) {
      io::tell_repeats();
      watch_recorder(now.mono);
    }
    if (ending_) return;
    timer_.expires_after(kTick);
    tick();
  });
}

void Daemon::follow_phase(bool changed, media::Arrival now) {
  const live::Phase phase = lifecycle_.phase();
  if (changed) {
    io::log_event(io::Level::info, "phase", "the lifecycle moved on",
                  {{"phase", live::to_string(phase)}, {"publishes", hub_.publishes()}});
  }
  switch (phase) {
    case live::Phase::starting:
    case live::Phase::running:
    case live::Phase::finished:
    case live::Phase::grace:
      return;
    case live::Phase::waiting:
      if (changed) rtmp_->stop_accepting();
      hub_.finish_away(now);
      return;
    case live::Phase::cutting:
      hub_.finish_away(now);
      hub_.end_all(live::EndWish::drained, lifecycle_.must_end_publishes_now(now.mono));
      return;
    case live::Phase::lingering:
      hub_.finish_away(now);
      return;
    case live::Phase::over:
      end();
      return;
  }
}

// The drain is over: what is still open is closed, recordings are sealed off the loop, and the loop runs out of work.
void Daemon::end() {
  ending_ = true;
  rtmp_->stop_accepting();
  rtmp_->close_all();
  http_->stop_accepting();
  // A worker of its own: what others wait for may not hold up the end.
  last_worker_.run(
      [this] {
        if (recorder_ != nullptr) recorder_->stop();
        return true;
      },
      [this](bool) {
        http_->close_all();
        admin_->close_all();
        context_.stop();
      });
}

void Daemon::watch_recorder(MonoTime now) {
  if (recorder_ == nullptr) return;
  const store::RecorderStats& stats = recorder_->stats();
  lifecycle_.on_recording_state(
      recording_health_.look(stats, housekeeper_->state(), config_.record.directory.native(), now));
  const std::uint64_t progress = stats.entries_written + stats.errors;
  if (progress != recorder_progress_ || stats.queue_bytes == 0) {
    recorder_progress_ = progress;
    recorder_moved_ = now;
  }
  lifecycle_.on_stalled(now - recorder_moved_ > kStall ? "the recorder has not moved for 10 s: the disk does not answer"
                                                       : "");
}

asio::awaitable<std::string> Daemon::list_sessions() {
  // Shared, since the peer may hang up and end this coroutine before the worker is done.
  struct Gathered {
    explicit Gathered(asio::io_context& context) : done(context, asio::steady_timer::time_point::max()) {}
    asio::steady_timer done;
    std::string text = "{\"sessions\":[]}\n";
  };
  const auto gathered = std::make_shared<Gathered>(context_);
  const auto gather = [directory = config_.record.directory.native()] {
    std::ostringstream out;
    std::ostringstream err;
    store::recording_ls(std::span(&directory, 1), true, out, err);
    return session_list(out.str());
  };
  const auto deliver = [gathered](std::string text) {
    if (!text.empty()) gathered->text = std::move(text);
    gathered->done.cancel();
  };
  if (recorder_ == nullptr) co_return gathered->text;
  if (!workers_.run(gather, deliver)) co_return std::string();
  boost::system::error_code ignored;
  co_await gathered->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return gathered->text;
}

void Daemon::fail(std::string_view what, const std::string& why) { io::log_event(io::Level::error, what, why); }

void Daemon::collect_metrics() {
  metrics_.add([](io::MetricsWriter& out) {
    out.gauge("sluice_build_info", "1; what was built, in the labels.", 1,
              {{"version", version()}, {"revision", revision()}});
  });
  metrics_.add(io::collect_process_metrics);
  metrics_.add(io::collect_log_metrics);
  metrics_.add([this](io::MetricsWriter& out) {
    collect_loop(out, monitor_);
    collect_admission(out, hub_, lifecycle_);
    collect_rtmp(out, rtmp_->stats());
    collect_streams(out, hub_);
    http_->collect(out);
    admin_->collect(out);
    media_handler_->held().collect(out);
    if (recorder_ == nullptr) return;
    collect_recorder(out, recorder_->stats(), io::mono_now());
    archive_->handler().collect(out);
    collect_housekeeper(out, *housekeeper_);
  });
}

}  // namespace sluice::app
