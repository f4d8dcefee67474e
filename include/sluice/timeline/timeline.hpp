// Timeline: from what a publisher sends to the entries of a stream (media/entry.hpp). The one place that decides
// timestamps, Periods and cuts.
//
//            begin_publish                first frame                        end_publish, or silence
//   waiting ───────────────▶ waiting ───────────────────▶ in a Period ─────────────────────────────▶ waiting
//                          (gaps fall due)    ▲                │
//                                             └────────────────┘ configuration, track or clock changed
//
// A Period begins with the first frame whose configuration is known. Frames before the first key frame are hidden; so
// is audio, while a video track has been announced whose key frame has not come yet (for gop_max at most: then the
// audio goes alone). The first part of a Period waits for the tracks that are to be expected, until its segment ends at
// most. A new configuration, a track that comes after the first cut and a jump of the publisher's clock
// begin a new Period at the next key frame, or at the next audio frame where there is no video. Extra tracks and codecs
// that HLS cannot carry are recorded and decide nothing.
//
// One Timeline serves one live playlist, over every publisher that returns to it. Time only comes in as Arrival.
// Entries are appended to `out`; nothing else is allocated for a packet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/media/source_packet.hpp"
#include "sluice/timeline/segmenter.hpp"
#include "sluice/timeline/source_clock.hpp"
#include "sluice/timeline/track_state.hpp"

namespace sluice::timeline {

struct Options {
  Millis segment_target{2000};
  std::optional<Millis> part_duration;  // the part that is aimed at; none: a segment is one part
  Millis gop_max{10000};       // how long a key frame is waited for, and the longest target duration it may cause
  Millis forward_jump{10000};  // a timestamp so far ahead of the stream is a jump
};

// What kinds of tracks there are.
struct Kinds {
  bool video = false;
  bool audio = false;
  bool has(media::TrackKind kind) const { return kind == media::TrackKind::video ? video : audio; }
  void add(media::TrackKind kind) { (kind == media::TrackKind::video ? video : audio) = true; }
};

// Where the timeline begins.
struct Start {
  std::uint64_t first_msn = 0;
  std::uint64_t first_period = 0;
  media::PeriodCause cause = media::PeriodCause::start;  // start or restart
  Ticks90k media_start = Seconds(10);                    // late enough for tracks that begin before the first packet
  // With restart: the playlist's EXT-X-TARGETDURATION so far, which must not change. None: the first segment decides.
  std::optional<Seconds> target_duration = {};
  // With restart: the part target it has, which must not change either; 0: it lists no parts. None: the first segment
  // decides.
  std::optional<Millis> part_target = {};
  // With restart: UTC of media_start, which the next Period's date does not go behind, and when the last segment was
  // listed, so that gaps fall due.
  std::optional<WallTime> wall_start = {};
  std::optional<MonoTime> listed_at = {};
  // With restart: what the last Period had media of, which the next one is expected to have as well.
  Kinds expected = {};
};

// Since the Timeline was made.
struct Counters {
  std::uint64_t packets = 0;               // frames that became Packets
  std::uint64_t hidden = 0;                // of these, those that are only recorded
  std::uint64_t dropped_unconfigured = 0;  // frames without a configuration to decode them with
  std::uint64_t dropped_damaged = 0;       // frames whose NAL lengths overrun them (MT-04)
  std::uint64_t dropped_waiting = 0;       // frames of a late track, before the Period it belongs into
  std::uint64_t dropped_tracks = 0;        // frames of tracks beyond kTracksMax
  std::uint64_t empty = 0;                 // frames without data, such as the silence marker of MT-12
  std::uint64_t bad_configs = 0;           // configuration records that could not be parsed
  std::uint64_t config_changes = 0;
  std::uint64_t repaired_dts = 0;   // moved up to stay increasing
  std::uint64_t restamped = 0;      // timestamps not believed
  std::uint64_t clock_jumps = 0;    // of the whole publisher or of one track
  std::uint64_t audio_resyncs = 0;  // audio placed anew, because samples were lost or too many
  std::uint64_t stalls = 0;
  std::uint64_t periods = 0;
};

class Timeline {
 public:
  static constexpr std::size_t kTracksMax = 16;
  static constexpr std::size_t kHeldDataMax = 16;  // data messages that wait for the first Period

