// ArchiveStore: what is known of streams' directories and files, read when it is asked for and kept within a limit.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "archive_cache.hpp"
#include "archive_contents.hpp"
#include "archive_listing.hpp"
#include "archive_scan.hpp"

namespace sluice::store {

class ArchiveStore {
 public:
  using FileId = std::pair<SessionId, std::uint32_t>;
  // A file that could not be read, by the question that met it last.
  struct Fault {
    std::uint64_t question = 0;
    Error error;
  };
  // A stream's directory, and its files that are being written.
  struct Stream {
    explicit Stream(StreamName stream_name, std::filesystem::path directory)
        : name(std::move(stream_name)), listing(std::move(directory)) {}

    StreamName name;
    ArchiveListing listing;
    std::map<FileId, ArchiveScan> open_files;
    std::map<FileId, Fault> faults;
  };
  using Contents = std::shared_ptr<const FileContents>;

  explicit ArchiveStore(ArchiveReaderOptions options);

  // Files that could not be read are tried again.
  void begin_question();
  // What load() met first since then.
  const std::optional<Error>& fault() const { return fault_; }

  // As it was listed last, which need not be how it is now; null when it has no recordings. Until the next call.
  Result<Stream*> known(const StreamName& name);
  // As it is now.
  Result<Stream*> current(const StreamName& name);

  // Null when the file is not there any more.
  Result<Contents> load(Stream& stream, const ListedSession& session, const ListedFile& file);
  // Null also when it cannot be read.
  Contents load_readable(Stream& stream, const ListedSession& session, const ListedFile& file);
  // The file itself, to read media from; none when it is not there any more.
  Result<std::optional<ArchiveInput>> open(Stream& stream, const ListedSession& session, const ListedFile& file);
  // Its contents are not what was kept of it.
  void forget(Stream& stream, const ListedSession& session, const ListedFile& file);

  const ArchiveCounts& counts() const { return counts_; }
  std::size_t memory_bytes() const { return streams_.bytes() + files_.bytes(); }

 private:
  // What was read of a sealed file, and which one it was by the listing then: another may have taken its place.
  struct Kept {
    Contents contents;
    std::uint64_t listed_inode = 0;
  };

  Result<Contents> load_sealed(Stream& stream, const SessionId& session, const ListedFile& file);
  Result<Contents> load_open(Stream& stream, const SessionId& session, const ListedFile& file);

  ArchiveReaderOptions options_;
  ArchiveCounts counts_;
  std::uint64_t question_ = 0;
  std::optional<Error> fault_;
  ArchiveCache<std::unique_ptr<Stream>> streams_;
  ArchiveCache<Kept> files_;
};

}  // namespace sluice::store
