#include "sluice/store/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

class PosixFile : public File {
 public:
  PosixFile(Descriptor descriptor, std::vector<fs::path> directories)
      : descriptor_(std::move(descriptor)), unsynced_directories_(std::move(directories)) {}

  error_code write(std::span<const ByteView> pieces) override { return write_all(descriptor_.get(), pieces); }

  void prepare_sync() override { ::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WRITE); }

  error_code sync() override {
    if (::fdatasync(descriptor_.get()) != 0) return last_error();
    while (!unsynced_directories_.empty()) {
      if (const error_code error = sync_directory(unsynced_directories_.back())) return error;
      unsynced_directories_.pop_back();
    }
    return {};
  }

 private:
  Descriptor descriptor_;
  std::vector<fs::path> unsynced_directories_;  // those that got a new entry with this file
};

class PosixFileSystem : public FileSystem {
 public:
  boost::system::result<std::unique_ptr<File>> create(const fs::path& path, const fs::path& final_path) override {
    std::vector<fs::path> directories{path.parent_path()};
    if (const error_code error = make_directories(path.parent_path(), directories)) return error;
    if (::access(final_path.c_str(), F_OK) == 0) return error_code(EEXIST, boost::system::system_category());
    Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644));
    if (!descriptor.valid()) return last_error();
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) return last_error();
    return std::make_unique<PosixFile>(std::move(descriptor), std::move(directories));
  }

  error_code publish(const fs::path& path, const fs::path& final_path) override {
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, final_path.c_str(), RENAME_NOREPLACE) != 0) {
      // Some file systems (NFS, overlays) do not know the flag. Names are used once, so looking first is enough there.
      if (errno != EINVAL) return last_error();
      if (::access(final_path.c_str(), F_OK) == 0) return error_code(EEXIST, boost::system::system_category());
      if (::rename(path.c_str(), final_path.c_str()) != 0) return last_error();
    }
    return sync_directory(final_path.parent_path());
  }

  error_code remove(const fs::path& path) override { return ::unlink(path.c_str()) == 0 ? error_code() : last_error(); }

 private:
  // Notes in `changed` every directory that got a new entry.
  static error_code make_directories(const fs::path& path, std::vector<fs::path>& changed) {
    if (path.empty() || ::access(path.c_str(), F_OK) == 0) return {};
    if (const error_code error = make_directories(path.parent_path(), changed)) return error;
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return last_error();
    changed.push_back(path.has_parent_path() ? path.parent_path() : fs::path("."));
    return {};
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem file_system;
  return file_system;
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

error_code last_error() { return {errno, boost::system::system_category()}; }

error_code write_all(int fd, std::span<const ByteView> pieces) {
  std::array<iovec, 256> vectors;
  std::size_t skip = 0;  // bytes of the first piece that are written already
  while (!pieces.empty()) {
    const std::size_t count = std::min(pieces.size(), vectors.size());
    for (std::size_t i = 0; i < count; ++i) {
      // writev only reads, whatever its type says.
      vectors[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
    }
    vectors[0] = {const_cast<std::uint8_t*>(pieces[0].data()) + skip, pieces[0].size() - skip};
    const ssize_t written = ::writev(fd, vectors.data(), static_cast<int>(count));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    skip += static_cast<std::size_t>(written);
    while (!pieces.empty() && skip >= pieces[0].size()) {
      skip -= pieces[0].size();
      pieces = pieces.subspan(1);
    }
  }
  return {};
}

error_code sync_directory(const fs::path& directory) {
  const fs::path path = directory.empty() ? fs::path(".") : directory;
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid() || ::fsync(descriptor.get()) != 0) return last_error();
  return {};
}

}  // namespace sluice::store
