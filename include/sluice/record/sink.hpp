// Where a stream's entries go to be recorded. store::Recorder is the real one; tests have theirs.
#pragma once

#include <cstdint>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::record {

// What a recording file says of the publish session it belongs to.
struct SessionInfo {
  StreamName stream;
  SessionId session;
  // The first session of the live playlist this one belongs to: itself, or the one it resumed.
  SessionId epoch;
  WallTime start;
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
