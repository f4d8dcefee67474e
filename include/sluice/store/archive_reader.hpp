// ArchiveReader: the recordings in a directory as hls::Archive. It reads what this process or another is writing,
// what was sealed, and what recovery has yet to seal; files may come, get their final name, and be deleted at any
// moment.
//
// What it needs of a sealed file are its two ends and its index; a file that is being written is read on from where the
// last call came to. Both are kept within a memory limit. A file without a readable index is read whole. While it reads
// a sealed file it holds a shared flock on it, which keeps retention from deleting it.
//
// What is not there is `gone` when its session is older than the stream's newest recording, or the same and the number
// not beyond what it has; anything else is `unknown`. So a number nobody ever used may be called gone, but nothing that
// will come is.
//
// A file that cannot be read is passed over as if it held nothing, and tried again with the next call. It is a fault
// (`failed`) only where what was asked for may be in it: no other file has it.
//
// One thread, which may block.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

#include "sluice/hls/archive.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::store {

struct ArchiveReaderOptions {
  std::filesystem::path directory = "recordings";
  // For what is kept of files and directories that were read. What one call needs is held during that call, however
  // much it is.
  std::size_t memory_max = 64 * 1024 * 1024;
  std::function<WallTime()> wall_now = io::wall_now;
  // Once for a file, until it can be read again.
  std::function<void(const Error&)> on_unreadable = [](const Error&) {};
};

// What was asked of the disk so far.
struct ArchiveCounts {
  std::uint64_t listings = 0;  // directories read
  std::uint64_t files_opened = 0;
  std::uint64_t reads = 0;
  std::uint64_t bytes_read = 0;
};

class ArchiveStore;

class ArchiveReader : public hls::Archive {
 public:
  explicit ArchiveReader(ArchiveReaderOptions options);
  ~ArchiveReader() override;

  hls::ArchiveAnswer<hls::ArchivedSpan> span(const StreamName& stream, const hls::ArchiveQuery& query) override;
  hls::ArchiveAnswer<std::vector<std::shared_ptr<const hls::Part>>> segment(const StreamName& stream,
                                                                            const SessionId& session, std::uint64_t msn,
                                                                            bool added) override;
  hls::ArchiveAnswer<std::shared_ptr<const hls::Part>> part(const StreamName& stream,
                                                            const hls::PartName& name) override;
  hls::ArchiveAnswer<std::shared_ptr<const hls::PeriodInfo>> period(const StreamName& stream, const SessionId& session,
                                                                    std::uint64_t number) override;

  ArchiveCounts counts() const;
  // What is kept, never above the limit for long.
  std::size_t memory_bytes() const;

 private:
  std::unique_ptr<ArchiveStore> store_;
};

}  // namespace sluice::store
