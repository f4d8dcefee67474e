#include "sluice/io/worker_pool.hpp"

#include <algorithm>

#include "sluice/io/clock.hpp"

namespace sluice::io {

WorkerPool::WorkerPool(boost::asio::any_io_executor loop, std::size_t threads, std::size_t pending_max)
    : loop_(std::move(loop)), pending_max_(pending_max), state_(std::make_shared<State>(threads)), threads_(threads) {}

WorkerPool::~WorkerPool() {
  state_->stopped = true;
  threads_.stop();
  threads_.join();
}

std::size_t WorkerPool::State::begin() {
  const std::int64_t now = std::max<std::int64_t>(mono_now().time_since_epoch().count(), 1);
  // There are as many slots as threads, so one is free; others may move while we look for it.
  for (std::size_t slot = 0;; slot = (slot + 1) % starts.size()) {
    std::int64_t free = 0;
    if (starts[slot].compare_exchange_strong(free, now)) return slot;
  }
}

void WorkerPool::State::end(std::size_t slot) {
  starts[slot] = 0;
  --pending;
}

std::optional<MonoTime> WorkerPool::State::oldest_start() const {
  std::optional<MonoTime> oldest;
  for (const std::atomic<std::int64_t>& start : starts) {
    const std::int64_t micros = start;
    if (micros != 0 && (!oldest || MonoTime(Micros(micros)) < *oldest)) oldest = MonoTime(Micros(micros));
  }
  return oldest;
}

}  // namespace sluice::io
