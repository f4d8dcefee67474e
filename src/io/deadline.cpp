#include "sluice/io/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include "sluice/io/clock.hpp"

namespace sluice::io {

// The pending wait shares it, so that a wait that completes after the Deadline is gone finds it still there.
struct Deadline::State : std::enable_shared_from_this<State> {
  State(const boost::asio::any_io_executor& executor, std::function<void()> handler)
      : timer(executor), on_expiry(std::move(handler)) {}

  void wait(MonoTime until) {
    waiting_until = until;
    timer.expires_at(to_steady(until));
    timer.async_wait([self = shared_from_this(), until](const boost::system::error_code& error) {
      // A wait that was replaced by an earlier one completes too; only the newest one counts.
      if (!error && until == self->waiting_until) self->on_timer();
    });
  }

  void on_timer() {
    waiting_until = MonoTime::max();
    if (when == MonoTime::max()) return;
    if (mono_now() < when) {
      wait(when);
      return;
    }
    when = MonoTime::max();
    on_expiry();
  }

  boost::asio::steady_timer timer;
  std::function<void()> on_expiry;
  MonoTime when = MonoTime::max();           // max: not set
  MonoTime waiting_until = MonoTime::max();  // max: the timer is idle
};

Deadline::Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

Deadline::~Deadline() {
  state_->when = MonoTime::max();
  state_->timer.cancel();
}

void Deadline::set(MonoTime when) {
  state_->when = when;
  if (when < state_->waiting_until) state_->wait(when);
}

void Deadline::clear() { state_->when = MonoTime::max(); }

}  // namespace sluice::io
