// ArchiveSpanReader: one question for a span of a stream's segments, answered from the files that overlap it and can be
// read.
#pragma once

#include <vector>

#include "archive_search.hpp"

namespace sluice::store {

class ArchiveSpanReader {
 public:
  ArchiveSpanReader(ArchiveStore& store, ArchiveStore::Stream& stream, const hls::ArchiveQuery& query);

  // None when there is no such epoch or session.
  std::optional<hls::ArchivedSpan> read();

 private:
  // A session with those of its files that overlap the span.
  struct Overlap {
    std::size_t session = 0;
    std::vector<ArchiveStore::Contents> files;
  };

  ListedSession& session(std::size_t index) { return stream_.listing.sessions()[index]; }
  bool find_sessions();
  void apply_last();
  bool collect(std::size_t index);
  ArchiveStore::Contents newest_media(std::size_t index);
  void list(const Overlap& overlap, const SessionId& epoch);
  void number_epochs();
  void mark_open();
  std::optional<std::uint64_t> first_msn(std::size_t index);

  ArchiveStore& store_;
  ArchiveStore::Stream& stream_;
  const hls::ArchiveQuery& query_;
  std::optional<WallTime> from_;
  std::vector<std::size_t> sessions_;  // that may be listed, in order
  std::vector<Overlap> overlaps_;      // newest first
  hls::ArchivedSpan span_;
};

}  // namespace sluice::store
