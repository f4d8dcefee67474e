#include "sluice/store/disk_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sluice/io/clock.hpp"

namespace sluice::store {
namespace {

RecorderEvent event_of(RecorderEvent::Kind kind, const OpenFile& file, std::filesystem::path path) {
  return {kind, file.stream, file.session, std::move(path), {}, {}, 0, 0};
}

constexpr Micros kRetry = Seconds(5);
// What could not be sealed for so long is the file's own fault more likely than the disk's: it is tried more rarely,
// and readiness no longer waits for it.
constexpr Micros kLongUnfinished = Seconds(120);
constexpr Micros kRareRetry = Seconds(60);

// 0 would mean that nothing is under way.
std::int64_t since_of(MonoTime now) { return std::max<std::int64_t>(now.time_since_epoch().count(), 1); }

}  // namespace

void DiskWork::run(const DiskJob& job, MonoTime now) {
  stats_.sync_since = since_of(now);
  switch (job.kind) {
    case DiskJob::Kind::sync:
      sync(*job.file);
      break;
    case DiskJob::Kind::seal:
      seal(job.file, now);
      break;
    case DiskJob::Kind::recover:
      keep(job.file, now);
      break;
  }
  stats_.sync_since = 0;
}

error_code DiskWork::timed_sync(OpenFile& file) {
  const std::uint64_t bytes = file.bytes;
  const MonoTime start = io::mono_now();
  const error_code error = file.file->sync();
  stats_.sync_micros += static_cast<std::uint64_t>((io::mono_now() - start).count());
  ++stats_.syncs;
  if (!error) {
    file.synced = bytes;
    return error;
  }
  file.gone = error.value() == ENOENT;
  file.sync_failed = true;
  return error;
}

void DiskWork::sync(OpenFile& file) {
  file.sync_queued = false;
  if (file.sync_failed) return;
  if (const error_code error = timed_sync(file)) fail(file, "sync", error, file.quiet);
}

void DiskWork::seal(const std::shared_ptr<OpenFile>& file, MonoTime now) {
  // An earlier sync may have failed without the writer having seen it yet.
  const bool told = file->quiet || file->sync_failed;
  error_code error = file->sync_failed ? make_error_code(boost::system::errc::io_error) : timed_sync(*file);
  if (!error) error = file_system_.publish(file->path, file->final_path);
  file->file.reset();
  if (!error) {
    ++stats_.files_sealed;
    return report_(event_of(RecorderEvent::Kind::sealed, *file, file->final_path));
  }
  fail(*file, "seal", error, told);
  if (file->gone || error.value() == ENOENT) {
    stats_.entries_lost += file->entries;
    stats_.ticks_lost += static_cast<std::uint64_t>(file->span.count());
    return;
  }
  keep(file, now);
}

void DiskWork::keep(const std::shared_ptr<OpenFile>& file, MonoTime now) {
  file->file.reset();  // it holds the lock
  unfinished_.push_back({file, now, now + kRetry, false});
  count_unfinished(now);
}

bool DiskWork::retry(MonoTime now) {
  const auto due =
      std::find_if(unfinished_.begin(), unfinished_.end(), [now](const Unfinished& one) { return now >= one.next; });
  bool recovered = false;
  if (due != unfinished_.end()) {
    Unfinished one = std::move(*due);
    unfinished_.erase(due);
    recovered = recover(one, now);
    if (!recovered) unfinished_.push_back(std::move(one));
  }
  count_unfinished(now);
  return recovered;
}

void DiskWork::retry_all(MonoTime now) {
  for (std::size_t left = unfinished_.size(); left > 0; --left) {
    Unfinished one = std::move(unfinished_.front());
    unfinished_.pop_front();
    if (!recover(one, now)) unfinished_.push_back(std::move(one));
  }
  count_unfinished(now);
}

// False when it is to be tried again.
bool DiskWork::recover(Unfinished& unfinished, MonoTime now) {
  OpenFile& file = *unfinished.file;
  std::optional<std::uint64_t> unsynced_from;
  if (file.sync_failed) unsynced_from = file.synced;
  stats_.sync_since = since_of(now);
  const auto recovered = file_system_.recover(file.path, unsynced_from);
  stats_.sync_since = 0;
  if (!recovered) {
    // What made it unfinished was told. That it stays so is worth another line.
    const bool long_unfinished = now - unfinished.since > kLongUnfinished;
    fail(file, "recover", recovered.error(), !long_unfinished || std::exchange(unfinished.told, true));
    unfinished.next = now + (long_unfinished ? kRareRetry : kRetry);
    return false;
  }
  if (*recovered == Recovered::nothing) return true;
  ++stats_.files_sealed;
  report_(event_of(RecorderEvent::Kind::recovered, file, file.final_path));
  return true;
}

void DiskWork::fail(OpenFile& file, const char* operation, error_code error, bool told) {
  ++stats_.errors;
  stats_.last_error = error.value();
  stats_.last_operation = operation;
  if (told) return;
  RecorderEvent event = event_of(RecorderEvent::Kind::failed, file, file.path);
  event.operation = operation;
  event.error = error;
  report_(event);
}

void DiskWork::count_unfinished(MonoTime now) {
  stats_.files_unfinished = unfinished_.size();
  stats_.files_failing =
      static_cast<std::uint64_t>(std::count_if(unfinished_.begin(), unfinished_.end(), [&](const Unfinished& one) {
        return now - one.since <= kLongUnfinished;
      }));
}

SyncThread::SyncThread(FileSystem& file_system, RecorderStats& stats, RecorderReport report)
    : work_(file_system, stats, std::move(report)), thread_([this] { run(); }) {}

SyncThread::~SyncThread() { stop(); }

void SyncThread::push(DiskJob job) {
  if (job.kind == DiskJob::Kind::sync && job.file->sync_queued.exchange(true)) return;
  if (job.kind == DiskJob::Kind::seal) ++seals_waiting_;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void SyncThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SyncThread::run() {
  std::vector<DiskJob> jobs;
  MonoTime retry_at = io::mono_now() + kRetry;
  const auto something = [this] { return stopping_ || !jobs_.empty(); };
  std::unique_lock lock(mutex_);
  while (true) {
    if (work_.has_unfinished()) {
      wake_.wait_until(lock, io::to_steady(retry_at), something);
    } else {
      wake_.wait(lock, something);
    }
    if (stopping_ && jobs_.empty()) break;
    jobs.swap(jobs_);
    lock.unlock();
    for (const DiskJob& job : jobs) {
      if (job.kind == DiskJob::Kind::sync) job.file->file->prepare_sync();
    }
    for (const DiskJob& job : jobs) {
      work_.run(job, io::mono_now());
      if (job.kind == DiskJob::Kind::seal) --seals_waiting_;
    }
    jobs.clear();
    if (const MonoTime now = io::mono_now(); now >= retry_at) {
      // What is queued comes between two files. When one fails, the disk is still at fault, most likely; the others
      // need not try.
      if (!work_.retry(now)) retry_at = now + kRetry;
    }
    lock.lock();
  }
  lock.unlock();
  work_.retry_all(io::mono_now());
}

}  // namespace sluice::store
