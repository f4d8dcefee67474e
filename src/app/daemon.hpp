// Daemon: every part of the process, wired together, on one loop. Private to app.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive_wiring.hpp"
#include "recording_health.hpp"
#include "sluice/app/config.hpp"
#include "sluice/io/loop_monitor.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/io/worker_pool.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/mux/libav_renderer.hpp"
#include "sluice/net/admin_handler.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/media_handler.hpp"
#include "sluice/net/rtmp_server.hpp"
#include "sluice/net/static_pages.hpp"
#include "sluice/store/recorder.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::app {

class Daemon {
 public:
  explicit Daemon(const Config& config);
  ~Daemon();

  // Runs until a drain is over. Returns the exit code.
  int run();

 private:
  bool open_listeners();
  void tell_listening(net::Listener listener);
  void recover();
  void on_recovered(store::Recovery found, const store::RecoveryProgress& progress);
  void begin_ingest();
  void await_signal();
  void on_signal(int number);
  void drain(std::string_view who);
  void tick();
  void follow_phase(bool changed, media::Arrival now);
  void watch_recorder(MonoTime now);
  void end();
  void fail(std::string_view what, const std::string& why);
  boost::asio::awaitable<std::string> list_sessions();
  void collect_metrics();

  Config config_;
  boost::asio::io_context context_{1};
  io::Metrics metrics_;
  io::LoopMonitor monitor_;
  std::unique_ptr<store::Housekeeper> housekeeper_;  // both null: record.enabled is false
  std::unique_ptr<store::Recorder> recorder_;
  RecordingHealth recording_health_;
  mux::LibavRenderer renderer_;
  live::Lifecycle lifecycle_;
  live::Hub hub_;
  std::unique_ptr<net::RtmpServer> rtmp_;
  net::StaticPages pages_;
  std::unique_ptr<ArchiveService> archive_;  // null: record.enabled is false
  std::unique_ptr<net::MediaHandler> media_handler_;
  std::unique_ptr<net::AdminHandler> admin_handler_;
  std::unique_ptr<net::HttpServer> http_;
  std::unique_ptr<net::HttpServer> admin_;
  std::vector<net::Listener> listeners_;  // those that were opened
  io::WorkerPool workers_;
  io::WorkerPool last_worker_;  // seals recordings at the end
  boost::asio::signal_set signals_;
  int signal_count_ = 0;
  store::RecoveryProgress recovery_progress_;
  MonoTime recovery_told_{};
  boost::asio::steady_timer timer_;
  std::uint64_t ticks_ = 0;
  std::uint64_t recorder_progress_ = 0;
  MonoTime recorder_moved_{};
  bool ending_ = false;
  int exit_code_ = 0;
};

}  // namespace sluice::app
