// What may not change of a segment and its parts from one version of a playlist to the next.
#pragma once

#include <string>

#include "note.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// Of two versions of the same segment, but for its URI and parts: "EXTINF 2.0, then 2.1"; empty when there is none.
std::string difference(const Segment& before, const Segment& after);

void judge_changes(const Segment& before, const Segment& after, const MediaPlaylist& now, const Note& note);

// The parts of the segment that was open in `old`, whatever it is in `now`.
void judge_open_parts(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note);

void judge_hint_kept(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note);

}  // namespace sluice::check
