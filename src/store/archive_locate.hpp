// Where a segment or a Period of a session is recorded.
#pragma once

#include <optional>

#include "archive_media.hpp"
#include "archive_search.hpp"
#include "sluice/hls/archive.hpp"

namespace sluice::store {

// A segment and the file it is in.
struct Located {
  ArchiveStore::Stream* stream = nullptr;
  ListedSession* session = nullptr;
  std::size_t file = 0;
  ArchiveStore::Contents contents;
  SegmentPlace place;

  const ListedFile& listed() const { return session->files[file]; }
};

struct Search {
  std::optional<Located> found;
  hls::ArchiveFault fault = hls::ArchiveFault::unknown;  // without `found`
};

// Why something of `session` is not there, by the rule of ArchiveReader. `passed`: what comes behind it is there.
hls::ArchiveFault missing(ArchiveStore::Stream* stream, const SessionId& session, bool passed);

// Of the files before `end`, those behind the last one that can be read are where a number between the two may be: what
// is wrong with them, if anything is.
std::optional<Error> fault_before(ArchiveStore& store, ArchiveStore::Stream& stream, const ListedSession& session,
                                  std::size_t end);

// `stream` may be null. `added` as in hls::Archive.
Result<Search> find_segment(ArchiveStore& store, ArchiveStore::Stream* stream, const SessionId& id, std::uint64_t msn,
                            bool added);
// The first segment of a Period that is still recorded.
Result<Search> find_period(ArchiveStore& store, ArchiveStore::Stream* stream, const SessionId& id,
                           std::uint64_t number);

// Null when the file is not what it was, or not there any more.
Result<std::optional<ArchivedParts>> read_located(ArchiveStore& store, const Located& located);

}  // namespace sluice::store
