#include "archive_listing.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "archive_input.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

// A file system counts times of change in steps, of up to two seconds: within one, a directory may change and its time
// stay as it was.
constexpr Micros kTimeStep = Seconds(2);
// How often a directory that changes while it is read is read over.
constexpr int kAttempts = 3;

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// None when there is no such directory.
Result<std::optional<WallTime>> time_of_change(const std::filesystem::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<WallTime>();
    return archive_error("look at", directory, last_error());
  }
  return std::optional(WallTime(Seconds(status.st_mtim.tv_sec) + Micros(status.st_mtim.tv_nsec / 1000)));
}

// By session, each with its files; a file between two names once, under its final one.
std::vector<ListedSession> by_session(std::vector<std::pair<RecordingName, std::uint64_t>> names) {
  std::sort(names.begin(), names.end());
  std::vector<ListedSession> sessions;
  for (const auto& [name, inode] : names) {
    if (sessions.empty() || sessions.back().id != name.session) sessions.push_back({name.session, {}, {}});
    auto& files = sessions.back().files;
    if (!files.empty() && files.back().index == name.index) {
      files.back() = {name.index, true, inode};
    } else {
      files.push_back({name.index, name.sealed, inode});
    }
  }
  for (ListedSession& session : sessions) session.files.shrink_to_fit();
  return sessions;
}

}  // namespace

Result<void> ArchiveListing::refresh(WallTime now, ArchiveCounts& counts) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto changed = time_of_change(directory_);
    if (!changed) return changed.error();
    if (!*changed) {
      sessions_.clear();
      trusted_ = false;
      return {};
    }
    if (trusted_ && **changed == changed_) return {};
    changed_ = **changed;
    if (const auto done = read(counts); !done) return done;
    trusted_ = now - changed_ > kTimeStep;
    const auto after = time_of_change(directory_);
    if (after && *after && **after == changed_) return {};
  }
  // It changes all the time: what was read last is as good as any.
  trusted_ = false;
  return {};
}

Result<void> ArchiveListing::read(ArchiveCounts& counts) {
  ++counts.listings;
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(directory_.c_str()));
  std::vector<std::pair<RecordingName, std::uint64_t>> names;
  if (directory == nullptr && errno != ENOENT) return archive_error("open", directory_, last_error());
  while (directory != nullptr) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    if (auto name = RecordingName::parse(entry->d_name)) names.emplace_back(std::move(*name), entry->d_ino);
  }
  if (directory != nullptr && errno != 0) return archive_error("read", directory_, last_error());
  keep_known(std::exchange(sessions_, by_session(std::move(names))));
  return {};
}

// A file that gets another name while its directory is read may be seen under neither: those that were open are looked
// for. And what was found out about a session is still true.
void ArchiveListing::keep_known(const std::vector<ListedSession>& before) {
  for (const ListedSession& known : before) {
    for (const ListedFile& file : known.files) {
      if (file.sealed) continue;
      const RecordingName name{known.id, file.index, true};
      struct stat status {};
      if (::stat((directory_ / name.filename()).c_str(), &status) != 0) continue;
      auto session = std::lower_bound(sessions_.begin(), sessions_.end(), known.id,
                                      [](const ListedSession& one, const SessionId& id) { return one.id < id; });
      if (session == sessions_.end() || session->id != known.id) {
        session = sessions_.insert(session, {known.id, {}, {}});
      }
      const auto place = std::lower_bound(session->files.begin(), session->files.end(), file.index,
                                          [](const ListedFile& one, std::uint32_t index) { return one.index < index; });
      if (place != session->files.end() && place->index == file.index) {
        *place = {file.index, true, status.st_ino};
      } else {
        session->files.insert(place, {file.index, true, status.st_ino});
      }
    }
    if (ListedSession* session = find(known.id)) session->epoch = known.epoch;
  }
}

ListedSession* ArchiveListing::find(const SessionId& session) {
  const auto found = std::lower_bound(sessions_.begin(), sessions_.end(), session,
                                      [](const ListedSession& one, const SessionId& id) { return one.id < id; });
  return found == sessions_.end() || found->id != session ? nullptr : &*found;
}

std::size_t ArchiveListing::memory_bytes() const {
  std::size_t bytes = sizeof *this + directory_.native().capacity();
  for (const ListedSession& session : sessions_) {
    bytes += sizeof session + session.id.text().capacity() + session.files.capacity() * sizeof(ListedFile);
    if (session.epoch) bytes += session.epoch->text().capacity();
  }
  return bytes;
}

}  // namespace sluice::store
