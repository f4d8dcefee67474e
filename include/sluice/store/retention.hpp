// Retention: removes the oldest recordings, by age and by the sum of their sizes.
//
// Never one that is being written, that a playlist may still name, or that somebody has marked as in use with a shared
// flock (`flock --shared FILE COMMAND`). Whoever has a file open goes on reading it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::store {

struct RetentionOptions {
  std::filesystem::path directory;
  Micros age{0};                  // sealed files older than this are removed; 0: none
  std::uint64_t max_size = 0;     // so many bytes may sealed files have together; 0: no limit
  Micros protected_span{0};       // nothing goes whose media, or whose sealing, ended less than so long ago
  Micros interval = Seconds(30);  // between one look at everything and the next
  // What one round does at most, so that none takes long.
  std::size_t names_a_round = 4096;
  std::size_t removals_a_round = 16;
};

struct RetentionEvent {
  enum class Kind {
    removed,        // `path`, `bytes` long, because of its age or of max_size: `reason`
    failed,         // it could not be removed: `error`
    blocked,        // max_size is exceeded by `bytes`, and all that is left must not be removed; told once
    clock_stepped,  // the clock was set by `step`: nothing is removed for its age until it has been steady for a while
  };
  Kind kind{};
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string_view reason;  // "age", "size"
  std::string error;
  Micros step{};
};
// Called from round(). Must not block.
using RetentionReport = std::function<void(const RetentionEvent&)>;

// Read by any thread.
struct RetentionStats {
  std::atomic<std::uint64_t> removed_by_age = 0;  // files
  std::atomic<std::uint64_t> removed_by_size = 0;
  std::atomic<std::uint64_t> removed_bytes = 0;
  std::atomic<std::uint64_t> stored_files = 0;  // sealed, as far as they are known
  std::atomic<std::uint64_t> stored_bytes = 0;
  std::atomic<std::uint64_t> excess_bytes = 0;  // above max_size, and not to be removed
};

class Retention {
 public:
  Retention(RetentionOptions options, RetentionReport report);

  // A bounded piece of the work: goes on with looking what there is, then with removing. One thread at a time.
  void round(MonoTime mono, WallTime now);
  const RetentionStats& stats() const { return stats_; }

 private:
  struct File {
    std::string name;
    WallTime ended;
    std::uint64_t size;
  };
  // What is known of a stream's directory. Sealed files do not change, so only new names are looked at.
  struct Directory {
    std::int64_t changed = 0;  // its modification time, in nanoseconds, when it was listed
    WallTime listed_at;
    std::vector<File> files;  // by name
    bool seen = false;
  };
  using Directories = std::map<std::filesystem::path, Directory>;
  struct Candidate {
    WallTime ended;
    std::filesystem::path path;
    std::uint64_t size;
  };
  enum class State { idle, looking, removing };
  enum class Outcome { removed, gone, kept };

  void watch_clock(MonoTime mono, WallTime now);
  void begin_pass(MonoTime mono);
  bool look(WallTime now);
  bool is_unchanged(const std::filesystem::path& path, const Directory& directory, WallTime now) const;
  void begin_listing(const std::filesystem::path& path, WallTime now);
  bool list_some(std::size_t& budget);
  void end_pass(WallTime now);
  void find_candidates(WallTime now);
  bool remove_some(WallTime now);
  Outcome remove(const Candidate& candidate, std::string_view reason, WallTime now);
  void end_removing(MonoTime mono);
  bool expired(WallTime ended, WallTime now) const {
    return options_.age > Micros(0) && !clock_doubted_until_ && ended < now - options_.age;
  }
  bool is_protected(WallTime ended, WallTime now) const { return ended > now - options_.protected_span; }
  std::uint64_t excess() const;

  const RetentionOptions options_;
  RetentionReport report_;
  RetentionStats stats_;
  std::optional<Micros> clock_ahead_;  // of the monotonic one, in the last round
  std::optional<MonoTime> clock_doubted_until_;
  State state_ = State::idle;
  std::optional<MonoTime> next_pass_;
  Directories directories_;
  std::vector<std::filesystem::path> to_look_at_;
  // The directory that is being listed.
  std::optional<std::filesystem::directory_iterator> listing_;
  Directories::iterator listed_;
  std::vector<File> found_;
  std::uint64_t total_ = 0;
  std::vector<Candidate> candidates_;  // the oldest last
  bool more_candidates_ = false;
  std::size_t candidates_factor_ = 1;
  std::size_t removed_in_pass_ = 0;
  bool told_blocked_ = false;
};

}  // namespace sluice::store
