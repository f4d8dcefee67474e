#include "sluice/store/disk_queue.hpp"

#include <utility>

#include "sluice/io/clock.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::store {
namespace {

RecorderEvent event_of(RecorderEvent::Kind kind, const OpenFile& file, std::filesystem::path path) {
  return {kind, file.stream, file.session, std::move(path), {}, {}, 0, 0};
}

void fail(const OpenFile& file, std::string_view operation, error_code error, RecorderStats& stats,
          const RecorderReport& report) {
  ++stats.errors;
  RecorderEvent event = event_of(RecorderEvent::Kind::failed, file, file.path);
  event.operation = operation;
  event.error = error;
  report(event);
}

error_code timed_sync(File& file, RecorderStats& stats) {
  const MonoTime start = io::mono_now();
  const error_code error = file.sync();
  stats.sync_micros += static_cast<std::uint64_t>((io::mono_now() - start).count());
  ++stats.syncs;
  return error;
}

void seal(OpenFile& file, FileSystem& file_system, RecorderStats& stats, const RecorderReport& report) {
  error_code error = timed_sync(*file.file, stats);
  if (!error) error = file_system.publish(file.path, file.final_path);
  file.file.reset();
  if (error) return fail(file, "seal", error, stats, report);
  ++stats.files_sealed;
  report(event_of(RecorderEvent::Kind::sealed, file, file.final_path));
}

}  // namespace

void perform(const DiskJob& job, FileSystem& file_system, RecorderStats& stats, const RecorderReport& report) {
  OpenFile& file = *job.file;
  switch (job.kind) {
    case DiskJob::Kind::sync: {
      file.sync_queued = false;
      if (file.sync_failed) return;
      const error_code error = timed_sync(*file.file, stats);
      if (!error) return;
      file.sync_failed = true;
      return fail(file, "sync", error, stats, report);
    }
    case DiskJob::Kind::seal:
      return seal(file, file_system, stats, report);
    case DiskJob::Kind::recover: {
      file.file.reset();  // it holds the lock
      const SealedLeftover leftover = seal_leftover(file.path);
      if (leftover.outcome == SealedLeftover::Outcome::failed) {
        return fail(file, "recover", leftover.error, stats, report);
      }
      if (leftover.outcome != SealedLeftover::Outcome::sealed) return;
      ++stats.files_sealed;
      return report(event_of(RecorderEvent::Kind::recovered, file, file.final_path));
    }
  }
}

SyncThread::SyncThread(FileSystem& file_system, RecorderStats& stats, RecorderReport report)
    : file_system_(file_system), stats_(stats), report_(std::move(report)), thread_([this] { run(); }) {}

SyncThread::~SyncThread() { stop(); }

void SyncThread::push(DiskJob job) {
  if (job.kind == DiskJob::Kind::sync && job.file->sync_queued.exchange(true)) return;
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
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    jobs.swap(jobs_);
    lock.unlock();
    for (const DiskJob& job : jobs) {
      if (job.kind == DiskJob::Kind::sync) job.file->file->prepare_sync();
    }
    for (const DiskJob& job : jobs) perform(job, file_system_, stats_, report_);
    jobs.clear();
    lock.lock();
  }
}

}  // namespace sluice::store
