// WorkerPool: a few threads for what may not run on the loop: files, rendering from disk, name look-ups.
//
// The work runs on a worker and must not touch what the loop owns; what it returns is handed to `done` on the loop.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::io {

class WorkerPool {
 public:
  // `pending_max`: jobs that may wait or run at once.
  WorkerPool(boost::asio::any_io_executor loop, std::size_t threads, std::size_t pending_max);
  // Waits for the jobs that run; those that wait are dropped, and no `done` is called any more.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work()` on a worker, then `done(result)` on the loop; work returns something, std::monostate if need be.
  // False, and neither is called, when pending_max jobs are pending. Neither may throw. Loop thread only.
  template <class Work, class Done>
  bool run(Work work, Done done) {
    if (pending() >= pending_max_) return false;
    ++state_->pending;
    boost::asio::post(threads_,
                      [state = state_, loop = loop_, work = std::move(work), done = std::move(done)]() mutable {
                        const std::size_t slot = state->begin();
                        auto result = work();
                        state->end(slot);
                        boost::asio::post(loop, [state, result = std::move(result), done = std::move(done)]() mutable {
                          if (!state->stopped) done(std::move(result));
                        });
                      });
    return true;
  }

  std::size_t pending() const { return state_->pending; }
  // Since when the job that has run longest is running; none when all workers are idle. Any thread.
  std::optional<MonoTime> oldest_start() const { return state_->oldest_start(); }

 private:
  struct State {
    explicit State(std::size_t threads) : starts(threads) {}
    std::size_t begin();
    void end(std::size_t slot);
    std::optional<MonoTime> oldest_start() const;

    std::atomic<std::size_t> pending = 0;
    std::atomic<bool> stopped = false;
    std::vector<std::atomic<std::int64_t>> starts;  // one a running job, in microseconds of MonoTime; 0: free
  };

  boost::asio::any_io_executor loop_;
  std::size_t pending_max_;
  std::shared_ptr<State> state_;
  boost::asio::thread_pool threads_;
};

}  // namespace sluice::io
