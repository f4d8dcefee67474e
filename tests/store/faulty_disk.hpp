// A directory of its own for each test, and a file system over it that notes what is done and fails when told to.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "record/sample.hpp"
#include "sluice/store/disk_queue.hpp"
#include "sluice/store/file_system.hpp"

namespace sluice::store {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    // In memory where there is such a place: the tests sync thousands of files.
    const fs::path memory = "/dev/shm";
    std::string pattern = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "sluice-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

  // Names of all files below, sorted.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), path_).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  fs::path path_;
};

inline Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const fs::path& path, ByteView bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class FaultyDisk : public FileSystem {
 public:
  // Until they are taken back.
  void fail(const std::string& operation) {
    change([&] { failing_.insert(operation); });
  }
  void heal() {
    change([&] { failing_.clear(); });
  }
  // What failing operations return from now on; "no space left" otherwise.
  void fail_with(int error) {
    change([&] { error_ = error; });
  }
  // Syncs do not return until heal_hang().
  void hang() {
    change([&] { hung_ = true; });
  }
  void heal_hang() {
    change([&] { hung_ = false; });
  }
  // Writes wait until heal_slowness().
  void be_slow() {
    change([&] { slow_ = true; });
  }
  void heal_slowness() {
    change([&] { slow_ = false; });
  }

  // Waits until a write has begun, or has come back.
  void await_write_begun() {
    await([this] { return writes_begun_ > 0; });
  }
  void await_write_done() {
    await([this] { return writes_done_ > 0; });
  }

  std::vector<std::string> log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  boost::system::result<std::unique_ptr<File>> create(const fs::path& path, const fs::path& final_path) override {
    if (note("create")) return failure();
    auto file = posix_file_system().create(path, final_path);
    if (!file) return file.error();
    return std::make_unique<FaultyFile>(*this, std::move(*file), path);
  }
  error_code publish(const fs::path& path, const fs::path& final_path) override {
    if (note("publish")) return failure();
    return posix_file_system().publish(path, final_path);
  }
  error_code remove(const fs::path& path) override { return posix_file_system().remove(path); }
  error_code make_directories(const fs::path& path) override {
    return note("make") ? failure() : posix_file_system().make_directories(path);
  }
  boost::system::result<Recovered> recover(const fs::path& path, std::optional<std::uint64_t> unsynced_from) override {
    if (note("recover")) return failure();
    return posix_file_system().recover(path, unsynced_from);
  }

 private:
  class FaultyFile : public File {
   public:
    FaultyFile(FaultyDisk& disk, std::unique_ptr<File> file, fs::path path)
        : disk_(disk), file_(std::move(file)), path_(std::move(path)) {}
    error_code write(std::span<const ByteView> pieces) override {
      disk_.begin_write();
      if (disk_.note("write")) {
        // A full disk takes the first bytes.
        const ByteView some = pieces.front().first(pieces.front().size() / 2);
        std::ofstream(path_, std::ios::app | std::ios::binary) << as_text(some);
        return disk_.failure();
      }
      const error_code error = file_->write(pieces);
      disk_.change([this] { ++disk_.writes_done_; });
      return error;
    }
    error_code undo_write() override { return disk_.note("undo") ? disk_.failure() : file_->undo_write(); }
    error_code sync() override {
      disk_.await([this] { return !disk_.hung_; });
      return disk_.note("sync") ? disk_.failure() : file_->sync();
    }

   private:
    FaultyDisk& disk_;
    std::unique_ptr<File> file_;
    fs::path path_;
  };

  template <class Change>
  void change(Change what) {
    {
      const std::lock_guard lock(mutex_);
      what();
    }
    changed_.notify_all();
  }
  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }
  error_code failure() {
    const std::lock_guard lock(mutex_);
    return {error_, boost::system::system_category()};
  }
  bool note(const std::string& operation) {
    const std::lock_guard lock(mutex_);
    log_.push_back(operation);
    return failing_.contains(operation);
  }
  void begin_write() {
    change([this] { ++writes_begun_; });
    await([this] { return !slow_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> failing_;
  std::vector<std::string> log_;
  int error_ = ENOSPC;
  bool slow_ = false;
  bool hung_ = false;
  int writes_begun_ = 0;
  int writes_done_ = 0;
};

// Does each job at once.
class ImmediateQueue : public DiskQueue {
 public:
  ImmediateQueue(FileSystem& files, RecorderStats& stats, RecorderReport report)
      : work_(files, stats, std::move(report)) {}
  void push(DiskJob job) override { work_.run(job, MonoTime()); }
  std::size_t seals_waiting() const override { return seals_waiting_; }

  void retry(MonoTime now) {
    while (work_.retry(now)) {
    }
  }
  bool retry_one(MonoTime now) { return work_.retry(now); }
  void claim_seals_waiting(std::size_t count) { seals_waiting_ = count; }

 private:
  DiskWork work_;
  std::size_t seals_waiting_ = 0;
};

inline std::string text_of(const RecorderEvent& event) {
  switch (event.kind) {
    case RecorderEvent::Kind::sealed:
      return "sealed " + event.path.filename().string();
    case RecorderEvent::Kind::failed:
      return "failed to " + std::string(event.operation);
    case RecorderEvent::Kind::resumed:
      return "resumed, lost " + std::to_string(event.entries);
    case RecorderEvent::Kind::shed:
      return "shed " + std::to_string(event.entries);
    case RecorderEvent::Kind::recovered:
      return "recovered " + event.path.filename().string();
  }
  return {};
}

}  // namespace sluice::store
