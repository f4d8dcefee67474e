// What a process does with the recordings it finds at its start: seal what a crash left open, and learn where each
// stream's numbers go on. docs/recording-format.md, "What a crash leaves behind". Blocks; runs on a worker.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "sluice/live/restore.hpp"
#include "sluice/record/record.hpp"
#include "sluice/store/file_system.hpp"

namespace sluice::store {

// What became of a file that was left open.
struct SealedLeftover {
  enum class Outcome {
    sealed,      // it has its final name
    removed,     // it was empty
    in_use,      // another process is writing it
    unreadable,  // nothing in it can be read: left as it is
    failed,      // `error`: the recorder tries again later
  };
  std::filesystem::path path;  // as it was called
  Outcome outcome{};
  error_code error;
  std::uint64_t size = 0;           // before
  std::uint64_t bytes_cut_off = 0;  // the torn tail
  std::uint64_t bytes_damaged = 0;  // before the tail; they stay in the file
};

// Seals one file called ….slog.open.
SealedLeftover seal_leftover(const std::filesystem::path& path);

// Where a stream's numbers stood at its newest recording.
struct StreamTail {
  StreamName stream;
  SessionId session;
  SessionId epoch;
  record::Numbering numbering;  // last_msn, last_period, last_time, target_duration
  WallTime last_wall;           // UTC of numbering.last_time, or of the session's end
  bool ended = false;           // in an orderly way
  bool final = false;           // and the playlist with it
  // What its live playlist is put back from; empty when its publisher cannot return.
  std::vector<live::RecordedSession> window = {};
};

struct Recovery {
  std::vector<StreamTail> tails;  // one a stream that has any numbers
  std::vector<SealedLeftover> leftovers;
  std::vector<std::filesystem::path> unreadable;  // sealed files that would have been the newest, and directories
};

struct RecoveryProgress {
  std::size_t streams_done = 0;
  std::size_t streams_total = 0;
  // Those that were live when the process before ended come first: none of them is left.
  bool recent_done = false;
};

struct RecoveryOptions {
  std::filesystem::path directory;
  WallTime now;
  // A stream whose media ended within it can be resumed: its tail has the last `window` of it.
  Micros resume_window{};
  Micros window{};
};

// Called for each stream with what was found, and once before the first.
using RecoveryStep = std::function<void(Recovery found, const RecoveryProgress&)>;

// A directory that does not exist is empty. Reads files that were left open whole, the ends of each stream's newest
// sealed one, and the windows of streams that can be resumed; so it takes no longer for longer recordings. Names of
// files are all it reads of the others.
void recover(const RecoveryOptions& options, const RecoveryStep& step);

}  // namespace sluice::store
