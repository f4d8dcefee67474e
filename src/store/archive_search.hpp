// Finding files of a session without reading them all: its numbers and times rise from file to file.
#pragma once

#include "archive_store.hpp"

namespace sluice::store {

// The first of the session's files for which `reached(contents)` is true, which it is for all behind it too; the number
// of files when there is none. Files that are gone or cannot be read, and those that cannot tell (none), are passed
// over.
template <class Reached>
std::size_t first_file(ArchiveStore& store, ArchiveStore::Stream& stream, const ListedSession& session,
                       Reached reached) {
  std::size_t low = 0;
  std::size_t high = session.files.size();
  std::size_t answer = high;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    std::size_t probe = middle;
    std::optional<bool> told;
    for (; probe < high; ++probe) {
      const auto contents = store.load_readable(stream, session, session.files[probe]);
      if (contents != nullptr) told = reached(*contents);
      if (told) break;
    }
    if (told == false) {
      low = probe + 1;
    } else {
      if (told) answer = probe;
      high = middle;
    }
  }
  return answer;
}

// The epoch of a session, from the first of its files that tells: itself, when none does; none, when none can be read.
std::optional<SessionId> epoch_of(ArchiveStore& store, ArchiveStore::Stream& stream, ListedSession& session);

}  // namespace sluice::store
