// The playlists of what is recorded: a span of archived segments to values. docs/time-shift.md says which number comes
// from where.
//
//   recorded         1000 1001 ──── 1004 1005      2000 2001          MSN, two epochs, two segments missing
//   time-shift       1994 1995 gap gap 1998 1999   2000 2001          backwards from the last epoch's own numbers
//   range, session   1000 1001 gap gap 1004 1005   1006 1007          onwards from the first one's
//
// Pure: the same span gives the same playlist. What a playlist has said once and must go on saying when files vanish
// out of order is in its ArchiveMemory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/hls/archive.hpp"
#include "sluice/hls/media_playlist.hpp"
#include "sluice/hls/multivariant_playlist.hpp"

namespace sluice::hls {

// What to add to what an epoch has recorded.
struct EpochPlace {
  std::int64_t msn = 0;
  std::int64_t discontinuities = 0;
  Micros date{};  // not zero only where the clock went back between epochs, or a publisher was faster than its clock
};

struct ArchiveMemory {
  Seconds target_duration{};
  bool independent_segments = true;
  bool ended = false;
  std::vector<std::pair<SessionId, EpochPlace>> places;  // of the epochs listed last
};

struct ArchivePlaylistOptions {
  media::Container container = media::Container::fmp4;
  std::string media_prefix;       // from the playlist to the folder of the container's media
  bool anchored_at_last = false;  // the last epoch keeps its numbers; else the first
  // Segments that lie further before the end of the last one are not listed, as far as a growing playlist may drop
  // them (SegmentList has the rules).
  std::optional<Micros> window;
  bool ended = false;
  bool vod = false;  // with `ended`: EXT-X-PLAYLIST-TYPE:VOD
};

// Whether `container` has any of it.
bool carries(const ArchivedSpan& span, media::Container container);

// `span` must not be empty. Numbers that are missing within it are EXT-X-GAP segments. Where two neighbours cannot
// stand in one playlist, as numbers of a damaged recording may have it, it begins with the later one; without segments,
// when no number of a damaged recording can be listed.
MediaPlaylist archive_playlist(const ArchivedSpan& span, const ArchivePlaylistOptions& options, ArchiveMemory& memory);

// Without its URI. `measured` is the frame rate of frame_rate_samples(). `span` must be carried.
MultivariantPlaylist archive_multivariant(const ArchivedSpan& span, media::Container container,
                                          media::FrameRate measured);
// The segments to measure the frame rate by, when the configuration of the newest video does not state it.
std::vector<const ArchivedSegment*> frame_rate_samples(const ArchivedSpan& span, media::Container container);

}  // namespace sluice::hls
