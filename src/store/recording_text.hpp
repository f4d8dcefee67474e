// Words and numbers as the recording commands print them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::store {

// "1.2 GiB", "532 B"
std::string size_text(std::uint64_t bytes);
// "1h02m03s", "2m05s", "12.3s"
std::string duration_text(Micros duration);
// "h264 1280x720, aac 44100 Hz"
std::string track_text(const media::Track& track);
// A track once for each codec and format, in the order they appear.
std::string tracks_text(const std::vector<media::Track>& tracks);

// Rows in columns as wide as their widest cell, two blanks between them, numbers of the named columns to the right.
std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

}  // namespace sluice::store
