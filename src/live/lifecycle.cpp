#include "sluice/live/lifecycle.hpp"

#include <algorithm>

namespace sluice::live {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return "starting";
    case Phase::running:
      return "running";
    case Phase::finished:
      return "finished";
    case Phase::grace:
      return "grace";
    case Phase::waiting:
      return "waiting";
    case Phase::cutting:
      return "cutting";
    case Phase::lingering:
      return "lingering";
    case Phase::over:
      return "over";
  }
  return "";
}

void Lifecycle::enter(Phase phase, MonoTime now) {
  phase_ = phase;
  since_ = now;
}

void Lifecycle::on_recovered() {
  if (phase_ == Phase::starting) phase_ = Phase::running;
}

void Lifecycle::on_recovery_progress(const std::string& progress) { recovery_ = ": " + progress; }

bool Lifecycle::drain(MonoTime now) {
  if (!draining()) {
    enter(Phase::grace, now);
    return true;
  }
  if (hurried_ || phase_ == Phase::over) return false;
  hurried_ = true;
  return true;
}

bool Lifecycle::on_time(MonoTime now, const LifecycleInputs& inputs) {
  const Phase before = phase_;
  switch (phase_) {
    case Phase::starting:
    case Phase::finished:
    case Phase::over:
      break;
    case Phase::running:
      if (options_.recycle && published_ && inputs.publishes == 0 && inputs.resumable == 0) enter(Phase::finished, now);
      break;
    case Phase::grace:
      if (hurried_ || now - since_ >= options_.unready_grace) enter(Phase::waiting, now);
      break;
    case Phase::waiting:
      if (inputs.publishes == 0) {
        enter(Phase::lingering, now);
      } else if (hurried_ || now - since_ >= options_.drain_timeout) {
        enter(Phase::cutting, now);
      }
      break;
    case Phase::cutting:
      if (inputs.publishes == 0) enter(Phase::lingering, now);
      break;
    case Phase::lingering: {
      // A player looks again within a target duration, and a cache may answer it for half of one.
      const Micros quiet_time = std::max(options_.linger_quiet, 2 * inputs.target_duration);
      const bool quiet = now - since_ >= quiet_time && now - inputs.last_view >= quiet_time;
      const bool enough = now - since_ >= std::max(options_.linger, quiet_time);
      if (hurried_ || !published_ || quiet || enough) enter(Phase::over, now);
      break;
    }
  }
  return phase_ != before;
}

bool Lifecycle::must_end_publishes_now(MonoTime now) const {
  return phase_ == Phase::cutting && now - since_ >= options_.cutting_timeout;
}

std::string_view Lifecycle::status(int slots_free) const {
  if (!stalled_.empty()) return "stalled";
  switch (phase_) {
    case Phase::starting:
      return "starting";
    case Phase::finished:
      return "finished";
    case Phase::grace:
    case Phase::waiting:
    case Phase::cutting:
    case Phase::lingering:
    case Phase::over:
      return "draining";
    case Phase::running:
      break;
  }
  if (degraded()) return "degraded";
  return slots_free > 0 ? "ready" : "busy";
}

ProbeReport Lifecycle::readiness(ReadinessMeaning meaning, int slots_free) const {
  ProbeReport report;
  report.status = status(slots_free);
  report.ok = report.status == "ready" || (report.status == "busy" && meaning == ReadinessMeaning::serve);
  if (report.status == "starting") report.reasons.push_back("recovery of recordings still runs" + recovery_);
  if (report.status == "busy") report.reasons.push_back("no publisher slot is free");
  if (report.status == "draining") report.reasons.push_back("draining: " + std::string(to_string(phase_)));
  if (report.status == "finished") report.reasons.push_back("the last publish has ended and lifecycle.recycle is set");
  if (degraded()) report.reasons.push_back(recording_fault_);
  if (!stalled_.empty()) report.reasons.push_back(stalled_);
  return report;
}

ProbeReport Lifecycle::liveness(int slots_free) const {
  ProbeReport report = readiness(ReadinessMeaning::serve, slots_free);
  report.ok = phase_ != Phase::finished && stalled_.empty();
  return report;
}

}  // namespace sluice::live
