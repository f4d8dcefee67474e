#include "recording_wiring.hpp"

#include <utility>

#include "sluice/app/stream_hls.hpp"
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

void log_retention_event(const store::RetentionEvent& event) {
  using Kind = store::RetentionEvent::Kind;
  switch (event.kind) {
    case Kind::removed:
      io::log_event(io::Level::info, "recording_removed", "a recording file was removed",
                    {{"path", event.path.native()}, {"bytes", event.bytes}, {"reason", event.reason}});
      return;
    case Kind::failed:
      io::log_event(io::Level::warn, "recording_not_removed", "a recording file could not be removed",
                    {{"path", event.path.native()}, {"reason", event.reason}, {"error", event.error}});
      return;
    case Kind::blocked:
      io::log_event(io::Level::warn, "retention_blocked",
                    "recordings exceed record.max_size, and those that are left are in use or still in playlists",
                    {{"path", event.path.native()}, {"bytes", event.bytes}});
      return;
    case Kind::clock_stepped:
      io::log_event(io::Level::warn, "retention_clock_stepped",
                    "the clock was set; nothing is removed for its age until it has been steady for 10 minutes",
                    {{"path", event.path.native()}, {"seconds", event.step.count() / 1'000'000}});
      return;
  }
}

// A playlist names somewhat more than its window, and what it named may be fetched somewhat longer.
constexpr Micros kProtectedMargin = std::chrono::minutes(5);

store::RetentionOptions retention_options(const Config& config) {
  store::RetentionOptions options;
  options.directory = config.record.directory;
  options.age = config.record.retention;
  options.max_size = config.record.max_size.bytes;
  options.protected_span = config.hls.dvr_window + config.stream.resume_window + kProtectedMargin;
  return options;
}

}  // namespace

std::unique_ptr<store::Housekeeper> make_housekeeper(const Config& config) {
  if (!config.record.enabled) return nullptr;
  store::HousekeeperOptions options;
  options.directory = config.record.directory;
  options.min_free_bytes = config.record.min_free_space.bytes;
  if (config.record.retention > Millis(0) || config.record.max_size.bytes > 0) {
    options.retention = retention_options(config);
  }
  return std::make_unique<store::Housekeeper>(std::move(options), log_retention_event);
}

std::unique_ptr<store::Recorder> make_recorder(const Config& config, const store::Housekeeper* housekeeper,
                                               store::RecorderReport report) {
  if (!config.record.enabled) return nullptr;
  store::RecorderOptions options;
  options.log.directory = config.record.directory;
  options.log.rotate = config.record.rotate;
  options.sync_interval = config.record.sync_interval;
  options.log.has_room = [housekeeper] { return housekeeper->has_room(); };
  options.queue_bytes_max = config.limits.record_queue.bytes;
  return std::make_unique<store::Recorder>(std::move(options), std::move(report));
}

store::RecoveryOptions recovery_options(const Config& config, WallTime now) {
  store::RecoveryOptions options;
  options.directory = config.record.directory;
  options.now = now;
  options.resume_window = config.stream.resume_window;
  // A little more than is listed, so that what is listed does not depend on where reading began.
  options.window = longest_window(config.hls) + 3 * Micros(longest_segment_duration(config.hls));
  return options;
}

live::StreamTail tail_of(store::StreamTail tail) {
  return {.epoch = tail.epoch,
          .last_msn = tail.numbering.last_msn,
          .last_period = tail.numbering.last_period,
          .media_end = tail.numbering.last_time,
          .last_wall = tail.last_wall,
          .target_duration = tail.numbering.target_duration,
          .final = tail.final,
          .session = tail.session,
          .window = std::move(tail.window)};
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
      io::log_event(io::Level::warn, "recording_resumed", "recording goes on; `entries` before are missing",
                    {{"stream", stream},
                     {"session", event.session.text()},
                     {"path", event.path.native()},
                     {"entries", event.entries},
                     {"bytes", event.media_bytes}});
      return;
  }
}

}  // namespace sluice::app
