// Selection: what of a recording goes into exported files, and when in them.
//
//   expect() the tracks of the Periods to come, then for each entry add() and next() until it has none; finish() and
//   next() at the end.
//
// It begins with the last key frame at or before `from` and ends before the first one at or after `to`, by the time
// they are shown. Of the other tracks it takes what lies between the decode times of the two, so that spans which share
// an end share no frame. Hidden packets of a packaged track (from before its first key frame) are left out; extra
// tracks are taken, video from a key frame on.
//
// Times are those of the epoch's timeline, from zero: a gap in it stays. The next epoch follows on the one before
// without a gap. A file goes on until a track is not what it was: then `file` of what next() gives is one higher.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/media/entry.hpp"

namespace sluice::record {

// The tracks of a file, in the order of its streams.
using FileTracks = std::vector<media::Track>;

// A Period's number, and its tracks.
struct PeriodTracks {
  std::uint64_t number = 0;
  std::vector<media::Track> tracks;
};

struct Selected {
  std::uint32_t file = 0;  // counts from 0
  std::shared_ptr<const FileTracks> tracks;
  std::size_t stream = 0;     // in `tracks`
  std::int64_t dts = 0;       // in the file, in the track's timescale
  std::int64_t pts = 0;       // never before dts
  std::int64_t duration = 0;  // 0: not known
  bool key = false;
  bool main = false;  // of the track whose key frames the ends lie at
  WallTime shown;     // UTC
  Payload data;
};

class Selection {
 public:
  struct Options {
    std::optional<WallTime> from;
    std::optional<WallTime> to;
    // Whether the file can have this track at all.
    std::function<bool(const media::Track&)> carries;
  };

  explicit Selection(Options options);

  // The Periods in the order add() will see them, as far as they are known: a file has a stream for what comes later in
  // it, too.
  void expect(const std::vector<PeriodTracks>& periods);
  // What follows is of an epoch of its own.
  void begin_epoch();
  void add(const media::Entry& entry);
  void finish();
  std::optional<Selected> next();
  // Nothing that is added will be taken any more.
  bool is_over() const { return over_; }
  // Tracks that are in no file: the file cannot have them, or they came when it had begun. Told once each.
  std::vector<media::Track> take_left_out();

 private:
  struct Lane {
    media::Track track;
    bool extra = false;  // recorded only: its packets are all hidden, and wanted
  };
  struct Held {
    std::shared_ptr<const Lane> lane;
    media::Packet packet;
    bool main = false;
    Ticks90k time{};  // of decoding, on the epoch's timeline
    WallTime shown;
    std::uint64_t epoch = 0;
  };
  // What is known of a stream of the file that is being made.
  struct Stream {
    bool begun = false;
    std::int64_t lead = 0;  // decoding is earlier by this much: no frame is shown before it is decoded
    std::int64_t last_dts = 0;
    std::int64_t last_delta = 0;
  };
  void add_track(const media::Track& track);
  void add_packet(const media::Packet& packet);
  bool is_main(const Lane& lane) const;
  Held held(const std::shared_ptr<const Lane>& lane, const media::Packet& packet) const;
  void search(Held held);
  void take(Held held);
  bool changes_file() const;
  void end_at(Ticks90k end);
  void open();
  void begin_file();
  void set_base(std::size_t count);
  void release(bool all);
  void emit(const Held& held);
  std::int64_t duration_of(const Held& held, const Stream& stream) const;
  void leave_out(const media::Track& track);

  Options options_;
  std::deque<PeriodTracks> expected_;  // from the current Period on
  std::optional<media::Period> period_;
  std::vector<std::shared_ptr<const Lane>> lanes_;
  std::vector<media::Track> left_out_;
  std::vector<media::Track> told_;
  std::uint64_t epoch_ = 0;

  std::uint32_t file_ = 0;
  std::shared_ptr<FileTracks> tracks_;
  std::vector<Stream> streams_;

  bool found_start_ = false;
  bool new_file_ = false;               // what is held begins one
  bool opening_ = true;                 // what is held waits for a Cut, so that the first time in the file is known
  std::deque<Held> held_;               // before it is open: all; then what runs ahead of the main track
  std::optional<std::uint64_t> based_;  // the epoch that `base_` is of
  Ticks90k base_{};                     // the time that is zero in the file
  Ticks90k reached_{};                  // in the file
  Ticks90k main_reached_{};             // on the epoch's timeline
  std::optional<Ticks90k> start_;       // decode time of the key frame it may begin with, with `from`
  std::optional<Ticks90k> end_;         // decode time of the key frame it ends before
  bool over_ = false;
  std::deque<Selected> ready_;
};

}  // namespace sluice::record
