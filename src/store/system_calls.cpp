#include "sluice/store/system_calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sluice/store/file_system.hpp"

namespace sluice::store {
namespace {

error_code result_of(int returned) { return returned == 0 ? error_code() : last_error(); }

class PosixCalls : public SystemCalls {
 public:
  error_code look_up(const Path& path) override { return result_of(::access(path.c_str(), F_OK)); }

  error_code make_directory(const Path& path) override { return result_of(::mkdir(path.c_str(), 0755)); }

  boost::system::result<int> create(const Path& path) override {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return last_error();
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
    const error_code error = last_error();
    ::close(file);
    return error;
  }

  void close(int file) override { ::close(file); }
  error_code write(int file, std::span<const ByteView> pieces) override { return write_all(file, pieces); }
  error_code truncate(int file, std::uint64_t size) override {
    return result_of(::ftruncate(file, static_cast<off_t>(size)));
  }
  void begin_sync(int file) override { ::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE); }
  error_code sync_data(int file) override { return result_of(::fdatasync(file)); }
  error_code sync_directory(const Path& directory) override { return store::sync_directory(directory); }

  bool leads_to(const Path& path, int file) override {
    struct stat named {};
    struct stat open {};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(file, &open) == 0 && named.st_ino == open.st_ino &&
           named.st_dev == open.st_dev;
  }

  error_code rename(const Path& from, const Path& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    // Some file systems (NFS, overlays) do not know the flag. Names are used once, so looking first is enough there.
    if (errno != EINVAL) return last_error();
    if (exists(to)) return error_code(EEXIST, boost::system::system_category());
    return result_of(::rename(from.c_str(), to.c_str()));
  }

  error_code remove(const Path& path) override { return result_of(::unlink(path.c_str())); }
};

}  // namespace

SystemCalls& posix_calls() {
  static PosixCalls calls;
  return calls;
}

}  // namespace sluice::store