  Timeline(const Options& options, const Start& start);

  // A publisher has come back: its tracks and its clock are unknown, its first frame begins a Period.
  void begin_publish(media::PeriodCause cause);
  void on_packet(const media::SourcePacket& packet, media::Arrival now, std::vector<media::Entry>& out);
  void on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival now, std::vector<media::Entry>& out);
  // Ends the running segment, however short. The caller adds the End entry.
  void end_publish(media::Arrival now, std::vector<media::Entry>& out);
  // Notices that a publisher has fallen silent (for three target durations) and lists gaps while there is none. Cheap;
  // to be called a few times a second.
  void on_time(media::Arrival now, std::vector<media::Entry>& out);

  const Counters& counters() const { return counters_; }
  std::uint64_t forced_cuts() const { return segmenter_.forced_cuts(); }
  std::uint64_t gaps() const { return segmenter_.gaps(); }
  std::uint64_t late_frames() const { return segmenter_.late_frames(); }
  std::uint64_t slow_segments() const { return segmenter_.slow_segments(); }
  // Constant from the first Cut on.
  Seconds target_duration() const { return segmenter_.target_duration(); }
  std::uint64_t next_msn() const { return segmenter_.next_msn(); }
  // The end of everything so far.
  Ticks90k end() const { return segmenter_.end(); }
  // Between the last two key frames, when there is video.
  std::optional<Ticks90k> key_interval() const { return segmenter_.key_interval(); }
  // What this publisher has sent so far, with its configurations. Valid until the next call that is not const.
  const std::vector<TrackState>& tracks() const { return tracks_; }

 private:
  using Entries = std::vector<media::Entry>;

  TrackState* track_of(const media::SourcePacket& packet);
  TrackState* main_video();

  void on_config(TrackState& track, const media::SourcePacket& packet);
  void adopt(TrackState& track, media::CodecConfig config);
  static void refresh_clock(TrackState& track);
  bool ensure_config(TrackState& track, const media::SourcePacket& packet);
  void note_key_frame(TrackState& track, ByteView frame);

  void on_frame(TrackState& track, const media::SourcePacket& packet, media::Arrival now, Entries& out);
  std::int64_t place(TrackState& track, const media::SourcePacket& packet, bool begins_period);
  void emit(TrackState& track, const media::SourcePacket& packet, std::int64_t dts, bool key, bool hidden,
            media::Arrival now, Entries& out);

  std::uint32_t samples_of(const TrackState& track, const media::SourcePacket& packet) const;

  bool wants_period(TrackState& track, bool key);
  bool may_begin_period(const TrackState& track, bool key);
  bool must_be_dropped(const TrackState& track, bool key) const;
  bool waits_for_video();
  bool awaits_track() const;
  bool awaits(media::TrackKind kind) const;
  bool is_hidden(const TrackState& track, bool key);
  void open_period(std::uint32_t timestamp_ms, media::Arrival now, Entries& out);
  void continue_period(media::PeriodCause cause, Ticks90k start, media::Arrival now, Entries& out);
  void add_period(media::PeriodCause cause, Ticks90k start, WallTime wall_start, Entries& out);
  bool announce(TrackState& track, Entries& out);
  WallTime wall_at(Ticks90k time) const;

  Options options_;
  Counters counters_;
  std::vector<TrackState> tracks_;
  SourceClock clock_;
  Segmenter segmenter_;

  bool publishing_ = true;
  bool in_period_ = false;
  media::Period period_;  // the running one, or the last
  bool any_period_ = false;
  bool dated_ = false;                         // wall_at() means something
  media::PeriodCause next_cause_;              // of the Period the next frame begins, when in none
  std::optional<media::PeriodCause> pending_;  // a Period that begins at the next fitting frame
  bool video_given_up_ = false;                // no key frame within gop_max: audio goes alone
  unsigned next_index_ = 0;
  Kinds carried_;           // by the running Period
  Kinds expected_;          // what the last Period in the playlist carried
  bool may_await_ = false;  // the Period is a publisher's first, or behind a silence
  MonoTime last_frame_at_{};
  std::vector<media::Data> held_data_;
};

}  // namespace sluice::timeline
