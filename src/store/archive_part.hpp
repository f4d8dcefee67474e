// Where a part is recorded. The index knows segments, not the numbers of their parts: these rise within a Period, so
// the segment is found by reading a few of them.
#pragma once

#include <memory>

#include "archive_store.hpp"
#include "sluice/hls/archive.hpp"

namespace sluice::store {

struct PartSearch {
  std::shared_ptr<const hls::Part> found;
  hls::ArchiveFault fault = hls::ArchiveFault::unknown;  // without `found`
  bool changed = false;  // a file was not what it had been listed as: it is worth another look
};

// `stream` may be null. An error when a segment that could be the one is damaged.
Result<PartSearch> find_part(ArchiveStore& store, ArchiveStore::Stream* stream, const hls::PartName& name);

}  // namespace sluice::store
