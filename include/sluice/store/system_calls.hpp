// SystemCalls: what the recorder's file system is made of, one call each, so that a test can keep the disk in memory
// and take its power away between any two of them.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <span>

#include "sluice/base/bytes.hpp"

namespace sluice::store {

using boost::system::error_code;

// Functions block. Any thread.
class SystemCalls {
 public:
  using Path = std::filesystem::path;

  virtual ~SystemCalls() = default;
  // No error: something is there. ENOENT: nothing is. Any other: nobody knows.
  virtual error_code look_up(const Path& path) = 0;
  bool exists(const Path& path) { return !look_up(path); }
  // Fails when it exists.
  virtual error_code make_directory(const Path& path) = 0;
  // A new file to append to, under an exclusive lock until it is closed. Fails when it exists.
  virtual boost::system::result<int> create(const Path& path) = 0;
  virtual void close(int file) = 0;
  // After an error some of the bytes may be in the file.
  virtual error_code write(int file, std::span<const ByteView> pieces) = 0;
  virtual error_code truncate(int file, std::uint64_t size) = 0;
  // Has the disk begin with what a sync would wait for.
  virtual void begin_sync(int file) = 0;
  // The bytes and the size of the file are durable; its name is not.
  virtual error_code sync_data(int file) = 0;
  // The names in the directory are durable.
  virtual error_code sync_directory(const Path& directory) = 0;
  // Whether `path` still leads to this file.
  virtual bool leads_to(const Path& path, int file) = 0;
  // One step: after a crash there is the one name or the other. Fails when `to` exists.
  virtual error_code rename(const Path& from, const Path& to) = 0;
  virtual error_code remove(const Path& path) = 0;
};

SystemCalls& posix_calls();

}  // namespace sluice::store
