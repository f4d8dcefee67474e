#include "sluice/io/loop_monitor.hpp"

#include "sluice/io/clock.hpp"

namespace sluice::io {

LoopMonitor::LoopMonitor(const boost::asio::any_io_executor& loop)
    : timer_(loop),
      lag_({0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}),
      last_progress_(mono_now().time_since_epoch().count()) {}

void LoopMonitor::start() {
  last_progress_ = mono_now().time_since_epoch().count();
  wait();
}

void LoopMonitor::stop() { timer_.cancel(); }

void LoopMonitor::wait() {
  expected_ = mono_now() + kInterval;
  timer_.expires_at(to_steady(expected_));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const MonoTime now = mono_now();
    last_lag_ = now - expected_;
    lag_.observe(std::chrono::duration<double>(last_lag_).count());
    last_progress_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    wait();
  });
}

}  // namespace sluice::io
