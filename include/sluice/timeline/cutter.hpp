// Cutter: where segments and parts end (HLS checklist MP-03, MP-04, MP-06; B21 to B23). It sees only times: of the
// track that leads (video, or audio when there is no video), on the stream's timeline.
//
// A segment ends at the first key frame at or after the target, or at an earlier one when waiting for another group of
// pictures as long as the last one would make it longer than the target duration allows. The target duration is fixed
// when the first segment ends and never changes: the target rounded up, or what the first segment needs when its group
// of pictures is longer. From then on a segment that would become too long is cut where it is, at a frame that is no
// key frame.
//
// EXTINF, rounded to the nearest integer, must not exceed the target duration: kOverrun is what fits.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/time.hpp"

namespace sluice::timeline {

class Cutter {
 public:
  struct Options {
    Millis segment_target{2000};
    std::optional<Millis> part_target;  // none: each segment is one part
    Millis gop_max{10000};              // a first segment may have a group of pictures this long
    // What the playlist had before this process took it over: then it is fixed from the start.
    std::optional<Seconds> target_duration{};
  };
  static constexpr Millis kOverrun{490};
  static constexpr Millis kShortest{100};  // a key frame so soon after a cut ends no segment

  explicit Cutter(const Options& options);

  // A segment begins, with its first part.
  void begin(Ticks90k start);
  bool open() const { return open_; }
  Ticks90k part_start() const { return part_start_; }

  struct Decision {
    bool cut = false;
    bool ends_segment = false;
    bool forced = false;  // at a frame that is no key frame
    Ticks90k at{};        // where the part ends
    Ticks90k next{};      // where the next one begins: later than `at` when nothing can be shown in between
  };
  // The leading track has a frame at `time`, before which may be cut. `end`: where the frame before it ends by its
  // nominal duration. `step`: the time to the next such question. Open only.
  Decision on_frame(Ticks90k time, bool key, Ticks90k end, Ticks90k step);
  // Where the open segment ends when nothing follows and its media lasts until `end`.
  Ticks90k closing_time(Ticks90k end) const;

  // The part ends at `at`, and with it the segment or not.
  void cut(Ticks90k at, bool ends_segment);

  // Fixed after the first cut; what it will be at least before.
  Seconds target_duration() const { return target_duration_; }
  // The length of the last whole group of pictures; none before two key frames came.
  std::optional<Ticks90k> group_length() const { return group_length_; }
  // Key frames no longer follow those before: a new Period.
  void forget_last_key() { last_key_.reset(); }

 private:
  Ticks90k limit() const;
  bool is_time_for_key_cut(Ticks90k elapsed) const;
  Decision cut_over_hole(Ticks90k time, Ticks90k end) const;

  Options options_;
  Seconds target_duration_;
  bool fixed_;
  bool open_ = false;
  Ticks90k segment_start_{};
  Ticks90k part_start_{};
  std::optional<Ticks90k> last_key_;
  std::optional<Ticks90k> group_length_;
};

}  // namespace sluice::timeline
