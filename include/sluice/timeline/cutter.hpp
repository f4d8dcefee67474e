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
//
// The part target is fixed when the first segment ends, too (docs/low-latency.md). From then on a part ends before the
// frame that would make it longer, once it has most of its target. A frame that comes too late for that is taken back:
// the part ends at its target, and the frame is to be decoded there. Where frames come so slowly that this would have
// to be done to each, a segment is one part. So it is where it may not be cut yet: see hold().
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/time.hpp"
#include "sluice/timeline/part_target.hpp"

namespace sluice::timeline {

class Cutter {
 public:
  struct Options {
    Millis segment_target{2000};
    std::optional<Millis> part_duration;  // the part that is aimed at; none: each segment is one part
    Millis gop_max{10000};                // a first segment may have a group of pictures this long
    // What the playlist had before this process took it over: then it is fixed from the start.
    std::optional<Seconds> target_duration{};
    std::optional<Millis> part_target{};  // 0: it has no parts
  };
  // Who leads: video; audio where there is no video; or audio that goes on while video is silent.
  enum class Lead : std::uint8_t { video, audio, stand_in };
  static constexpr Millis kOverrun{490};
  static constexpr Millis kShortest{100};  // a key frame so soon after a cut ends no segment
  static constexpr Millis kLeast{1};       // a part of no duration cannot be listed
  static constexpr Millis kLateMax{500};   // a frame so late is taken back within its segment,
  static constexpr Millis kLateEnd{1000};  // so late to the beginning of the next; later it leaves a hole

  explicit Cutter(const Options& options);

  // A segment begins, with its first part.
  void begin(Ticks90k start);
  bool open() const { return open_; }
  // Until the next cut, or until it is told otherwise, no part ends but with its segment: the segment is one part, if
  // that has become longer than the target meanwhile.
  void hold(bool held) { held_ = held; }
  Ticks90k part_start() const { return part_start_; }

  struct Decision {
    bool cut = false;
    bool ends_segment = false;
    bool forced = false;             // at a frame that is no key frame
    Ticks90k at{};                   // where the part ends
    Ticks90k next{};                 // where the next one begins: later than `at` when nothing can be shown in between
    std::optional<Ticks90k> move{};  // where the frame is to be decoded, when it is not where it came
  };
  // The leading track has a frame at `time`, before which may be cut. `end`: where the frame before it ends by its
  // nominal duration. `step`: the time to the next such question. Open only.
  Decision on_frame(Ticks90k time, bool key, Ticks90k end, Ticks90k step, Lead lead = Lead::video);
  // The leading track has a frame that ends at `end`, as far as can be told: cuts there when its successor, as long as
  // `step`, will not fit into the part. Not when the successor is expected to end the segment: it will.
  Decision after_frame(Ticks90k end, Ticks90k step, Lead lead) const;
  // The part began so, and this is its first frame of video. `empty`: nor is there anything else in it yet.
  Decision on_awaited(Ticks90k time, bool key, Ticks90k step, bool empty);
  // Where the open segment ends when nothing follows and its media lasts until `end`.
  Ticks90k closing_time(Ticks90k end) const;

  // The part ends at `at`, and with it the segment or not.
  void cut(Ticks90k at, bool ends_segment);

  // Fixed after the first cut; what it will be at least before.
  Seconds target_duration() const { return target_duration_; }
  // 0 when there are no parts, and before the first cut.
  Millis part_target() const { return part_target_.value_or(Millis(0)); }
  // Segments that are one part because their frames came too slowly.
  std::uint64_t slow_segments() const { return slow_segments_; }
  // The length of the last whole group of pictures; none before two key frames came.
  std::optional<Ticks90k> group_length() const { return group_length_; }
  // Frames no longer follow those before: a new Period.
  void forget_frames() {
    last_key_.reset();
    frames_.forget();
  }

 private:
  Ticks90k limit() const;
  bool has_parts() const { return part_target() > Millis(0) && !slow_; }
  Ticks90k part_end() const;
  bool is_time_for_key_cut(Ticks90k elapsed) const;
  bool is_last_chance(Ticks90k elapsed, Ticks90k step) const;
  bool is_full(Ticks90k time, Ticks90k step) const;
  bool may_be_key(Ticks90k time, Ticks90k step) const;
  void note_key(Ticks90k time);
  Decision cut_over_hole(Ticks90k time, Ticks90k end) const;
  Decision cut_at_target(Ticks90k time, bool key, Ticks90k end, Ticks90k step, Lead lead) const;

  Options options_;
  Seconds target_duration_;
  bool fixed_;
  std::optional<Millis> part_target_;
  FrameTimes frames_;       // of the first segment
  bool first_part_ = true;  // of the segment
  bool slow_ = false;       // the segment stays one part
  bool held_ = false;
  std::uint64_t slow_segments_ = 0;
  bool open_ = false;
  Ticks90k segment_start_{};
  Ticks90k part_start_{};
  std::optional<Ticks90k> last_key_;
  std::optional<Ticks90k> group_length_;
};

}  // namespace sluice::timeline
