// The end of a playlist's recordings, as much as a live window shows: what a stream is put back from after a restart.
// Blocks.
#pragma once

#include <filesystem>
#include <vector>

#include "sluice/live/restore.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {

// The last `window` of media of `epoch`, and seven segments at least, from the newest of `names` back, all files of one
// stream in `directory`, oldest first. Empty when the newest is of another epoch. A file that could not be sealed is
// read whole and given the Cut that sealing will add; of sealed ones it reads no more media than it returns, and the
// beginnings of Periods. Damaged segments are left out.
std::vector<live::RecordedSession> read_window(const std::filesystem::path& directory,
                                               const std::vector<RecordingName>& names, const SessionId& epoch,
                                               Ticks90k window);

}  // namespace sluice::store
