// What the recorder and recovery have to tell, and the numbers they keep for the metrics.
#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "sluice/base/ids.hpp"

namespace sluice::store {

struct RecorderEvent {
  enum class Kind {
    sealed,   // a file got its final name
    failed,   // `operation` failed with `error`; told once until the session is `resumed`, while it is tried again and
              // again. After "create", "write" and "sync" the session is not recorded; after "seal" and "recover" the
              // file keeps its open name until it can be sealed after all
    resumed,  // recording goes on; up to `entries` with `media_bytes` are missing before the file it goes on in
    shed,     // the disk was too slow: `entries` with `media_bytes` were dropped; told once it has caught up
    recovered,  // a file that could not be finished before was sealed after all
  };
  Kind kind{};
  StreamName stream;
  SessionId session;
  std::filesystem::path path;
  std::string_view operation;  // "create", "write", "sync", "seal", "recover"
  boost::system::error_code error;
  std::uint64_t entries = 0;
  std::uint64_t media_bytes = 0;
};

// Called on the recorder's threads, one call at a time. Must not block.
using RecorderReport = std::function<void(const RecorderEvent&)>;

// Written by the recorder's threads, read by any.
struct RecorderStats {
  std::atomic<std::uint64_t> bytes_written = 0;
  std::atomic<std::uint64_t> entries_written = 0;
  std::atomic<std::uint64_t> writes = 0;
  std::atomic<std::uint64_t> write_micros = 0;  // summed up over all writes
  std::atomic<std::uint64_t> syncs = 0;
  std::atomic<std::uint64_t> sync_micros = 0;
  std::atomic<std::uint64_t> files_sealed = 0;
  std::atomic<std::uint64_t> errors = 0;
  std::atomic<std::uint64_t> entries_lost = 0;       // shed, or not written because of an error
  std::atomic<std::uint64_t> ticks_lost = 0;         // 90 kHz: the parts and segments among them
  std::atomic<std::uint64_t> queue_bytes = 0;        // waiting for the writer thread, or being written
  std::atomic<std::uint64_t> sessions_failing = 0;   // not being recorded now: recording is degraded unless zero
  std::atomic<std::uint64_t> sessions_shedding = 0;  // of these, because the disk is too slow
  std::atomic<std::uint64_t> files_unfinished = 0;   // could not be sealed, and are tried again
  std::atomic<std::uint64_t> files_failing = 0;      // of these, only of late
  // What failed last, errno and the operation's name (a literal).
  std::atomic<int> last_error = 0;
  std::atomic<const char*> last_operation = "";
  // Since when the write, or the sync, seal or recovery, that is under way has been; microseconds of MonoTime, 0: none.
  std::atomic<std::int64_t> write_since = 0;
  std::atomic<std::int64_t> sync_since = 0;
};

}  // namespace sluice::store
