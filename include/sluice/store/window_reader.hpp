// The end of a playlist's recordings, as much as a live window shows: what a stream is put back from after a restart.
// Blocks.
#pragma once

#include <filesystem>
#include <vector>

#include "sluice/live/restore.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {

// The last `window` of `epoch` from the newest of `names` back, all files of one stream in `directory`, oldest first.
// Sealed files only; empty when the newest is not, or of another epoch. Reads no more media than it returns, and the
// beginnings of Periods.
std::vector<live::RecordedSession> read_window(const std::filesystem::path& directory,
                                               const std::vector<RecordingName>& names, const SessionId& epoch,
                                               Ticks90k window);

}  // namespace sluice::store
