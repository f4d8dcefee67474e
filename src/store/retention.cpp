#include "sluice/store/retention.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// So many of the oldest are picked at once, so that what others remove meanwhile is soon noticed; more when none of
// them could go.
constexpr std::size_t kCandidates = 256;
// A directory's modification time is coarse, and some file systems' are not to be trusted.
constexpr Micros kFreshChange = Seconds(3);
constexpr Micros kTrusted = Seconds(600);
// A clock that is set by more than this between two rounds may be wrong, and every file look old: nobody is to lose
// recordings before there was time to set it right.
constexpr Micros kClockStep = Seconds(60);
constexpr Micros kClockSteady = Seconds(600);

WallTime wall_of(const timespec& time) {
  return WallTime(Seconds(time.tv_sec) + Micros(static_cast<std::int64_t>(time.tv_nsec) / 1000));
}

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

std::vector<fs::path> directories_in(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) found.push_back(it->path());
  }
  return found;
}

}  // namespace

Retention::Retention(RetentionOptions options, RetentionReport report)
    : options_(std::move(options)), report_(std::move(report)) {}

void Retention::round(MonoTime mono, WallTime now) {
  watch_clock(mono, now);
  if (state_ == State::idle) {
    if (next_pass_ && mono < *next_pass_) return;
    begin_pass(mono);
  }
  if (state_ == State::looking) {
    if (!look(now)) return;
    end_pass(now);
  }
  if (remove_some(now)) end_removing(mono);
}

void Retention::watch_clock(MonoTime mono, WallTime now) {
  const Micros ahead = now.time_since_epoch() - mono.time_since_epoch();
  const Micros step = ahead - clock_ahead_.value_or(ahead);
  clock_ahead_ = ahead;
  if (clock_doubted_until_ && mono >= *clock_doubted_until_) clock_doubted_until_.reset();
  if (step >= -kClockStep && step <= kClockStep) return;
  const bool told = clock_doubted_until_.has_value();
  clock_doubted_until_ = mono + kClockSteady;
  if (told || options_.age == Micros(0)) return;
  report_({RetentionEvent::Kind::clock_stepped, options_.directory, 0, "age", {}, step});
}

void Retention::begin_pass(MonoTime mono) {
  next_pass_ = mono + options_.interval;
  state_ = State::looking;
  for (auto& [path, directory] : directories_) directory.seen = false;
  for (const fs::path& app : directories_in(options_.directory)) {
    for (fs::path& stream : directories_in(app)) {
      if (stream_of(stream / "file")) to_look_at_.push_back(std::move(stream));
    }
  }
}

// Until the round has looked at enough names; true when the pass is over.
bool Retention::look(WallTime now) {
  std::size_t budget = options_.names_a_round;
  while (true) {
    if (listing_ && !list_some(budget)) return false;
    if (to_look_at_.empty()) return true;
    if (budget == 0) return false;
    --budget;
    const fs::path path = std::move(to_look_at_.back());
    to_look_at_.pop_back();
    Directory& directory = directories_[path];
    directory.seen = true;
    if (!is_unchanged(path, directory, now)) begin_listing(path, now);
  }
}

bool Retention::is_unchanged(const fs::path& path, const Directory& directory, WallTime now) const {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || nanoseconds(status.st_mtim) != directory.changed) return false;
  if (directory.listed_at - wall_of(status.st_mtim) < kFreshChange) return false;
  return now >= directory.listed_at && now - directory.listed_at < kTrusted;
}

void Retention::begin_listing(const fs::path& path, WallTime now) {
  listed_ = directories_.find(path);
  found_.clear();
  struct stat status {};
  listed_->second.changed = ::stat(path.c_str(), &status) == 0 ? nanoseconds(status.st_mtim) : 0;
  listed_->second.listed_at = now;
  std::error_code error;
  listing_.emplace(path, error);
  if (error) listing_ = fs::directory_iterator();
}

