// What is wrong with one playlist as it stands, and with the playlists of a presentation beside one another: rules PL,
// LL and MV. Pure functions; the faults that the parser noted are reported with them.
#pragma once

#include <cstddef>
#include <map>
#include <span>

#include "sluice/check/finding.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// What EXT-X-DATERANGE tags have said, by ID: a tag may leave out what an earlier one of its ID says, which may have
// stood in an earlier version (section 4.4.5.1).
class DateRangesSeen {
 public:
  static constexpr std::size_t kMax = 20'000;  // IDs that are remembered

  void add(const AttributeList& range);
  // One of its ID says that; true as well of an ID that there was no more room for.
  bool has_start(const AttributeList& range) const { return said(range, kStart); }
  bool has_class(const AttributeList& range) const { return said(range, kClass); }

 private:
  static constexpr unsigned kStart = 1;
  static constexpr unsigned kClass = 2;
  bool said(const AttributeList& range, unsigned what) const;

  std::map<std::size_t, unsigned> ranges_;  // by the hash of the ID
};

// `delta`: a delta update was asked for, so EXT-X-SKIP may stand there. `seen`: of earlier versions; this one is added.
void judge_media_playlist(const MediaPlaylist& playlist, bool delta, const Report& report, DateRangesSeen& seen);
void judge_media_playlist(const MediaPlaylist& playlist, bool delta, const Report& report);

void judge_multivariant(const MultivariantPlaylist& playlist, const Report& report);

// A media playlist as its presentation has it.
struct PresentedPlaylist {
  const MediaPlaylist* playlist = nullptr;
  bool is_subtitles = false;  // of an EXT-X-MEDIA of that TYPE
};

// Media playlists of one presentation, loaded at about the same time.
void judge_renditions(std::span<const PresentedPlaylist> playlists, const Report& report);

}  // namespace sluice::check
