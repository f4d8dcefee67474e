// LoopMonitor: how late the loop is, and whether it moves at all.
//
// Ten times a second it asks the loop for a call at a known moment; what it is late by is what every packet and request
// waits at that time.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "sluice/base/time.hpp"
#include "sluice/io/histogram.hpp"

namespace sluice::io {

class LoopMonitor {
 public:
  static constexpr Millis kInterval{100};

  explicit LoopMonitor(const boost::asio::any_io_executor& loop);

  void start();
  void stop();

  // Seconds. Loop thread only.
  const Histogram& lag() const { return lag_; }
  Micros last_lag() const { return last_lag_; }
  // When the loop was last seen to move. Any thread.
  MonoTime last_progress() const { return MonoTime(Micros(last_progress_.load(std::memory_order_relaxed))); }

 private:
  void wait();

  boost::asio::steady_timer timer_;
  MonoTime expected_;
  Histogram lag_;
  Micros last_lag_{};
  std::atomic<std::int64_t> last_progress_;
};

}  // namespace sluice::io
