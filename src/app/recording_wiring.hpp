// How recordings are wired into the daemon: making the recorder and the housekeeper, recovery at start, what is told of
// them. Private to app.
#pragma once

#include <memory>
#include <string>

#include "sluice/app/config.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/store/housekeeper.hpp"
#include "sluice/store/recorder.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::app {

// Both null when record.enabled is false. The recorder asks the housekeeper, which must outlive it, for room.
std::unique_ptr<store::Housekeeper> make_housekeeper(const Config& config);
std::unique_ptr<store::Recorder> make_recorder(const Config& config, const store::Housekeeper* housekeeper,
                                               store::RecorderReport report);

store::RecoveryOptions recovery_options(const Config& config, WallTime now);
live::StreamTail tail_of(store::StreamTail tail);
void log_recovery(const store::Recovery& recovery);
void log_recorder_event(const store::RecorderEvent& event);

}  // namespace sluice::app
