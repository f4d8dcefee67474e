// ArchiveInput: a recording file open for reading, which counts what is read of it.
#pragma once

#include <filesystem>
#include <optional>

#include "sluice/base/result.hpp"
#include "sluice/store/archive_reader.hpp"
#include "sluice/store/file_system.hpp"

namespace sluice::store {

// "read recordings/live/demo/….slog: Input/output error"
Error archive_error(std::string_view operation, const std::filesystem::path& path, error_code error);

class ArchiveInput {
 public:
  // Null when there is no such file. `shared_lock`: of a sealed file, as nobody writes it.
  static Result<std::optional<ArchiveInput>> open(const std::filesystem::path& path, bool shared_lock,
                                                  ArchiveCounts& counts);

  // The bytes from `offset` on; fewer than `size` only at the end of the file.
  Result<Bytes> read(std::uint64_t offset, std::size_t size);

  const std::filesystem::path& path() const { return path_; }
  // When it was opened.
  std::uint64_t size() const { return size_; }
  std::uint64_t inode() const { return inode_; }

 private:
  ArchiveInput(std::filesystem::path path, Descriptor descriptor, ArchiveCounts& counts)
      : path_(std::move(path)), descriptor_(std::move(descriptor)), counts_(&counts) {}

  std::filesystem::path path_;
  Descriptor descriptor_;
  ArchiveCounts* counts_;
  std::uint64_t size_ = 0;
  std::uint64_t inode_ = 0;
};

}  // namespace sluice::store
