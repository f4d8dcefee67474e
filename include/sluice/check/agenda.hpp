// Agenda: what a check still has to ask and to wait for, and what to do with each answer. No socket and no clock: a
// shell takes the requests, hands in the answers, and says when a timer is due.
//
// Redirects are followed here. Requests for media are let out a few at a time, because their bodies are large; the rest
// at once, for a held request must not hold up another.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "sluice/check/exchange.hpp"

namespace sluice::check {

class Agenda {
 public:
  using Then = std::function<void(const Answer&)>;

  static constexpr int kRedirectsMax = 5;
  static constexpr std::size_t kMediaAtOnce = 4;

  // `then` is called once, with whatever came of it.
  void ask(Request request, Then then);
  void ask_for_media(Request request, Then then);
  // `then` is called when the time has come.
  void at(MonoTime time, std::function<void()> then);
  MonoTime now() const { return now_; }
  // What has not come then is not waited for.
  void end_at(MonoTime time) { end_ = time; }
  bool is_overdue() const { return end_ && now_ >= *end_; }

  // Of the shell. Each call that hands something in says what time it is.
  std::vector<Request> take_requests(MonoTime now);
  void answer(std::uint64_t id, Answer answer, MonoTime now);
  void run_timers(MonoTime now);
  std::optional<MonoTime> next_timer() const;
  bool idle() const { return timers_.empty() && waiting_.empty() && out_.empty() && queue_.empty(); }

 private:
  struct Pending {
    Request request;
    Then then;
    bool media = false;
    int redirects = 0;
  };
  void add(Pending pending);

  MonoTime now_;
  std::uint64_t next_id_ = 1;
  std::deque<Pending> queue_;             // to be sent
  std::deque<Pending> waiting_;           // media, until others are done
  std::map<std::uint64_t, Pending> out_;  // sent
  std::size_t media_out_ = 0;             // in queue_ and out_
  std::multimap<MonoTime, std::function<void()>> timers_;
  std::optional<MonoTime> end_;
};

}  // namespace sluice::check
