#include "recording_health.hpp"

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "sluice/io/log.hpp"

namespace sluice::app {
namespace {

// Longer than any disk that works takes for one call.
constexpr int kHangSeconds = 5;

double seconds(std::uint64_t micros) { return static_cast<double>(micros) / 1e6; }

// How long a call has been under way that began at `since` (0: none is).
double running_for(std::int64_t since, MonoTime now) {
  if (since == 0) return 0;
  return std::max(0.0, static_cast<double>(now.time_since_epoch().count() - since) / 1e6);
}

std::string text_of_bytes(std::uint64_t bytes) {
  char text[32];
  const double mib = static_cast<double>(bytes) / (1 << 20);
  if (mib >= 1024) {
    std::snprintf(text, sizeof text, "%.2f GiB", mib / 1024);
  } else {
    std::snprintf(text, sizeof text, "%.1f MiB", mib);
  }
  return text;
}

std::string text_of_seconds(double count) { return std::to_string(static_cast<int>(count)) + " s"; }

std::string count_of(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string last_failure(const store::RecorderStats& stats) {
  return std::string(stats.last_operation) + ": " + std::generic_category().message(stats.last_error);
}

struct Hanging {
  double write;
  double sync;
  double look;
  double longest() const { return std::max({write, sync, look}); }
};

Hanging hanging_of(const store::RecorderStats& recorder, const store::DiskState& disk, MonoTime now) {
  return {running_for(recorder.write_since, now), running_for(recorder.sync_since, now),
          running_for(disk.moved_at.time_since_epoch().count(), now)};
}

void add(std::string& reasons, const std::string& reason) { reasons += (reasons.empty() ? "" : "; ") + reason; }

}  // namespace

std::string RecordingHealth::look(const store::RecorderStats& recorder, const store::DiskState& disk,
                                  const std::string& directory, MonoTime now) {
  const Hanging hanging = hanging_of(recorder, disk, now);
  tell_changes(disk, directory, hanging.longest());
  std::string reasons;
  if (!disk.room) {
    add(reasons, "recording waits for free space: " + text_of_bytes(disk.look.free_bytes) + " of " +
                     text_of_bytes(disk.enough_again) + " (record.min_free_space and an eighth)");
  }
  if (disk.look.error) {
    add(reasons, "record.directory " + directory + ": " + disk.look.operation + ": " + disk.look.error.message());
  }
  if (hanging.longest() > kHangSeconds) {
    const char* what = hanging.write > kHangSeconds ? "write" : hanging.sync > kHangSeconds ? "sync" : "look";
    add(reasons, "the disk does not answer: a " + std::string(what) + " has been running for " +
                     text_of_seconds(hanging.longest()));
  }
  const std::uint64_t shedding = recorder.sessions_shedding;
  const std::uint64_t failing = recorder.sessions_failing;
  if (shedding > 0) add(reasons, count_of(shedding, "session") + " too much for the disk: limits.record_queue is full");
  if (failing > shedding && disk.room) {
    add(reasons, count_of(failing - shedding, "session") + " not being recorded: " + last_failure(recorder));
  }
  const std::uint64_t unfinished = recorder.files_failing;
  if (unfinished > 0) add(reasons, count_of(unfinished, "file") + " waiting to be sealed: " + last_failure(recorder));
  return reasons;
}

void RecordingHealth::tell_changes(const store::DiskState& disk, const std::string& directory, double hanging_seconds) {
  if (const bool low = !disk.room; std::exchange(low_, low) != low) {
    io::log_event(low ? io::Level::error : io::Level::info, low ? "disk_low" : "disk_room",
                  low ? "less than record.min_free_space is free: recording stops, live goes on"
                      : "there is room for recordings again",
                  {{"path", directory}, {"free_bytes", disk.look.free_bytes}, {"enough_bytes", disk.enough_again}});
  }
  if (const bool faulty = disk.look.error.failed(); std::exchange(faulty_, faulty) != faulty) {
    const std::string error = faulty ? disk.look.error.message() : "";
    io::log_event(faulty ? io::Level::error : io::Level::info, faulty ? "disk_fault" : "disk_healed",
                  faulty ? "recordings cannot be written: live goes on" : "recordings can be written again",
                  {{"path", directory}, {"operation", std::string_view(disk.look.operation)}, {"error", error}});
  }
  if (const bool hanging = hanging_seconds > kHangSeconds; std::exchange(hanging_, hanging) != hanging) {
    io::log_event(hanging ? io::Level::error : io::Level::info, hanging ? "disk_hangs" : "disk_answers",
                  hanging ? "the disk does not answer: live goes on" : "the disk answers again", {{"path", directory}});
  }
}

void collect_recorder(io::MetricsWriter& out, const store::RecorderStats& stats, MonoTime now) {
  const auto number = [](const std::atomic<std::uint64_t>& value) {
    return static_cast<double>(value.load(std::memory_order_relaxed));
  };
  out.counter("sluice_record_bytes_total", "Bytes written to recordings.", number(stats.bytes_written));
  out.counter("sluice_record_entries_total", "Entries written to recordings.", number(stats.entries_written));
  out.counter("sluice_record_writes_total", "Writes to recordings.", number(stats.writes));
  out.counter("sluice_record_write_seconds_total", "Time spent in these writes.", seconds(stats.write_micros.load()));
  out.counter("sluice_record_syncs_total", "Syncs of recordings.", number(stats.syncs));
  out.counter("sluice_record_sync_seconds_total", "Time spent in these syncs.", seconds(stats.sync_micros.load()));
  out.counter("sluice_record_files_sealed_total", "Recording files completed.", number(stats.files_sealed));
  out.counter("sluice_record_errors_total", "Failed operations on recordings.", number(stats.errors));
  out.counter("sluice_record_lost_entries_total", "Entries that were not recorded.", number(stats.entries_lost));
  out.counter("sluice_record_lost_seconds_total", "Media in segments that were not recorded.",
              number(stats.ticks_lost) / 90000);
  out.gauge("sluice_record_queue_bytes", "Media waiting for the disk.", number(stats.queue_bytes));
  out.gauge("sluice_record_failing_sessions", "Sessions that are live and not being recorded.",
            number(stats.sessions_failing));
  out.gauge("sluice_record_unfinished_files", "Recording files that could not be sealed, and are tried again.",
            number(stats.files_unfinished));
  out.gauge("sluice_record_write_running_seconds", "How long the write has taken that is under way.",
            running_for(stats.write_since, now));
  out.gauge("sluice_record_sync_running_seconds", "How long the sync has taken that is under way.",
            running_for(stats.sync_since, now));
}

void collect_housekeeper(io::MetricsWriter& out, const store::Housekeeper& housekeeper) {
  const store::DiskState disk = housekeeper.state();
  out.gauge("sluice_record_disk_free_bytes", "Free space where recordings lie.",
            static_cast<double>(disk.look.free_bytes));
  out.gauge("sluice_record_disk_low", "1 while recording waits for free space.", disk.room ? 0 : 1);
  out.gauge("sluice_record_disk_fault", "1 while recordings cannot be written.", disk.look.error ? 1 : 0);
  const store::RetentionStats none;
  const store::RetentionStats* known = housekeeper.retention();
  const store::RetentionStats& stats = known != nullptr ? *known : none;
  const auto number = [](const std::atomic<std::uint64_t>& value) { return static_cast<double>(value.load()); };
  const char* const removed = "Recording files removed.";
  out.counter("sluice_record_removed_files_total", removed, number(stats.removed_by_age), {{"reason", "age"}});
  out.counter("sluice_record_removed_files_total", removed, number(stats.removed_by_size), {{"reason", "size"}});
  out.counter("sluice_record_removed_bytes_total", "Their sizes.", number(stats.removed_bytes));
  out.gauge("sluice_record_stored_files", "Sealed recording files.", number(stats.stored_files));
  out.gauge("sluice_record_stored_bytes", "Their sizes.", number(stats.stored_bytes));
  out.gauge("sluice_record_excess_bytes", "Of these, above record.max_size and not to be removed.",
            number(stats.excess_bytes));
}

}  // namespace sluice::app
