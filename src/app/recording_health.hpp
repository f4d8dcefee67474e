// What the operator is told of the recordings' disk: the reason of `degraded`, log lines when something changes,
// metrics. Loop thread. Private to app.
#pragma once

#include <string>

#include "sluice/io/metrics.hpp"
#include "sluice/store/housekeeper.hpp"
#include "sluice/store/recorder.hpp"

namespace sluice::app {

class RecordingHealth {
 public:
  // Once a second. Why readiness is `degraded`; empty while recordings go on, or could.
  std::string look(const store::RecorderStats& recorder, const store::DiskState& disk, const std::string& directory,
                   MonoTime now);

 private:
  void tell_changes(const store::DiskState& disk, const std::string& directory, double hanging_seconds);

  bool low_ = false;
  bool faulty_ = false;
  bool hanging_ = false;
};

void collect_recorder(io::MetricsWriter& out, const store::RecorderStats& stats, MonoTime now);
void collect_housekeeper(io::MetricsWriter& out, const store::Housekeeper& housekeeper);

}  // namespace sluice::app
