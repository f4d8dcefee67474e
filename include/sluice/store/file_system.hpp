// FileSystem: the few things the recorder asks of a disk, so that tests can make it slow, full or broken.
//
// Functions block. A File belongs to one writer; sync() may run on another thread at the same time as write().
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <filesystem>
#include <memory>
#include <span>

#include "sluice/base/bytes.hpp"

namespace sluice::store {

using boost::system::error_code;

class File {
 public:
  virtual ~File() = default;
  // Appends all pieces, in order. After an error some of the bytes may be in the file.
  virtual error_code write(std::span<const ByteView> pieces) = 0;
  // A hint that sync() will be called soon: lets the disk begin. Doing so for all files first makes their syncs share
  // one journal commit, which halves what they cost together.
  virtual void prepare_sync() {}
  // What was written before, and the file's name, survive a power cut when this has succeeded.
  virtual error_code sync() = 0;
};

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
