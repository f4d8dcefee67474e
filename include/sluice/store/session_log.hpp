// SessionLog: the recording files of one publish session. It decides when a file begins, ends and is given up; Recorder
// calls it on the writer thread.
//
//    ┌─────────┐  entry: create the file   ┌───────────┐
//    │ between │ ─────────────────────────▶│ recording │
//    └─────────┘◀───────────────────────── └─────┬─────┘
//      ▲     │        rotate: seal               │ a sync, or a write for some time, fails: leave the file for recovery
//      │     │ creation fails, no room           │ entries were shed, no room: seal
//      │     ▼                                   │
//    ┌─┴─────────┐                               │
//    │ waiting   │◀──────────────────────────────┘
//    └───────────┘  entries are dropped until a segment begins and, after an error, some time has passed
//
// A write that fails is tried again first, with what comes meanwhile kept in memory, so that a short fault costs
// nothing.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "sluice/record/writer.hpp"
#include "sluice/store/disk_queue.hpp"

namespace sluice::store {

struct SessionLogOptions {
  std::filesystem::path directory = "recordings";
  Millis rotate{60'000};        // a file is sealed at the first segment that can begin another, after so much media
  Millis retry_interval{1000};  // after an error, it is tried again not sooner than this
  // After syncs that failed one after the other, up to this: each leaves a file behind.
  Millis retry_interval_max{16'000};
  // For so long, and until it holds so many bytes, a session keeps what could not be written.
  Millis hold{10'000};
  std::uint64_t hold_bytes_max = 16 * 1024 * 1024;
  // False: there is too little room on the disk for recordings. Asked on the writer thread, often.
  std::function<bool()> has_room = [] { return true; };
};

// Seals that wait for the disk: from the first number on a file goes on growing, from the second on none is begun.
inline constexpr std::size_t kSealsWaitingMax = 64;
inline constexpr std::size_t kSealsStuckMax = 1024;

// Whether a segment is complete with `entry`: players may be told of it.
bool ends_segment(const media::Entry& entry);
// Bytes of media in `entry`.
std::uint64_t media_size(const media::Entry& entry);

// What a number of entries comes to.
struct Tally {
  std::uint64_t entries = 0;
  std::uint64_t media_bytes = 0;
  Ticks90k span{};  // of the parts that end in them
  void add(const media::Entry& entry);
  void add(const Tally& other);
};

class SessionLog {
 public:
  // `files`, `queue`, `stats` must outlive it.
  SessionLog(const SessionLogOptions& options, record::SessionInfo session, FileSystem& files, DiskQueue& queue,
             RecorderStats& stats, RecorderReport report);

  void add(const media::Entry& entry, MonoTime now);
  // Entries that were dropped before they came here: `missed` are those that a later file must know (the last Period,
  // its Tracks, the last Cut or Gap), `lost` counts all.
  void lose(std::span<const media::Entry> missed, record::Lost lost, MonoTime now);
  // Writes what add() collected, or what of it an earlier call could not.
  void flush(MonoTime now);
  // What add() collected is still in memory, because the disk fails.
  bool holds() const { return held_since_.has_value(); }
  // Has what was flushed since the last call synced. False when there was nothing.
  bool sync();
  // Seals. The last call.
  void finish(MonoTime now);

  const record::SessionInfo& session() const { return session_; }

 private:
  enum class State { between, recording, waiting };

  bool open(MonoTime now);
  void write(MonoTime now, bool may_hold);
  // When it fails, `undone` says whether the file is as it was before.
  bool write_output(bool& undone);
  bool hold(MonoTime now);
  void on_written();
  void on_begun();
  void seal_if_written(MonoTime now);
  void seal(MonoTime now);
  void start_waiting(MonoTime now, Millis interval);
  void fail(std::string_view operation, error_code error);
  void give_up(MonoTime now);
  void count_lost(const Tally& tally, Ticks90k since);
  void wait_through(const media::Entry& entry, MonoTime now);
  bool may_try(MonoTime now) const;
  bool rotation_is_due() const;
  bool may_begin_file(const media::Entry& entry) const;
  const record::Head& head() const { return writer_ ? writer_->ledger().head() : head_; }
  RecorderEvent event(RecorderEvent::Kind kind) const;

  const SessionLogOptions& options_;
  record::SessionInfo session_;
  FileSystem& files_;
  DiskQueue& queue_;
  RecorderStats& stats_;
  RecorderReport report_;

  State state_ = State::between;
  std::uint32_t next_index_ = 0;
  record::Head head_;  // of what came before the file being written
  std::shared_ptr<OpenFile> file_;
  std::optional<record::Writer> writer_;
  Tally unwritten_;
  Tally written_;          // in this file
  Ticks90k begun_at_{};    // how far the media before this file reached,
  Ticks90k written_to_{};  // and what was written of it reaches
  std::optional<MonoTime> held_since_;
  bool rotate_due_ = false;
  bool flushed_ = false;  // something of this file was written
  bool dirty_ = false;    // since the last sync

  record::Lost lost_;       // and no file tells of it yet
  record::Lost told_lost_;  // the file being written does
  Tally missing_;           // of all that was lost, what no `resumed` has told
  bool failing_ = false;
  // Syncs fail: only one that does not shows that the disk has healed.
  bool sync_doubted_ = false;
  int syncs_failed_ = 0;  // one after the other
  MonoTime retry_at_;
  std::optional<std::pair<std::string_view, error_code>> told_;  // the failure that was reported last
};

}  // namespace sluice::store
