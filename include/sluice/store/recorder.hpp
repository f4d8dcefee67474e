// Recorder: takes the entries of all sessions on the loop thread and writes them to disk on two threads of its own.
//
// The writer thread wakes every flush_interval, or before when much is waiting, takes what has come since, and hands
// each session's share to the kernel in one call; while nothing comes it sleeps. So a killed process loses nothing that
// it had accepted one interval and the time of one round before. A session of which a part is listed does not wait for
// the round: what players are told of is in the kernel's hands as soon as that can be. The sync thread does what may
// take long (DiskQueue).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sluice/record/sink.hpp"
#include "sluice/store/disk_queue.hpp"
#include "sluice/store/session_log.hpp"

namespace sluice::store {

struct RecorderOptions {
  SessionLogOptions log;
  // At most so much media is lost to a power cut, on a disk that keeps up.
  Millis sync_interval{1000};
  Millis flush_interval{75};
  // Bytes that may wait for the disk or for a write to be tried again, all sessions together. Beyond it entries are
  // dropped, all kinds, until half of it is free; the recording then goes on in a new file that says how many.
  std::uint64_t queue_bytes_max = 64 * 1024 * 1024;
};

class Recorder : public record::Sink {
 public:
  // `report` must not call back into the recorder. `files` must outlive it.
  Recorder(RecorderOptions options, RecorderReport report, FileSystem& files = posix_file_system());
  ~Recorder() override;

  // Loop thread.
  Lane begin(const record::SessionInfo& info) override;
  void append(Lane lane, const media::Entry& entry) override;
  void end(Lane lane) override;
  // Seals a file ….slog.open that an earlier process left and recovery could not seal: as soon as the disk allows.
  void seal_later(const std::filesystem::path& path);
  // Writes and seals everything, as if all sessions ended, and joins the threads. Blocks. Nothing may follow.
  void stop();

  // Any thread.
  // So much waits for the disk that whoever can send more slowly should.
  bool is_behind() const;
  const RecorderStats& stats() const { return stats_; }

 private:
  // What the loop thread knows of a session.
  struct LoopLane {
    bool shedding = false;
    record::Lost lost;
    std::vector<media::Entry> missed;  // of the lost entries, those a later file must know
  };
  struct Shed {
    record::Lost lost;
    std::vector<media::Entry> missed;
  };
  struct Finish {};
  using Message = std::variant<media::Entry, record::SessionInfo, Shed, Finish>;
  struct Item {
    Lane lane;
    std::uint32_t bytes;  // counted into queue_bytes
    Message message;
  };

  // What the writer thread knows of it.
  struct WriterLane {
    explicit WriterLane(SessionLog session_log) : log(std::move(session_log)) {}
    SessionLog log;
    std::uint64_t bytes = 0;   // counted into queue_bytes until they are written or dropped
    bool touched = false;      // in touched_: has something to write
    bool part_listed = false;  // and should not wait with it
  };
  enum class Wake { stop, round, part };

  void push(Lane lane, Message message, std::size_t bytes);
  void shed(LoopLane& lane, const media::Entry& entry);
  void stop_shedding(Lane id, LoopLane& lane);

  void run();
  Wake wait(std::unique_lock<std::mutex>& lock, MonoTime round_start, bool quiet);
  void write_batch(MonoTime now, Wake wake);
  void release(WriterLane& lane);
  void handle(Item& item, MonoTime now);
  bool sync_all();

  const RecorderOptions options_;
  RecorderReport report_;
  FileSystem& files_;
  RecorderStats stats_;

  // Loop thread.
  std::unordered_map<Lane, LoopLane> lanes_;
  std::uint32_t next_lane_ = 0;
  bool stopped_ = false;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> pending_;  // guarded, like the four below
  bool asleep_ = false;
  bool hurry_ = false;        // much is waiting
  bool part_listed_ = false;  // of some session
  bool stopping_ = false;

  // Writer thread.
  std::vector<Item> batch_;
  std::unordered_map<Lane, WriterLane> writer_lanes_;
  std::vector<WriterLane*> touched_;

  std::mutex report_mutex_;
  SyncThread queue_;
  std::thread thread_;
};

}  // namespace sluice::store
