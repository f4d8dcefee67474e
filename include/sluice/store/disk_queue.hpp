// DiskQueue: the slow half of recording, syncs and seals, which must not hold up the writing.
//
// DiskWork does the jobs, and keeps those that failed for later. SyncThread gives it a thread of its own, in order, at
// most one waiting sync a file; tests run the jobs when they like.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/store/file_system.hpp"
#include "sluice/store/recorder_event.hpp"

namespace sluice::store {

// A recording file that is being written, shared by the writer and the queue.
struct OpenFile {
  OpenFile(StreamName stream_name, SessionId session_id, std::filesystem::path open_path)
      : stream(std::move(stream_name)), session(std::move(session_id)), path(std::move(open_path)) {}

  StreamName stream;
  SessionId session;
  std::filesystem::path path;
  std::filesystem::path final_path;
  std::unique_ptr<File> file;
  // The writer's: what the file holds by now. Read by the queue when it seals.
  std::atomic<std::uint64_t> bytes = 0;
  std::uint64_t entries = 0;
  Ticks90k span{};
  // Failures of its syncs are no news: the one of the file before was told.
  bool quiet = false;
  // Set by the queue: so many bytes are durable.
  std::atomic<std::uint64_t> synced = 0;
  // Set by the queue: what was written may not be on the disk, and no later sync will tell. Write to a new file.
  std::atomic<bool> sync_failed = false;
  // Set by the queue with it: the file is gone, with all that was in it.
  std::atomic<bool> gone = false;
  // A sync waits in the queue.
  std::atomic<bool> sync_queued = false;
};

struct DiskJob {
  enum class Kind {
    sync,     // fdatasync
    seal,     // the same, then the final name
    recover,  // seal what a failure left behind: later, and again until it works
  };
  Kind kind{};
  std::shared_ptr<OpenFile> file;
};

class DiskQueue {
 public:
  virtual ~DiskQueue() = default;
  virtual void push(DiskJob job) = 0;
  // Seals that have not been done. Whoever makes more waits while there are many: each is an open file.
  virtual std::size_t seals_waiting() const { return 0; }
};

// One thread, or one at a time.
class DiskWork {
 public:
  DiskWork(FileSystem& file_system, RecorderStats& stats, RecorderReport report)
      : file_system_(file_system), stats_(stats), report_(std::move(report)) {}

  // Does a job and reports what came of it. What cannot be sealed now is unfinished.
  void run(const DiskJob& job, MonoTime now);
  bool has_unfinished() const { return !unfinished_.empty(); }
  // Tries one unfinished file that is due. True when it is done with: another may be tried.
  bool retry(MonoTime now);
  // Tries each, due or not.
  void retry_all(MonoTime now);

 private:
  struct Unfinished {
    std::shared_ptr<OpenFile> file;
    MonoTime since;
    MonoTime next;
    bool told;
  };
  error_code timed_sync(OpenFile& file);
  void sync(OpenFile& file);
  void seal(const std::shared_ptr<OpenFile>& file, MonoTime now);
  void keep(const std::shared_ptr<OpenFile>& file, MonoTime now);
  bool recover(Unfinished& unfinished, MonoTime now);
  void fail(OpenFile& file, const char* operation, error_code error, bool told);
  void count_unfinished(MonoTime now);

  FileSystem& file_system_;
  RecorderStats& stats_;
  RecorderReport report_;
  std::deque<Unfinished> unfinished_;
};

class SyncThread : public DiskQueue {
 public:
  SyncThread(FileSystem& file_system, RecorderStats& stats, RecorderReport report);
  ~SyncThread() override;

  void push(DiskJob job) override;
  std::size_t seals_waiting() const override { return seals_waiting_; }
  // Does what is queued, then ends the thread.
  void stop();

 private:
  void run();

  DiskWork work_;  // the thread's
  std::atomic<std::size_t> seals_waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<DiskJob> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::store
