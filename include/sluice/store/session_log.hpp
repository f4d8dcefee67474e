// SessionLog: the recording files of one publish session. It decides when a file begins, ends and is given up; Recorder
// calls it on the writer thread.
//
//    ┌─────────┐  entry: create the file   ┌───────────┐
//    │ between │ ─────────────────────────▶│ recording │
//    └─────────┘◀───────────────────────── └─────┬─────┘
//      ▲     │        rotate: seal               │ a write or sync fails: leave the file for recovery
//      │     │ creation fails                    │ entries were shed: seal
//      │     ▼                                   │
//    ┌─┴─────────┐                               │
//    │ waiting   │◀──────────────────────────────┘
//    └───────────┘  entries are dropped until a segment begins and, after an error, some time has passed
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sluice/record/writer.hpp"
#include "sluice/store/disk_queue.hpp"

namespace sluice::store {

struct SessionLogOptions {
  std::filesystem::path directory = "recordings";
  Millis rotate{60'000};        // a file is sealed at the first segment that can begin another, after so much media
  Millis retry_interval{1000};  // after an error, creation is tried again not sooner than this
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
  // Writes what add() collected.
  void flush(MonoTime now);
  // Has what was flushed since the last call synced. False when there was nothing.
  bool sync();
  // Seals. The last call.
  void finish(MonoTime now);

  const record::SessionInfo& session() const { return session_; }

 private:
  enum class State { between, recording, waiting };

  bool open(MonoTime now);
  void seal(MonoTime now);
  void fail(std::string_view operation, error_code error, MonoTime now);
  void give_up(MonoTime now);
  void recover_leftovers();
  void count_lost(const media::Entry& entry);
  void wait_through(const media::Entry& entry, MonoTime now);
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
  std::uint64_t unwritten_entries_ = 0;
  std::uint64_t unwritten_bytes_ = 0;
  bool rotate_due_ = false;
  bool flushed_ = false;  // something of this file was written
  bool dirty_ = false;    // since the last sync

  record::Lost lost_;  // since the last file
  bool failing_ = false;
  MonoTime retry_at_;
  std::vector<std::shared_ptr<OpenFile>> leftovers_;
};

}  // namespace sluice::store
