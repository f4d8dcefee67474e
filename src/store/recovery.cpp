#include "sluice/store/recovery.hpp"

#include <algorithm>

#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> directories_in(const fs::path& directory, std::vector<fs::path>& unreadable) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) found.push_back(it->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) unreadable.push_back(directory);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<RecordingName> names_in(const fs::path& directory, std::vector<fs::path>& unreadable) {
  std::vector<RecordingName> found;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (auto name = RecordingName::parse(it->path().filename().string())) found.push_back(*name);
  }
  if (error) unreadable.push_back(directory);
  std::sort(found.begin(), found.end());
  return found;
}

// The footer as it is, or worked out from the whole file when it is damaged.
std::optional<StreamTail> tail_of(const StreamName& stream, const RecordingName& name, const fs::path& path) {
  const auto summary = read_summary(path);
  if (!summary) return std::nullopt;
  std::optional<record::Footer> footer = summary->footer;
  if (!footer) {
    const auto whole = scan(path);
    if (!whole || whole->entries_end == 0) return std::nullopt;
    footer = whole->ledger.footer();
  }
  const SessionId& epoch = summary->header ? summary->header->session.epoch : name.session;
  return StreamTail{stream, name.session, epoch, footer->numbering, footer->last_wall, footer->ended};
}

bool has_numbers(const StreamTail& tail) { return tail.numbering.last_msn != 0 || tail.numbering.last_period != 0; }

// From the newest file back, until one has numbers: a session that was cut off at its start has none.
void find_tail(const StreamName& stream, const fs::path& directory, Recovery& recovery) {
  const std::vector<RecordingName> names = names_in(directory, recovery.unreadable);
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const fs::path path = directory / name->filename();
    const std::optional<StreamTail> tail = tail_of(stream, *name, path);
    if (!tail) {
      recovery.unreadable.push_back(path);
    } else if (has_numbers(*tail)) {
      recovery.tails.push_back(*tail);
      return;
    }
  }
}

void recover_stream(const fs::path& directory, Recovery& recovery) {
  const auto stream = stream_of(directory / "file");
  if (!stream) return;
  for (const RecordingName& name : names_in(directory, recovery.unreadable)) {
    if (!name.sealed) recovery.leftovers.push_back(seal_leftover(directory / name.filename()));
  }
  find_tail(*stream, directory, recovery);
}

}  // namespace

Recovery recover(const fs::path& directory, const std::function<void(const RecoveryProgress&)>& progress) {
  Recovery recovery;
  std::vector<fs::path> streams;
  for (const fs::path& app : directories_in(directory, recovery.unreadable)) {
    const auto below = directories_in(app, recovery.unreadable);
    streams.insert(streams.end(), below.begin(), below.end());
  }
  for (std::size_t done = 0; done < streams.size(); ++done) {
    if (progress) progress({done, streams.size()});
    recover_stream(streams[done], recovery);
  }
  if (progress) progress({streams.size(), streams.size()});
  return recovery;
}

}  // namespace sluice::store
