#include "sluice/net/read_pacer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace sluice::net {

ReadPacer::ReadPacer(boost::asio::any_io_executor executor, std::function<bool()> hold_back)
    : timer_(executor), hold_back_(std::move(hold_back)) {}

std::chrono::milliseconds ReadPacer::tick() const {
  using std::chrono::milliseconds;
  if (all_.size() < 4 || (hold_back_ && hold_back_())) return milliseconds(10);
  return all_.size() < 64 ? milliseconds(20) : milliseconds(40);
}

void ReadPacer::add(Paced& paced) {
  all_.push_back(&paced);
  if (!armed_) {
    timer_.expires_after(tick());
    arm();
  }
}

void ReadPacer::remove(Paced& paced) {
  // Only blanked here: a turn may be walking the list.
  std::replace(all_.begin(), all_.end(), &paced, static_cast<Paced*>(nullptr));
  std::replace(eager_.begin(), eager_.end(), &paced, static_cast<Paced*>(nullptr));
}

void ReadPacer::arm() {
  armed_ = true;
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    armed_ = false;
    turn(true);
    if (all_.empty()) return;
    // Ticks keep their rhythm, but a late loop does not catch up on those it missed.
    const auto now = std::chrono::steady_clock::now();
    timer_.expires_at(std::max(timer_.expiry() + tick(), now));
    arm();
  });
}

void ReadPacer::turn(bool tick) {
  std::vector<Paced*> walked;
  if (!tick) walked = std::exchange(eager_, {});
  // By index, since a turn may add sessions behind; those get theirs at the next tick.
  const std::size_t count = tick ? all_.size() : walked.size();
  if (tick) eager_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    Paced* paced = tick ? all_[i] : walked[i];
    const bool still_there = paced != nullptr && (tick || std::find(all_.begin(), all_.end(), paced) != all_.end());
    if (still_there && paced->on_turn() && std::find(all_.begin(), all_.end(), paced) != all_.end()) {
      eager_.push_back(paced);
    }
  }
  if (tick) std::erase(all_, nullptr);
  if (!eager_.empty() && !again_posted_ && !(hold_back_ && hold_back_())) {
    again_posted_ = true;
    boost::asio::post(timer_.get_executor(), [this] {
      again_posted_ = false;
      turn(false);
    });
  }
}

}  // namespace sluice::net
