// Lifecycle: what this process is to its orchestrator, from start-up to the end of its drain.
//
//   starting ──recovered──▶ running ──drain()──▶ grace ──time──▶ waiting ──no publish left──▶ lingering ──time──▶ over
//                              │                   │               │  └─drain time is up─▶ cutting ─┘              ▲
//                              │                   └──second drain()┴──────────▶ (publishes are ended) ────────────┘
//                              └─recycle, last publish over─▶ finished
//
// In `grace` the listeners stay open and publishes are still accepted, because balancers hear of a falling readiness
// late; in `waiting` running publishes go on; in `cutting` each is ended at its next key frame, so that its last
// segment is whole; in `lingering` viewers fetch the end. A second drain() leaves out the waits for
// publishers and viewers; segments are ended whole all the same.
//
// Pure: the shell passes in the time and does what phase() says. The probes read report().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::live {

enum class Phase { starting, running, finished, grace, waiting, cutting, lingering, over };
enum class ReadinessMeaning { ingest, serve };

std::string_view to_string(Phase phase);

struct LifecycleOptions {
  bool recycle = false;
  Micros unready_grace = Seconds(3);
  Micros drain_timeout = Seconds(3600);
  // How long a publish may take to reach its next key frame when the drain time is up.
  Micros cutting_timeout = Seconds(10);
  // After the last publish: how long viewers may fetch the end, and the quiet after which nobody seems to.
  Micros linger = Seconds(30);
  Micros linger_quiet = Seconds(5);
};

// What on_time() is told of the rest of the process.
struct LifecycleInputs {
  int publishes = 0;         // running now
  int resumable = 0;         // streams whose publisher may still return
  MonoTime last_view{};      // the last media request answered
  Micros target_duration{};  // the longest of any playlist
};

// One answer of a probe: HTTP 200 when `ok`, else 503.
struct ProbeReport {
  bool ok = false;
  std::string_view status;
  std::vector<std::string> reasons;
};

class Lifecycle {
 public:
  explicit Lifecycle(LifecycleOptions options) : options_(options) {}

  Phase phase() const { return phase_; }
  // The recovery of recordings is over.
  void on_recovered();
  // How far the recovery is, for the probes: "3 of 12 streams".
  void on_recovery_progress(const std::string& progress);
  void on_publish_started() { published_ = true; }
  // Recording cannot go on, and why; an empty reason heals it.
  void on_recording_state(std::string reason) { recording_fault_ = std::move(reason); }
  // SIGTERM, SIGINT or POST drain. The first begins the drain, the second cuts it short; returns false when there is
  // nothing left to shorten.
  bool drain(MonoTime now);
  // The loop or a worker has not moved for too long, and which; an empty reason: all move.
  void on_stalled(std::string reason) { stalled_ = std::move(reason); }
  // Moves on when the time or the inputs say so. True when the phase changed.
  bool on_time(MonoTime now, const LifecycleInputs& inputs);

  // In `cutting`: the time for reaching a key frame is up, so end what still publishes as it is.
  bool must_end_publishes_now(MonoTime now) const;

  bool draining() const { return phase_ >= Phase::grace; }
  bool accepts_publishes() const { return phase_ == Phase::running || phase_ == Phase::grace; }
  bool degraded() const { return !recording_fault_.empty(); }

  ProbeReport readiness(ReadinessMeaning meaning, int slots_free) const;
  // Whether the process should be left alone: false once it is finished or stalled.
  ProbeReport liveness(int slots_free) const;

 private:
  void enter(Phase phase, MonoTime now);
  std::string_view status(int slots_free) const;

  LifecycleOptions options_;
  Phase phase_ = Phase::starting;
  MonoTime since_{};
  bool published_ = false;
  bool hurried_ = false;
  std::string recording_fault_;
  std::string recovery_;
  std::string stalled_;
};

}  // namespace sluice::live
