// How recordings are wired into the daemon: making the recorder, recovery at start, what is told of both. Private to
// app.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/app/config.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/store/recorder.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::app {

// Null when record.enabled is false.
std::unique_ptr<store::Recorder> make_recorder(const Config& config, store::RecorderReport report);

// Where the live streams' numbers go on.
std::map<StreamName, live::StreamTail> tails_of(const store::Recovery& recovery);
void log_recovery(const store::Recovery& recovery);
void log_recorder_event(const store::RecorderEvent& event);
// Why readiness is `degraded`; empty while recordings go on.
std::string recording_fault(const store::RecorderStats& stats);

void collect_recorder(io::MetricsWriter& out, const store::RecorderStats& stats);

}  // namespace sluice::app
