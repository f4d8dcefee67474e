#include "sluice/store/housekeeper.hpp"

#include <utility>

#include "sluice/io/clock.hpp"

namespace sluice::store {
namespace {

// While nothing is wrong, one look in so many tries to write.
constexpr std::uint64_t kWriteEvery = 10;

}  // namespace

Housekeeper::Housekeeper(HousekeeperOptions options, RetentionReport report, FileSystem& files)
    : options_(std::move(options)), files_(files), free_space_(options_.min_free_bytes) {
  if (options_.retention) retention_.emplace(*options_.retention, std::move(report));
  state_.moved_at = io::mono_now();
  thread_ = std::thread([this] { run(); });
}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

DiskState Housekeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Housekeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    if (retention_) retention_->round(io::mono_now(), io::wall_now());
    lock.lock();
    state_.moved_at = io::mono_now();
    wake_.wait_for(lock, options_.interval, [this] { return stopping_; });
  }
}

void Housekeeper::look() {
  DiskState next;
  // state_ is written by this thread only.
  next.look = look_at_disk(options_.directory, files_, looks_++ % kWriteEvery == 0 || state_.look.error);
  // A disk that cannot be asked has room for all we know.
  const bool asked = next.look.error != error_code() && next.look.free_bytes == 0;
  next.room = asked ? room_.load() : free_space_.update(next.look.free_bytes);
  next.enough_again = free_space_.enough_again();
  next.moved_at = io::mono_now();
  room_ = next.room;
  const std::lock_guard lock(mutex_);
  state_ = next;
}

}  // namespace sluice::store
