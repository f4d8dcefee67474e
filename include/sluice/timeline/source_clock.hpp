// SourceClock: from the publisher's timestamps to the stream's timeline (RTMP checklist TS-01 to TS-06; B17, B18).
//
// All tracks share one correction, so that what the publisher kept in step stays in step. A timestamp is believed when
// it is not more than kBackwardTolerance behind its own track and not more than `forward_jump` ahead of the whole
// stream; a track that was silent, or starts a little apart from the others, is therefore nothing special. A timestamp
// that is not believed is replaced by where its track was expected to go on; after three in a row the publisher is
// taken at its word:
//
//   three in a row over all tracks        its clock jumped: the common correction is moved, and the timeline goes on
//   three in a row of one track, while    that track has a clock of its own: it alone is corrected
//   others were believed in between
//
// Pure: no entry is made here.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/time.hpp"
#include "sluice/timeline/unwrap.hpp"

namespace sluice::timeline {

// What the clock keeps of one track; reset for a new publisher.
struct SourceTrack {
  std::optional<Ticks90k> last;  // the latest believed time on the timeline
  Ticks90k skew{};               // this track's own correction
  int rogues = 0;                // not believed, in a row
  bool follower = false;         // an extra track: it never moves the stream's clock
};

struct Placement {
  enum class Kind : std::uint8_t {
    in_line,    // as the publisher said
    restamped,  // not believed: `time` is the expected one
    jumped,     // the publisher's clock jumped, and the common correction was moved with it
    split,      // this track went its own way, and its own correction was moved
  };
  Kind kind = Kind::in_line;
  Ticks90k time{};
};

class SourceClock {
 public:
  static constexpr Ticks90k kBackwardTolerance = Millis(200);
  static constexpr int kRoguesToBelieve = 3;

  explicit SourceClock(Millis forward_jump) : forward_jump_(forward_jump) {}

  // A new publisher: nothing is known of its clock until anchor().
  void reset();
  bool anchored() const { return anchored_; }
  // The packet with this timestamp stands at `time`.
  void anchor(std::uint32_t timestamp_ms, Ticks90k time);

  // Where a packet stands. `expected`: where its track goes on if its timestamp is not to be believed. `eager`: a new
  // Period begins with this packet, so a jump needs no proof. Anchored only.
  Placement place(SourceTrack& track, std::uint32_t timestamp_ms, std::uint32_t nano_offset, Ticks90k expected,
                  bool eager);

  // From now on everything stands `by` later.
  void shift(Ticks90k by);

  // Where something that is no media stands: at its timestamp when that is near the stream's time, else at that time.
  Ticks90k nearest(std::uint32_t timestamp_ms) const;
  // The latest time any track was placed at.
  Ticks90k newest() const { return newest_; }

 private:
  Ticks90k uncorrected(std::uint32_t timestamp_ms, std::uint32_t nano_offset) const;
  void believe(SourceTrack& track, std::uint32_t timestamp_ms, Ticks90k time);

  Ticks90k forward_jump_;
  Unwrap unwrap_;
  bool anchored_ = false;
  bool believed_any_ = false;  // a track that is no follower was believed since anchor()
  Ticks90k correction_{};
  Ticks90k newest_{};
  int rogues_ = 0;
};

}  // namespace sluice::timeline
