// Deadline: one moment at which something must have happened, moved often and cheaply.
//
// Moving it later only stores a number; the timer behind it looks again when it fires. So a connection can push its
// deadline at every read without touching the timer queue. One thread: that of the executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "sluice/base/time.hpp"

namespace sluice::io {

class Deadline {
 public:
  // `on_expiry` is called from the executor, never from within set(), and no more once the Deadline is destroyed.
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Takes the place of the moment set before. After it expired, nothing happens until it is set again.
  void set(MonoTime when);
  void clear();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::io
