// ReadPacer: one clock tick for all publishing sockets.
//
// A publisher sends a packet or two at a time, some seventy times a second; waking for each costs more than handling
// them. So while a session publishes, its socket is out of the reactor, and all such sockets are read at each tick,
// until a short read. A few publishers are read more often than many: half a tick is what it adds to the delay. A
// session that could read more asks for another turn at once, and gets it after everybody else had theirs. While nobody
// publishes the pacer sleeps.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <vector>

namespace sluice::net {

class Paced {
 public:
  virtual ~Paced() = default;
  // Reads what is there. True when it stopped for fairness and there may be more.
  virtual bool on_turn() = 0;
};

class ReadPacer {
 public:
  // `hold_back`, if there is one, says whether further turns are to wait for the next tick. Ticks are short meanwhile,
  // so that a session which reads 256 KiB in a turn gets 200 Mb/s: nobody in real time is held back.
  explicit ReadPacer(boost::asio::any_io_executor executor, std::function<bool()> hold_back = {});

  // `paced` gets a turn at each tick until it is removed; it may remove itself in its turn.
  void add(Paced& paced);
  void remove(Paced& paced);

 private:
  std::chrono::milliseconds tick() const;
  void arm();
  void turn(bool tick);

  boost::asio::steady_timer timer_;
  std::function<bool()> hold_back_;
  std::vector<Paced*> all_;
  std::vector<Paced*> eager_;
  bool armed_ = false;
  bool again_posted_ = false;
};

}  // namespace sluice::net
