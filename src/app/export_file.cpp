#include "export_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "sluice/store/partial_path.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

Error fault(const std::string& path, const boost::system::error_code& error) {
  return Error{path + ": " + error.message()};
}

}  // namespace

boost::system::result<ExportFile, store::ExportFault> ExportFile::open(const std::string& path, bool replace) {
  if (path == "-") return ExportFile(path, {}, false, store::Descriptor(::dup(STDOUT_FILENO)));
  std::error_code ignored;
  if (!replace && fs::exists(fs::symlink_status(path, ignored))) {
    return store::ExportFault{path + ": exists; --force replaces it", true};
  }
  const std::string partial = store::partial_path(path).string();
  store::Descriptor descriptor(::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!descriptor.valid()) {
    const bool nowhere = errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG;
    return store::ExportFault{fault(partial, store::last_error()).message, nowhere};
  }
  return ExportFile(path, partial, replace, std::move(descriptor));
}

ExportFile::ExportFile(ExportFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::exchange(other.partial_, {})),
      replace_(other.replace_),
      descriptor_(std::move(other.descriptor_)) {}

ExportFile::~ExportFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

boost::system::error_code ExportFile::write(std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = is_pipe()
                              ? ::write(descriptor_.get(), bytes.data(), bytes.size())
                              : ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    // Whoever reads a pipe may never do so again.
    if (count < 0 && errno == EINTR && !is_pipe()) continue;
    if (count < 0) return store::last_error();
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

boost::system::result<std::size_t> ExportFile::read(std::uint64_t offset, std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(descriptor_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return store::last_error();
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<void> ExportFile::publish() {
  if (is_pipe()) return {};
  if (::fdatasync(descriptor_.get()) != 0) return fault(path_, store::last_error());
  if (replace_) {
    if (::rename(partial_.c_str(), path_.c_str()) != 0) return fault(path_, store::last_error());
  } else if (const auto error = store::posix_file_system().publish(partial_, path_)) {
    return fault(path_, error);
  }
  partial_.clear();
  return {};
}

std::string numbered_path(const std::string& path, std::uint32_t number) {
  if (number == 0 || path == "-") return path;
  const fs::path whole(path);
  fs::path name = whole.stem();
  name += "-" + std::to_string(number + 1);
  name += whole.extension();
  return (whole.parent_path() / name).string();
}

}  // namespace sluice::app
