// TrackClock: decode times of one track, in its own timescale and strictly increasing (B16).
//
// Video goes by its timestamps; what does not increase is moved up by a minimum step. Audio goes by its samples,
// because RTMP's milliseconds cannot express them: the first frame is placed by its timestamp, each later one follows
// the samples of the one before, and only when the timestamps show for kDriftFrames frames that more than
// kDriftTolerance are missing or too many (or at once beyond kDriftLimit) is it placed anew (TS-07, B20). So 44.1 kHz
// audio has no gaps, and lost audio leaves its gap.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/time.hpp"

namespace sluice::timeline {

class TrackClock {
 public:
  static constexpr Millis kMinimumStep{1};
  static constexpr Millis kDriftTolerance{40};
  static constexpr Millis kDriftLimit{120};
  static constexpr int kDriftFrames = 5;
  static constexpr Millis kHeldUnnoticed{20};  // held back no longer, a video frame keeps its due()

  // `timescale`: ticks a second. `frame`: a frame's duration in ticks until one is known.
  TrackClock(std::uint32_t timescale, std::int64_t frame) : timescale_(timescale), frame_(frame) {}

  struct Placed {
    std::int64_t dts = 0;
    bool repaired = false;  // moved up to stay increasing
    bool resynced = false;  // audio was placed anew
  };
  // A frame that belongs at `time`; `samples` are its ticks for audio, 0 for video and when they cannot be told.
  Placed place(Ticks90k time, std::uint32_t samples);

  std::uint32_t timescale() const { return timescale_; }
  bool started() const { return last_.has_value(); }
  // Where the last frame ends as far as it is known, which is where the next one is expected. Started only.
  std::int64_t end() const { return *due_ + frame_; }
  Ticks90k end_time() const { return ticks_from(end(), timescale_); }
  Ticks90k last_time() const { return ticks_from(*last_, timescale_); }
  Ticks90k frame_time() const { return ticks_from(frame_, timescale_); }
  std::int64_t last() const { return *last_; }
  // Where the last frame belongs, whatever hold() and move() made of it.
  std::int64_t due() const { return *due_; }
  Ticks90k due_time() const { return ticks_from(*due_, timescale_); }

  // The last frame is decoded at `time`, earlier or later than it was placed. The measure of frames does not know of
  // it.
  void move(Ticks90k time);
  // The last frame was said to end at `end`: no later one begins before it.
  void hold(std::int64_t end);
  // Forgets where the track was, for a timeline that goes on elsewhere; what hold() promised stays.
  void restart();

 private:
  std::int64_t ticks(Millis span) const { return ticks_in(span, timescale_); }
  Placed place_audio(std::int64_t actual);
  Placed place_video(std::int64_t actual);

  std::uint32_t timescale_;
  std::int64_t frame_;
  std::optional<std::int64_t> last_;
  std::int64_t least_ = 0;           // not before this, for it follows another
  std::optional<std::int64_t> due_;  // where it would be had nobody moved it
  std::optional<std::int64_t> earliest_;
  bool counted_ = false;  // end() comes from samples
  int drifting_ = 0;
};

}  // namespace sluice::timeline
