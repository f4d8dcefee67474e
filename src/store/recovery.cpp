#include "sluice/store/recovery.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"
#include "sluice/store/window_reader.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// How far the clock of a file system may be off.
constexpr Micros kClockSlack = Seconds(10);
// The newest files of a stream that are looked at for its numbers, where none was live.
constexpr std::ptrdiff_t kTriedMax = 64;

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
  return StreamTail{stream, name.session, epoch, footer->numbering, footer->last_wall, footer->ended, footer->final};
}

bool has_numbers(const StreamTail& tail) { return tail.numbering.last_msn != 0 || tail.numbering.last_period != 0; }

// A stream's directory.
struct Found {
  fs::path directory;
  std::vector<RecordingName> names;  // oldest first
  bool recent = false;
};

// A session that began no earlier than the others' names may have ended with the process.
bool is_recent(const Found& found, const RecoveryOptions& options) {
  if (found.names.empty()) return false;
  const bool open =
      std::any_of(found.names.begin(), found.names.end(), [](const RecordingName& name) { return !name.sealed; });
  if (open) return true;
  struct stat status {};
  if (::stat((found.directory / found.names.back().filename()).c_str(), &status) != 0) return false;
  return WallTime(Seconds(status.st_mtim.tv_sec)) + kClockSlack >= options.now - options.resume_window;
}

std::vector<Found> find_streams(const RecoveryOptions& options, Recovery& recovery) {
  std::vector<Found> streams;
  for (const fs::path& app : directories_in(options.directory, recovery.unreadable)) {
    for (const fs::path& directory : directories_in(app, recovery.unreadable)) {
      if (!stream_of(directory / "file")) continue;
      Found found{directory, names_in(directory, recovery.unreadable), false};
      found.recent = is_recent(found, options);
      if (!found.recent && found.names.size() > kTriedMax) {
        found.names.erase(found.names.begin(), found.names.end() - kTriedMax);
      }
      streams.push_back(std::move(found));
    }
  }
  std::stable_sort(streams.begin(), streams.end(),
                   [](const Found& left, const Found& right) { return left.recent && !right.recent; });
  return streams;
}

// From the newest file back, until one has numbers and one a date: a session that was cut off at its start has none of
// its own.
void find_tail(const StreamName& stream, const Found& found, Recovery& recovery) {
  std::optional<StreamTail> newest;
  for (auto name = found.names.rbegin(); name != found.names.rend(); ++name) {
    const fs::path path = found.directory / name->filename();
    std::optional<StreamTail> tail = tail_of(stream, *name, path);
    if (!tail) recovery.unreadable.push_back(path);
    if (!tail || !has_numbers(*tail)) continue;
    const bool dated = tail->last_wall != WallTime();
    if (newest && dated) {
      newest->last_wall = tail->last_wall + to_micros(newest->numbering.last_time - tail->numbering.last_time);
    }
    if (!newest) newest = std::move(tail);
    if (dated) break;
  }
  if (newest) recovery.tails.push_back(std::move(*newest));
}

// A file that could not be sealed yet has no Cut for its last segment, but will have: its number is taken.
void count_added_cut(StreamTail& tail) {
  if (tail.window.empty() || tail.window.back().entries.empty()) return;
  const auto* cut = std::get_if<media::Cut>(&tail.window.back().entries.back());
  if (cut == nullptr || !cut->added) return;
  record::Numbering& numbering = tail.numbering;
  numbering.last_msn = std::max(numbering.last_msn, cut->msn);
  numbering.target_duration = std::max(numbering.target_duration, cut->target_duration);
  const Ticks90k end = cut->start + cut->duration;
  if (end > numbering.last_time) tail.last_wall += to_micros(end - numbering.last_time);
  numbering.last_time = std::max(numbering.last_time, end);
}

void recover_stream(Found& found, const RecoveryOptions& options, Recovery& recovery) {
  const auto stream = stream_of(found.directory / "file");
  for (RecordingName& name : found.names) {
    if (name.sealed) continue;
    recovery.leftovers.push_back(seal_leftover(found.directory / name.filename()));
    name.sealed = recovery.leftovers.back().outcome == SealedLeftover::Outcome::sealed;
  }
  std::erase_if(found.names, [&](const RecordingName& name) {
    std::error_code error;
    return !name.sealed && !fs::exists(found.directory / name.filename(), error);
  });
  find_tail(*stream, found, recovery);
  if (recovery.tails.empty()) return;
  StreamTail& tail = recovery.tails.back();
  if (tail.final || options.now - tail.last_wall >= options.resume_window) return;
  const bool in_use =
      std::any_of(recovery.leftovers.begin(), recovery.leftovers.end(),
                  [](const SealedLeftover& leftover) { return leftover.outcome == SealedLeftover::Outcome::in_use; });
  if (in_use) return;  // another process has it live
  tail.window = read_window(found.directory, found.names, tail.epoch, to_ticks(options.window));
  count_added_cut(tail);
}

}  // namespace

void recover(const RecoveryOptions& options, const RecoveryStep& step) {
  Recovery found;
  std::vector<Found> streams = find_streams(options, found);
  const auto tell = [&](std::size_t done) {
    const bool recent_done = done == streams.size() || !streams[done].recent;
    step(std::exchange(found, {}), {done, streams.size(), recent_done});
  };
  tell(0);
  for (std::size_t done = 0; done < streams.size(); ++done) {
    recover_stream(streams[done], options, found);
    tell(done + 1);
  }
}

}  // namespace sluice::store
