#include "recording_wiring.hpp"

#include <utility>

#include "sluice/io/log.hpp"

namespace sluice::app {
namespace {

std::string_view to_string(store::SealedLeftover::Outcome outcome) {
  switch (outcome) {
    case store::SealedLeftover::Outcome::sealed:
      return "sealed";
    case store::SealedLeftover::Outcome::removed:
      return "removed";
    case store::SealedLeftover::Outcome::in_use:
      return "in_use";
    case store::SealedLeftover::Outcome::unreadable:
      return "unreadable";
    case store::SealedLeftover::Outcome::failed:
      return "failed";
  }
  return "";
}

double seconds(std::uint64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

std::unique_ptr<store::Recorder> make_recorder(const Config& config, store::RecorderReport report) {
  if (!config.record.enabled) return nullptr;
  store::RecorderOptions options;
  options.log.directory = config.record.directory;
  options.log.rotate = config.record.rotate;
  options.sync_interval = config.record.sync_interval;
  options.queue_bytes_max = config.limits.record_queue.bytes;
  return std::make_unique<store::Recorder>(std::move(options), std::move(report));
}

std::map<StreamName, live::StreamTail> tails_of(const store::Recovery& recovery) {
  std::map<StreamName, live::StreamTail> tails;
  for (const store::StreamTail& tail : recovery.tails) {
    tails.emplace(tail.stream,
                  live::StreamTail{tail.epoch, tail.numbering.last_msn, tail.numbering.last_period,
                                   tail.numbering.last_time, tail.last_wall, tail.numbering.target_duration});
  }
  return tails;
}

void log_recovery(const store::Recovery& recovery) {
  for (const store::SealedLeftover& leftover : recovery.leftovers) {
    const bool fine = leftover.outcome == store::SealedLeftover::Outcome::sealed ||
                      leftover.outcome == store::SealedLeftover::Outcome::removed;
    const std::string error = leftover.error ? leftover.error.message() : "";
    io::log_event(fine ? io::Level::info : io::Level::warn, "recording_recovered",
                  "a recording that an earlier process left open was looked at",
                  {{"path", leftover.path.native()},
                   {"outcome", to_string(leftover.outcome)},
                   {"error", error},
                   {"bytes", leftover.size},
                   {"bytes_cut_off", leftover.bytes_cut_off},
                   {"bytes_damaged", leftover.bytes_damaged}});
  }
  for (const std::filesystem::path& path : recovery.unreadable) {
    io::log_event(io::Level::warn, "recording_unreadable",
                  "a recording could not be read; the numbers of its stream start from the clock",
                  {{"path", path.native()}});
  }
}

void log_recorder_event(const store::RecorderEvent& event) {
  using Kind = store::RecorderEvent::Kind;
  const std::string stream = event.stream.path();
  const std::string error = event.error ? event.error.message() : "";
  switch (event.kind) {
    case Kind::sealed:
      io::log_event(io::Level::info, "recording_sealed", "a recording file is complete",
                    {{"stream", stream}, {"session", event.session.text()}, {"path", event.path.native()}});
      return;
    case Kind::recovered:
      io::log_event(io::Level::info, "recording_sealed", "a recording file that had failed is complete after all",
                    {{"stream", stream}, {"session", event.session.text()}, {"path", event.path.native()}});
      return;
    case Kind::failed:
      io::log_event(io::Level::error, "recording_failed", "the disk failed a recording; live goes on",
                    {{"stream", stream},
                     {"session", event.session.text()},
                     {"path", event.path.native()},
                     {"operation", event.operation},
                     {"error", error}});
      return;
    case Kind::shed:
      io::log_event(io::Level::error, "recording_shed", "the disk is too slow: media is not recorded; live goes on",
                    {{"stream", stream},
                     {"session", event.session.text()},
                     {"entries", event.entries},
                     {"bytes", event.media_bytes}});
      return;
    case Kind::resumed:
      io::log_event(io::Level::warn, "recording_resumed",
                    "recording goes on in a new file; what came before is missing",
                    {{"stream", stream},
                     {"session", event.session.text()},
                     {"path", event.path.native()},
                     {"entries", event.entries},
                     {"bytes", event.media_bytes}});
      return;
  }
}

std::string recording_fault(const store::RecorderStats& stats) {
  const std::uint64_t failing = stats.sessions_failing.load(std::memory_order_relaxed);
  if (failing == 0) return {};
  return "recording of " + std::to_string(failing) + " sessions fails; see event=recording_failed";
}

void collect_recorder(io::MetricsWriter& out, const store::RecorderStats& stats) {
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
  out.gauge("sluice_record_queue_bytes", "Media waiting for the disk.", number(stats.queue_bytes));
  out.gauge("sluice_record_failing_sessions", "Sessions that are live and not being recorded.",
            number(stats.sessions_failing));
}

}  // namespace sluice::app
