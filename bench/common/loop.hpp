// epoll and one timerfd over a heap of deadlines: what lets one thread play thousands of clients.
#pragma once

#include <cstdint>
#include <queue>

namespace sluice::bench {

/// Something the loop calls: the owner of a socket, with at most one live timer.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_event(std::uint32_t events) = 0;
  virtual void on_timer(std::int64_t now) = 0;

 private:
  friend class Loop;
  std::uint64_t timer_generation_ = 0;
};

/// Single-threaded. Pollables must outlive run().
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(int fd, std::uint32_t events, Pollable* pollable);
  void change(int fd, std::uint32_t events, Pollable* pollable);
  void remove(int fd);

  /// Sets the pollable's only timer; an earlier one is cancelled.
  void call_at(std::int64_t when, Pollable* pollable);
  void cancel(Pollable* pollable);

  /// Runs until stop(), the given time, or a signal (stop_on_signals).
  void run(std::int64_t until);
  void stop() { stopped_ = true; }

 private:
  struct Deadline {
    std::int64_t when;
    std::uint64_t generation;
    Pollable* pollable;
    bool operator<(const Deadline& other) const { return when > other.when; }
  };
  void call_due(std::int64_t now);
  void arm(std::int64_t when);
  void wait();

  int epoll_;
  int timer_;
  std::int64_t armed_ = 0;
  bool stopped_ = false;
  std::priority_queue<Deadline> deadlines_;
};

}  // namespace sluice::bench
