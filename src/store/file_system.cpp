#include "sluice/store/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "sluice/store/recording_name.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// Writes what stands from `from` on once more: after a failed sync the kernel takes those pages for clean, and only a
// new write makes it try again.
error_code rewrite(const fs::path& path, std::uint64_t from) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return last_error();
  Bytes buffer(256 * 1024);
  auto offset = static_cast<off_t>(from);
  while (true) {
    const ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), offset);
    if (got == 0) break;
    if (got < 0) return last_error();
    const ssize_t written = ::pwrite(file.get(), buffer.data(), static_cast<std::size_t>(got), offset);
    if (written < 0) return last_error();
    if (written != got) return make_error_code(boost::system::errc::io_error);
    offset += got;
  }
  return ::fdatasync(file.get()) == 0 ? error_code() : last_error();
}

}  // namespace

class RecordingFiles::OneFile : public File {
 public:
  OneFile(RecordingFiles& files, int file, fs::path path)
      : files_(files), calls_(files.calls_), file_(file), path_(std::move(path)) {}
  ~OneFile() override { calls_.close(file_); }

  error_code write(std::span<const ByteView> pieces) override {
    if (const error_code error = calls_.write(file_, pieces)) return error;
    for (const ByteView piece : pieces) size_ += piece.size();
    return {};
  }

  error_code undo_write() override { return calls_.truncate(file_, size_); }

  void prepare_sync() override { calls_.begin_sync(file_); }

  error_code sync() override {
    if (const error_code error = calls_.sync_data(file_)) return error;
    if (!named_) {
      if (const error_code error = calls_.sync_directory(path_.parent_path())) return error;
      named_ = true;
    }
    if (const error_code error = files_.sync_changed()) return error;
    if (!calls_.leads_to(path_, file_)) return {ENOENT, boost::system::system_category()};
    return {};
  }

 private:
  RecordingFiles& files_;
  SystemCalls& calls_;
  const int file_;
  const fs::path path_;
  std::uint64_t size_ = 0;  // the writer's
  bool named_ = false;      // sync()'s: its name is durable
};

boost::system::result<std::unique_ptr<File>> RecordingFiles::create(const fs::path& path, const fs::path& final_path) {
  if (const error_code error = make_directories(path.parent_path())) return error;
  if (calls_.exists(final_path)) return error_code(EEXIST, boost::system::system_category());
  const auto file = calls_.create(path);
  if (!file) return file.error();
  return std::make_unique<OneFile>(*this, *file, path);
}

error_code RecordingFiles::make_directories(const fs::path& path) {
  if (path.empty()) return {};
  if (const error_code error = calls_.look_up(path); error.value() != ENOENT) return error;
  if (const error_code error = make_directories(path.parent_path())) return error;
  if (const error_code error = calls_.make_directory(path); error && error.value() != EEXIST) return error;
  const std::lock_guard lock(mutex_);
  changed_[path.has_parent_path() ? path.parent_path() : fs::path(".")] = ++changes_;
  return {};
}

error_code RecordingFiles::sync_changed() {
  std::unique_lock lock(mutex_);
  while (!changed_.empty()) {
    const auto [directory, change] = *changed_.begin();
    lock.unlock();
    // One that is gone has no names to lose.
    if (const error_code error = calls_.sync_directory(directory); error && error.value() != ENOENT) return error;
    lock.lock();
    if (const auto found = changed_.find(directory); found != changed_.end() && found->second == change) {
      changed_.erase(found);
    }
  }
  return {};
}

error_code RecordingFiles::publish(const fs::path& path, const fs::path& final_path) {
  if (const error_code error = calls_.rename(path, final_path)) return error;
  return calls_.sync_directory(final_path.parent_path());
}

boost::system::result<Recovered> RecordingFiles::recover(const fs::path& path,
                                                         std::optional<std::uint64_t> unsynced_from) {
  if (const error_code missing = calls_.look_up(path)) {
    if (missing.value() != ENOENT) return missing;
    // Where its directory is missing, the disk may be as well.
    if (const error_code away = calls_.look_up(path.parent_path())) return away;
    const error_code other = calls_.look_up(sealed_path(path));
    if (other.value() == ENOENT) return Recovered::nothing;
    if (other) return other;
    // It was renamed, and then its directory could not be synced.
    if (const error_code error = calls_.sync_directory(path.parent_path())) return error;
    return Recovered::sealed;
  }
  if (unsynced_from) {
    if (const error_code error = rewrite(path, *unsynced_from)) return error;
  }
  const SealedLeftover leftover = seal_leftover(path);
  if (leftover.outcome == SealedLeftover::Outcome::failed) return leftover.error;
  return leftover.outcome == SealedLeftover::Outcome::sealed ? Recovered::sealed : Recovered::nothing;
}

FileSystem& posix_file_system() {
  static RecordingFiles files(posix_calls());
  return files;
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
