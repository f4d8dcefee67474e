// Reading media from recordings: the parts of one segment.
#pragma once

#include <memory>
#include <vector>

#include "archive_contents.hpp"

namespace sluice::store {

using ArchivedParts = std::vector<std::shared_ptr<const hls::Part>>;

// The parts as hls::LiveWindow makes them of the same entries. Fails, with a sentence, when any record of them is
// damaged.
Result<ArchivedParts> read_parts(ArchiveInput& input, const FileContents& contents, const SegmentPlace& place);

}  // namespace sluice::store