// True when the directory is listed to its end.
bool Retention::list_some(std::size_t& budget) {
  const auto by_name = [](const File& file, const std::string& name) { return file.name < name; };
  std::vector<File>& known = listed_->second.files;
  for (; *listing_ != fs::directory_iterator(); --budget) {
    if (budget == 0) return false;
    const std::string name = (*listing_)->path().filename().string();
    if (const auto parsed = RecordingName::parse(name); parsed && parsed->sealed) {
      const auto old = std::lower_bound(known.begin(), known.end(), name, by_name);
      struct stat status {};
      if (old != known.end() && old->name == name) {
        found_.push_back(*old);
      } else if (::lstat((*listing_)->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
        found_.push_back({name, wall_of(status.st_mtim), static_cast<std::uint64_t>(status.st_size)});
      }
    }
    std::error_code error;
    listing_->increment(error);
    if (error) listing_ = fs::directory_iterator();
  }
  listing_.reset();
  std::sort(found_.begin(), found_.end(), [](const File& a, const File& b) { return a.name < b.name; });
  found_.shrink_to_fit();
  known = std::exchange(found_, {});
  return true;
}

void Retention::end_pass(WallTime now) {
  std::erase_if(directories_, [](const auto& one) { return !one.second.seen; });
  total_ = 0;
  std::uint64_t files = 0;
  for (const auto& [path, directory] : directories_) {
    files += directory.files.size();
    for (const File& file : directory.files) total_ += file.size;
  }
  stats_.stored_files = files;
  stats_.stored_bytes = total_;
  state_ = State::removing;
  removed_in_pass_ = 0;
  find_candidates(now);
}

std::uint64_t Retention::excess() const {
  return options_.max_size > 0 && total_ > options_.max_size ? total_ - options_.max_size : 0;
}

// The oldest of those that may go at all.
void Retention::find_candidates(WallTime now) {
  struct Pick {
    WallTime ended;
    const fs::path* directory;
    const File* file;
  };
  std::vector<Pick> picks;
  for (const auto& [path, directory] : directories_) {
    for (const File& file : directory.files) {
      if (is_protected(file.ended, now)) continue;
      if (excess() > 0 || expired(file.ended, now)) picks.push_back({file.ended, &path, &file});
    }
  }
  const auto older = [](const Pick& a, const Pick& b) {
    return std::tie(a.ended, *a.directory, a.file->name) < std::tie(b.ended, *b.directory, b.file->name);
  };
  const std::size_t count = std::min(picks.size(), kCandidates * candidates_factor_);
  more_candidates_ = count < picks.size();
  std::partial_sort(picks.begin(), picks.begin() + static_cast<std::ptrdiff_t>(count), picks.end(), older);
  candidates_.clear();
  for (std::size_t i = count; i > 0; --i) {
    const Pick& pick = picks[i - 1];
    candidates_.push_back({pick.ended, *pick.directory / pick.file->name, pick.file->size});
  }
}

// True when there is nothing left to remove.
bool Retention::remove_some(WallTime now) {
  for (std::size_t left = options_.removals_a_round; left > 0; --left) {
    if (candidates_.empty()) return true;
    const bool old = expired(candidates_.back().ended, now);
    if (!old && excess() == 0) return true;
    const Candidate candidate = std::move(candidates_.back());
    candidates_.pop_back();
    if (remove(candidate, old ? "age" : "size", now) == Outcome::kept) continue;
    ++removed_in_pass_;
    total_ -= std::min(total_, candidate.size);
    stats_.stored_bytes = total_;
    --stats_.stored_files;
  }
  return false;
}

Retention::Outcome Retention::remove(const Candidate& candidate, std::string_view reason, WallTime now) {
  const auto failed = [&] {
    report_({RetentionEvent::Kind::failed, candidate.path, candidate.size, reason, last_error().message(), {}});
    return Outcome::kept;
  };
  const Descriptor file(::open(candidate.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid()) return errno == ENOENT ? Outcome::gone : failed();
  // The lock is held until the name is gone: nobody can mark the file between the test and the removal.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? Outcome::kept : failed();
  // A publisher ahead of the clock makes media that ends later than the file was written.
  const auto summary = read_summary(candidate.path);
  if (summary && summary->footer && is_protected(summary->footer->last_wall, now)) return Outcome::kept;
  if (::unlink(candidate.path.c_str()) != 0) return errno == ENOENT ? Outcome::gone : failed();
  ++(reason == "age" ? stats_.removed_by_age : stats_.removed_by_size);
  stats_.removed_bytes += candidate.size;
  report_({RetentionEvent::Kind::removed, candidate.path, candidate.size, reason, {}, {}});
  return Outcome::removed;
}

void Retention::end_removing(MonoTime mono) {
  state_ = State::idle;
  candidates_.clear();
  const bool none_could_go = more_candidates_ && removed_in_pass_ == 0;
  candidates_factor_ = none_could_go ? candidates_factor_ * 2 : 1;
  if (more_candidates_) {
    next_pass_ = mono;
    return;
  }
  stats_.excess_bytes = excess();
  if (!std::exchange(told_blocked_, excess() > 0) && excess() > 0) {
    report_({RetentionEvent::Kind::blocked, options_.directory, excess(), "size", {}, {}});
  }
}

}  // namespace sluice::store
