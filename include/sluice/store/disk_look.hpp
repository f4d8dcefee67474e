// A look at the disk that recordings lie on, and whether it has room for more. Blocks; runs on the housekeeper's
// thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sluice/store/file_system.hpp"

namespace sluice::store {

struct DiskLook {
  error_code error;            // recordings cannot be written now, because
  const char* operation = "";  // this failed: "create", "statvfs", "access", "write"
  std::uint64_t free_bytes = 0;
};

// Makes the directory where it is missing. `try_writing`: writes to a file without a name as well, where the file
// system has such; that costs a little, and finds what cannot be found otherwise.
DiskLook look_at_disk(const std::filesystem::path& directory, FileSystem& files, bool try_writing);

// Recording stops when less than `min_bytes` are free and goes on when there is an eighth more, so that the space
// a few files take does not decide over each next one. 0: there is always room.
class FreeSpace {
 public:
  explicit FreeSpace(std::uint64_t min_bytes) : min_bytes_(min_bytes) {}
  // Whether there is room.
  bool update(std::uint64_t free_bytes);
  std::uint64_t enough_again() const { return min_bytes_ + min_bytes_ / 8; }

 private:
  std::uint64_t min_bytes_;
  bool room_ = true;
};

}  // namespace sluice::store
