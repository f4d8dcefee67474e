// DiskQueue: the slow half of recording, syncs and seals, which must not hold up the writing.
//
// SyncThread is the real one: a thread of its own, in order, at most one waiting sync a file. Tests run the jobs at
// once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

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
  // Set by the queue: what was written may not be on the disk, and no later sync will tell. Write to a new file.
  std::atomic<bool> sync_failed = false;
  // A sync waits in the queue.
  std::atomic<bool> sync_queued = false;
};

struct DiskJob {
  enum class Kind {
    sync,     // fdatasync
    seal,     // the same, then the final name
    recover,  // seal what an earlier failure left behind
  };
  Kind kind{};
  std::shared_ptr<OpenFile> file;
};

class DiskQueue {
 public:
  virtual ~DiskQueue() = default;
  virtual void push(DiskJob job) = 0;
};

// Does one job and reports what came of it.
void perform(const DiskJob& job, FileSystem& file_system, RecorderStats& stats, const RecorderReport& report);

class SyncThread : public DiskQueue {
 public:
  SyncThread(FileSystem& file_system, RecorderStats& stats, RecorderReport report);
  ~SyncThread() override;

  void push(DiskJob job) override;
  // Does what is queued, then ends the thread.
  void stop();

 private:
  void run();

  FileSystem& file_system_;
  RecorderStats& stats_;
  RecorderReport report_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<DiskJob> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::store
