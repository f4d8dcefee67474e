// EntryChecker: holds a list of entries against what media/entry.hpp promises, and sorts them for the tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/media/entry.hpp"

namespace sluice::timeline {

// One segment or gap as a playlist would list it.
struct Listed {
  std::uint64_t msn = 0;
  std::uint64_t period = 0;
  bool gap = false;
  bool independent = false;
  Ticks90k start{};
  Ticks90k duration{};
  std::size_t parts = 0;
};

struct Seen {
  media::TrackKind kind{};
  std::uint8_t source_id = 0;
  std::uint64_t period = 0;
  std::uint32_t timescale = 0;
  media::Packet packet;
};

class EntryChecker {
 public:
  // Fails the running test, naming the entry, on whatever breaks a promise.
  void check(const std::vector<media::Entry>& entries);
  // After end_publish: nothing is left uncut.
  void check_ended() const;

  std::vector<media::Period> periods;
  std::vector<media::Track> tracks;  // as announced, of all Periods
  std::vector<Listed> listed;
  std::vector<media::Cut> cuts;
  std::vector<Seen> packets;
  std::vector<media::Data> data;

  std::size_t cut_behind = 0;    // batches of entries that end with a Cut
  std::size_t without_part = 0;  // Cuts that only end a segment
  std::size_t holes = 0;         // packets that begin after the end their track's last part had, within a Period

  // "0.000-2.000 2.000-4.000 gap …" of what is listed, in seconds from `origin`, forced cuts marked with "!".
  std::string spans(Ticks90k origin = Seconds(10)) const;
  std::size_t packaged(media::TrackKind kind) const;
  std::size_t hidden(media::TrackKind kind) const;
  // The decode times of what is packaged, in the track's timescale.
  std::vector<std::int64_t> times(media::TrackKind kind) const;

 private:
  struct TrackProgress {
    media::Track track;
    bool any = false;
    std::int64_t last = 0;
    bool in_part = false;
    std::int64_t last_shown = 0;
    std::int64_t end = 0;
  };
  void on(const media::Period& period);
  void on(const media::Track& track);
  void on(const media::Packet& packet);
  void on(const media::Cut& cut);
  void on(const media::Gap& gap);
  void on(const media::Data& entry) { data.push_back(entry); }
  void on(const media::End&) {}
  void list(Listed item);
  void check_target(Seconds target);
  void check_part(const media::Cut& cut) const;

  std::map<media::TrackIndex, TrackProgress> progress_;
  bool cut_in_period_ = false;
  bool any_in_period_ = false;
  Ticks90k next_start_{};
  std::uint64_t next_fragment_ = 1;
  std::uint32_t next_part_ = 0;
  Listed segment_;
  std::optional<Seconds> target_;
  std::optional<Millis> part_target_;
};

}  // namespace sluice::timeline
