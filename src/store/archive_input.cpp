#include "archive_input.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::store {

Error archive_error(std::string_view operation, const std::filesystem::path& path, error_code error) {
  return Error{std::string(operation) + " " + path.string() + ": " + error.message()};
}

Result<std::optional<ArchiveInput>> ArchiveInput::open(const std::filesystem::path& path, bool shared_lock,
                                                       ArchiveCounts& counts) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) {
    if (errno == ENOENT) return std::optional<ArchiveInput>();
    return archive_error("open", path, last_error());
  }
  ++counts.files_opened;
  // Without the lock the file may be deleted meanwhile, and can still be read.
  if (shared_lock) static_cast<void>(::flock(descriptor.get(), LOCK_SH | LOCK_NB));
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return archive_error("look at", path, last_error());
  ArchiveInput input(path, std::move(descriptor), counts);
  input.size_ = static_cast<std::uint64_t>(status.st_size);
  input.inode_ = status.st_ino;
  return std::optional<ArchiveInput>(std::move(input));
}

Result<Bytes> ArchiveInput::read(std::uint64_t offset, std::size_t size) {
  Bytes bytes(size);
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = ::pread(descriptor_.get(), bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return archive_error("read", path_, last_error());
    ++counts_->reads;
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  counts_->bytes_read += got;
  bytes.resize(got);
  return bytes;
}

}  // namespace sluice::store
