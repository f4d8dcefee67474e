// FileSystem: the few things the recorder asks of a disk, so that tests can make it slow, full or broken.
//
// Functions block. A File belongs to one writer; sync() may run on another thread at the same time as write().
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "sluice/base/bytes.hpp"
#include "sluice/store/system_calls.hpp"

namespace sluice::store {

class File {
 public:
  virtual ~File() = default;
  // Appends all pieces, in order. After an error some of the bytes may be in the file.
  virtual error_code write(std::span<const ByteView> pieces) = 0;
  // Cuts the file back to what it was before a write that failed, so that it can be tried again.
  virtual error_code undo_write() = 0;
  // A hint that sync() will be called soon: lets the disk begin. Doing so for all files first makes their syncs share
  // one journal commit, which halves what they cost together.
  virtual void prepare_sync() {}
  // What was written before, and the file's name, survive a power cut when this has succeeded. Fails with ENOENT when
  // the file's name no longer leads to it: somebody has removed it, or its directory.
  virtual error_code sync() = 0;
};

// `nothing`: there is nothing to seal, as the file is gone, empty or unreadable.
enum class Recovered { sealed, nothing };

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // A new file, with the directories it needs, locked against recovery by another process until it is destroyed. Fails
  // when the file exists, or another does under the name it will get: `final_path`.
  virtual boost::system::result<std::unique_ptr<File>> create(const std::filesystem::path& path,
                                                              const std::filesystem::path& final_path) = 0;
  // Gives a synced file its final name and syncs the directory. Never replaces a file.
  virtual error_code publish(const std::filesystem::path& path, const std::filesystem::path& final_path) = 0;
  virtual error_code remove(const std::filesystem::path& path) = 0;
  // Makes a directory, and those above it, where they are missing. They are durable with the next file that is synced.
  virtual error_code make_directories(const std::filesystem::path& path) = 0;
  // Seals a closed file that a failure left open. What a failed sync may have lost of it, its bytes from
  // `unsynced_from` on, is written anew first.
  virtual boost::system::result<Recovered> recover(const std::filesystem::path& path,
                                                   std::optional<std::uint64_t> unsynced_from) = 0;
};

// The order of system calls that makes recordings durable.
class RecordingFiles : public FileSystem {
 public:
  // `calls` must outlive it.
  explicit RecordingFiles(SystemCalls& calls) : calls_(calls) {}
  boost::system::result<std::unique_ptr<File>> create(const std::filesystem::path& path,
                                                      const std::filesystem::path& final_path) override;
  error_code publish(const std::filesystem::path& path, const std::filesystem::path& final_path) override;
  error_code remove(const std::filesystem::path& path) override { return calls_.remove(path); }
  boost::system::result<Recovered> recover(const std::filesystem::path& path,
                                           std::optional<std::uint64_t> unsynced_from) override;

  error_code make_directories(const std::filesystem::path& path) override;

 private:
  class OneFile;
  error_code sync_changed();

  SystemCalls& calls_;
  std::mutex mutex_;
  // Directories that got a new one in them and are not synced, each with a number of its change. Every file's sync
  // takes care of all: its own name is worth nothing while one above it can vanish.
  std::map<std::filesystem::path, std::uint64_t> changed_;
  std::uint64_t changes_ = 0;
};

// The real one.
FileSystem& posix_file_system();

// An owned file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

// What errno says.
error_code last_error();
// Writes all pieces to a descriptor, in as few calls as it can.
error_code write_all(int fd, std::span<const ByteView> pieces);
error_code sync_directory(const std::filesystem::path& directory);

}  // namespace sluice::store
