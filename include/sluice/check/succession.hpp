// Succession: the versions of one media playlist, as they were loaded one after another: rules SU.
//
// A playlist may only grow at its end, lose from its front, and end (draft-pantos-hls-rfc8216bis 6.2.1, 6.2.2). Delta
// updates must be merged before.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sluice/base/time.hpp"
#include "sluice/check/finding.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// When a version was the current one, as far as the client can know.
struct Sighting {
  MonoTime asked;     // the server had not decided yet: for a request that was held, when its answer came
  MonoTime answered;  // the first byte was there
  bool held = false;  // until the version came: the one before was current until then
};

class Succession {
 public:
  // `patience`: what is late by less may be late on its way.
  explicit Succession(Seconds patience = Seconds(1)) : patience_(static_cast<double>(patience.count())) {}

  void add(const MediaPlaylist& playlist, Sighting sighting, const Report& report);

  const MediaPlaylist* last() const { return last_ ? &*last_ : nullptr; }
  std::size_t versions() const { return versions_; }  // different ones

 private:
  struct Known {
    std::size_t path_hash = 0;
    std::uint64_t dsn = 0;
  };

  void compare(const MediaPlaylist& old, const MediaPlaylist& now, const Report& report);
  void know(const MediaPlaylist& playlist, const Report& report);
  void judge_cadence(const MediaPlaylist& playlist, Sighting sighting, const Report& report);

  double patience_;  // seconds
  std::optional<MediaPlaylist> last_;
  std::size_t versions_ = 0;
  std::map<std::uint64_t, Known> known_;  // by media sequence number; the newest ones
  MonoTime segment_since_;                // since when the last segment has been the last one
  MonoTime part_since_;
  bool segment_late_ = false;  // told already
  bool part_late_ = false;
};

// The whole playlist that `delta` stands for, with the segments it skips taken from `before`; nothing when `before`
// does not have them. A playlist that skips nothing comes back as it is.
std::optional<MediaPlaylist> merge_delta(const MediaPlaylist& before, MediaPlaylist delta);

// How they differ in what a delta update must keep, empty when they do not; both end alike.
std::string difference(const MediaPlaylist& left, const MediaPlaylist& right);

}  // namespace sluice::check
