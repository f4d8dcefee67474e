// Housekeeper: looks after the recordings' disk once a second, on a thread of its own because any of it may take long:
// whether recordings can be written, whether there is room for them, and which of them are to be removed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "sluice/base/time.hpp"
#include "sluice/store/disk_look.hpp"
#include "sluice/store/retention.hpp"

namespace sluice::store {

struct HousekeeperOptions {
  std::filesystem::path directory;
  std::uint64_t min_free_bytes = 0;  // below it recording stops; 0: never
  Millis interval{1000};
  std::optional<RetentionOptions> retention;  // none: nothing is removed
};

// What the last look came to.
struct DiskState {
  DiskLook look;
  bool room = true;
  std::uint64_t enough_again = 0;  // so many bytes must be free for there to be room again
  MonoTime moved_at;               // when the housekeeper was last seen to get on
};

class Housekeeper {
 public:
  Housekeeper(HousekeeperOptions options, RetentionReport report, FileSystem& files = posix_file_system());
  // Waits for what is under way.
  ~Housekeeper();

  // Any thread.
  bool has_room() const { return room_; }
  DiskState state() const;
  // Null: nothing is removed.
  const RetentionStats* retention() const { return retention_ ? &retention_->stats() : nullptr; }

 private:
  void run();
  void look();

  const HousekeeperOptions options_;
  FileSystem& files_;
  FreeSpace free_space_;
  std::optional<Retention> retention_;
  std::uint64_t looks_ = 0;
  std::atomic<bool> room_ = true;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  DiskState state_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::store
