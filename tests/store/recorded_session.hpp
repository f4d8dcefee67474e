// One publish session on disk, written by SessionLog: segments of two seconds, one number each, 100 at time zero, which
// is wall(0). And an answer of the archive as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/hls/archive.hpp"
#include "sluice/store/session_log.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {

inline StreamName stream_name() { return *StreamName::make("live", "demo"); }
// "20261121T00000<number>Z-00000<number>"
inline SessionId session_id(int number) {
  const std::string digits = std::to_string(100000 + number).substr(1);
  return *SessionId::parse("20261121T0" + digits + "Z-0" + digits);
}

class RecordedSession {
 public:
  // A file has two segments, unless told otherwise.
  RecordedSession(const fs::path& directory, SessionId id, std::optional<SessionId> epoch = {},
                  Millis rotate = Millis(4000)) {
    options_.directory = directory;
    options_.rotate = rotate;
    const SessionId of = epoch.value_or(id);
    log_.emplace(options_, record::SessionInfo{stream_name(), id, of, WallTime()}, posix_file_system(), queue_, stats_,
                 [](const RecorderEvent&) {});
  }

  void add(const media::Entry& entry) { log_->add(entry, MonoTime()); }
  void add(const std::vector<media::Entry>& entries) {
    for (const media::Entry& entry : entries) add(entry);
  }
  // A Period at the start of segment `msn`.
  void period(std::uint64_t number, std::uint64_t msn,
              const std::vector<media::Track>& tracks = {record::sample::video(), record::sample::audio()}) {
    const Ticks90k start = time_of(msn);
    add(media::Period{number, media::PeriodCause::start, start, record::sample::wall(0) + to_micros(start)});
    for (const media::Track& track : tracks) add(track);
  }
  void segments(std::uint64_t first, int count) {
    for (int i = 0; i < count; ++i) add(record::sample::segment(first + i, time_of(first + i).count()));
    flush();
  }
  void gap(std::uint64_t msn) { add(media::Gap{msn, time_of(msn), Ticks90k(180000), Seconds(2)}); }
  void flush() { log_->flush(MonoTime()); }
  void finish() { log_->finish(MonoTime()); }

  static Ticks90k time_of(std::uint64_t msn) { return Ticks90k((static_cast<std::int64_t>(msn) - 100) * 180000); }

 private:
  SessionLogOptions options_;
  RecorderStats stats_;
  ImmediateQueue queue_{posix_file_system(), stats_, [](const RecorderEvent&) {}};
  std::optional<SessionLog> log_;
};

// A whole session of one Period.
inline void record_session(const fs::path& directory, int number, std::uint64_t first_msn, int count,
                           std::optional<SessionId> epoch = {}) {
  RecordedSession session(directory, session_id(number), std::move(epoch));
  session.period(static_cast<std::uint64_t>(number), first_msn);
  session.segments(first_msn, count);
  session.finish();
}

inline std::string text_of(hls::ArchiveFault fault) {
  switch (fault) {
    case hls::ArchiveFault::unknown:
      return "unknown";
    case hls::ArchiveFault::gone:
      return "gone";
    case hls::ArchiveFault::failed:
      return "failed";
  }
  return {};
}

// "1 from 100: 100P 101 102g | 2 from 200: 200Pr": sessions by their last digit; P begins a Period, g is a gap, r was
// added by recovery.
inline std::string text_of(const hls::ArchiveAnswer<hls::ArchivedSpan>& answer) {
  if (!answer) return text_of(answer.fault);
  std::string text;
  for (const hls::ArchivedEpoch& epoch : *answer.value) {
    if (!text.empty()) text += " | ";
    text += std::string(1, epoch.epoch.text().back()) + " from " + std::to_string(epoch.first_msn) + ":";
    for (const hls::ArchivedSegment& segment : epoch.segments) {
      text += " " + std::to_string(segment.msn) + (segment.begins_period ? "P" : "") + (segment.gap ? "g" : "") +
              (segment.added ? "r" : "");
    }
  }
  return text;
}

}  // namespace sluice::store
