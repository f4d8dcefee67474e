#include "common/loop.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/process.hpp"

namespace sluice::bench {
namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, Pollable* pollable) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = pollable;
  epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Loop::Loop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  control(epoll_, EPOLL_CTL_ADD, timer_, EPOLLIN, nullptr);
}

Loop::~Loop() {
  close(timer_);
  close(epoll_);
}

void Loop::add(int fd, std::uint32_t events, Pollable* pollable) {
  control(epoll_, EPOLL_CTL_ADD, fd, events, pollable);
}

void Loop::change(int fd, std::uint32_t events, Pollable* pollable) {
  control(epoll_, EPOLL_CTL_MOD, fd, events, pollable);
}

void Loop::remove(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Loop::call_at(std::int64_t when, Pollable* pollable) {
  deadlines_.push({when, ++pollable->timer_generation_, pollable});
}

void Loop::cancel(Pollable* pollable) { ++pollable->timer_generation_; }

void Loop::run(std::int64_t until) {
  while (!stopped_ && !interrupted()) {
    const auto now = now_us();
    if (now >= until) return;
    call_due(now);
    if (stopped_) return;
    arm(deadlines_.empty() ? until : std::min(until, deadlines_.top().when));
    wait();
  }
}

void Loop::call_due(std::int64_t now) {
  while (!deadlines_.empty() && deadlines_.top().when <= now && !stopped_) {
    const Deadline due = deadlines_.top();
    deadlines_.pop();
    if (due.generation == due.pollable->timer_generation_) due.pollable->on_timer(now);
  }
}

void Loop::arm(std::int64_t when) {
  if (when == armed_) return;
  armed_ = when;
  // All zero would disarm it.
  when = std::max<std::int64_t>(when, 1);
  itimerspec setting{};
  setting.it_value.tv_sec = when / 1'000'000;
  setting.it_value.tv_nsec = when % 1'000'000 * 1000;
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &setting, nullptr);
}

void Loop::wait() {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
  if (count < 0 && errno != EINTR) die("epoll_wait failed");
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (auto* pollable = static_cast<Pollable*>(event.data.ptr)) {
      pollable->on_event(event.events);
      continue;
    }
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto got = read(timer_, &expirations, sizeof expirations);
    armed_ = 0;
  }
}

}  // namespace sluice::bench
