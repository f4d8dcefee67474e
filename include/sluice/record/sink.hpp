// Where a stream's entries go to be recorded. store::Recorder is the real one; tests have theirs.
#pragma once

#include <cstdint>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::record {

// How far the numbers of a session have come. Zero: none yet.
struct Numbering {
  std::uint64_t last_msn = 0;
  std::uint64_t last_period = 0;
  Ticks90k last_time{};  // the end of what is cut, or the last packet's dts where that is later
  Seconds target_duration{};
  friend bool operator==(const Numbering&, const Numbering&) = default;
};

// What a recording file says of the publish session it belongs to.
struct SessionInfo {
  StreamName stream;
  SessionId session;
  // The first session of the live playlist this one belongs to: itself, or the one it resumed.
  SessionId epoch;
  WallTime start;
  // How far the playlist's numbers had come before it: what the first segment's number follows is known from the start.
  Numbering before = {};
};

// Called on the loop thread. Never blocks and never fails towards the caller: what cannot be recorded is the sink's to
// report.
class Sink {
 public:
  // A session that is being recorded, from begin() to end(). Never given twice.
  enum class Lane : std::uint32_t {};

  virtual ~Sink() = default;
  virtual Lane begin(const SessionInfo& info) = 0;
  // The session's entries, in order.
  virtual void append(Lane lane, const media::Entry& entry) = 0;
  virtual void end(Lane lane) = 0;
};

}  // namespace sluice::record
