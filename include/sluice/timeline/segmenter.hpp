// Segmenter: turns packaged packets and the Cutter's decisions into Cut and Gap entries, and counts what they are
// numbered with.
//
// Where video is packaged it leads: parts begin and end at its decode times, and what audio arrived before a video
// frame stays in the part before it. The first part of a Period begins with its first packaged packet. When video falls
// silent while audio goes on, the leading time goes on as audio does. Parts and gaps of a Period follow one another
// without overlap or hole, so that durations sum up to the time that passed.
//
// A part whose end is known is cut behind its last packet: after() does not wait for the frame that would begin the
// next one. Then that part has begun, and is empty; when the segment turns out to end there, a Cut without duration
// says so.
//
// A segment may be short where a Period or a publish ends (a single frame at least): frames that came are never thrown
// away to make it look better.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/media/entry.hpp"
#include "sluice/timeline/cutter.hpp"
#include "sluice/timeline/pace.hpp"
#include "sluice/timeline/track_state.hpp"

namespace sluice::timeline {

class Segmenter {
 public:
  using Entries = std::vector<media::Entry>;
  using Tracks = std::vector<TrackState>;

  Segmenter(const Cutter::Options& options, std::uint64_t first_msn, Ticks90k start);

  void begin_period();
  // Around a packet that is packaged: before() may end the part, after() puts the packet into the running one, which
  // may end it. Its track's clock has placed it already, and may be set back to where the part ends.
  void before(Tracks& tracks, TrackState& track, bool key, MonoTime now, Entries& out);
  void after(Tracks& tracks, TrackState& track, bool key, MonoTime now, Entries& out);
  // Before before(): a track is still to come that belongs into the Period, which the first Cut would shut out.
  void await_track(bool awaited) { cutter_.hold(awaited && !listed_in_period_); }
  // Ends the running segment, if it has media: at `at`, or where its media ends. The next packet begins another.
  void close(Tracks& tracks, std::optional<Ticks90k> at, MonoTime now, Entries& out);
  // The last segment was listed `listed_at`: what follows is due from then.
  void expect_gap(MonoTime listed_at);
  // Nothing comes from the publisher: lists gaps as they fall due.
  void list_gaps(MonoTime now, Entries& out);

  bool packaged_in_period() const { return packaged_in_period_; }
  bool video_leads() const { return video_leads_; }
  // A Cut was made in this Period: its tracks are fixed, and its number is used up.
  bool listed_in_period() const { return listed_in_period_; }
  // The earliest time that the running segment could be ended at, and a Period that continues the publish begin.
  Ticks90k earliest_end() const;
  // Where the media of another publisher may begin: behind all that was listed or is in the running segment.
  Ticks90k end() const;
  Seconds target_duration() const { return cutter_.target_duration(); }
  std::uint64_t next_msn() const { return msn_; }
  std::uint64_t forced_cuts() const { return forced_cuts_; }
  std::uint64_t gaps() const { return gaps_; }
  // Frames that were decoded earlier than they came, so that a part did not become too long; and segments that are one
  // part because that would have been all of them.
  std::uint64_t late_frames() const { return late_frames_; }
  std::uint64_t slow_segments() const { return cutter_.slow_segments(); }
  // Between the last two key frames of the video.
  std::optional<Ticks90k> key_interval() const;

 private:
  void before_video(Tracks& tracks, TrackState& video, bool key, MonoTime now, Entries& out);
  void before_audio(Tracks& tracks, const TrackState& audio, MonoTime now, Entries& out);
  void apply(const Cutter::Decision& decision, Tracks& tracks, const TrackState* trigger, MonoTime now, Entries& out);
  void add_cut(Tracks& tracks, const TrackState* trigger, Ticks90k at, bool ends_segment, MonoTime now, Entries& out);
  void end_segment_without_part(MonoTime now, Entries& out);
  void listed(Ticks90k end, bool ends_segment, MonoTime now);
  void cut_behind(Tracks& tracks, const TrackState& track, MonoTime now, Entries& out);
  void add_gap(Ticks90k duration, Entries& out);
  void fill(Ticks90k until, Entries& out);

  Cutter cutter_;
  std::uint64_t msn_;
  std::uint32_t part_ = 0;
  std::uint64_t fragment_ = 1;
  std::uint64_t forced_cuts_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t late_frames_ = 0;

  bool packaged_in_period_ = false;
  bool listed_in_period_ = false;
  bool video_leads_ = false;
  Ticks90k lead_end_{};  // where the leading track's last frame ends
  Ticks90k last_video_{};
  std::optional<Ticks90k> audio_time_;      // of the last audio packet
  std::optional<Ticks90k> audio_at_video_;  // what that was when the last video packet came
  Ticks90k video_at_audio_{};               // the last video time when the last audio packet came

  Pace pace_;                  // of video
  bool awaits_video_ = false;  // the part was begun before its first frame came
  bool part_has_media_ = false;
  bool part_has_video_ = false;
  bool part_begins_with_key_ = false;

  Ticks90k media_end_{};
  Ticks90k listed_end_{};
  std::optional<MonoTime> gap_due_;  // when a gap is due if nothing else is listed before
};

}  // namespace sluice::timeline
