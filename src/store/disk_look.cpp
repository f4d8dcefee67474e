#include "sluice/store/disk_look.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace sluice::store {
namespace {

error_code error_of(int number) { return {number, boost::system::system_category()}; }

// What a file system says that has no files without a name.
bool is_unsupported(int number) {
  return number == EOPNOTSUPP || number == EISDIR || number == EINVAL || number == ENOENT;
}

error_code try_to_write(const std::filesystem::path& directory) {
  const Descriptor file(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.valid()) return is_unsupported(errno) ? error_code() : last_error();
  const std::array<std::uint8_t, 4096> page{};
  const ByteView piece(page);
  return write_all(file.get(), {&piece, 1});
}

}  // namespace

DiskLook look_at_disk(const std::filesystem::path& directory, FileSystem& files, bool try_writing) {
  DiskLook look;
  const auto failed = [&look](const char* operation, error_code error) {
    look.operation = operation;
    look.error = error;
    return look;
  };
  if (const error_code error = files.make_directories(directory)) return failed("create", error);
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) return failed("statvfs", last_error());
  look.free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if ((disk.f_flag & ST_RDONLY) != 0) return failed("write", error_of(EROFS));
  if (::access(directory.c_str(), W_OK | X_OK) != 0) return failed("access", last_error());
  if (!try_writing) return look;
  if (const error_code error = try_to_write(directory)) return failed("write", error);
  return look;
}

bool FreeSpace::update(std::uint64_t free_bytes) {
  room_ = free_bytes >= (room_ ? min_bytes_ : enough_again());
  return room_;
}

}  // namespace sluice::store
