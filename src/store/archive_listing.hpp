// ArchiveListing: the recordings in a stream's directory by name. The directory is read again only when it changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "sluice/base/result.hpp"
#include "sluice/store/archive_reader.hpp"

namespace sluice::store {

struct ListedFile {
  std::uint32_t index = 0;
  bool sealed = false;
  std::uint64_t inode = 0;  // as the directory has it
};

struct ListedSession {
  SessionId id;
  std::vector<ListedFile> files;   // in order, never empty
  std::optional<SessionId> epoch;  // once somebody found it out
};

class ArchiveListing {
 public:
  explicit ArchiveListing(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // No directory is an empty one.
  Result<void> refresh(WallTime now, ArchiveCounts& counts);
  // A file was not where it is listed: the next refresh() reads the directory whatever its time says.
  void distrust() { trusted_ = false; }

  const std::filesystem::path& directory() const { return directory_; }
  std::vector<ListedSession>& sessions() { return sessions_; }
  // Null when there is none.
  ListedSession* find(const SessionId& session);
  std::size_t memory_bytes() const;

 private:
  Result<void> read(ArchiveCounts& counts);
  void keep_known(const std::vector<ListedSession>& before);

  std::filesystem::path directory_;
  std::vector<ListedSession> sessions_;
  WallTime changed_;  // the directory, when it was read
  bool trusted_ = false;
};

}  // namespace sluice::store
