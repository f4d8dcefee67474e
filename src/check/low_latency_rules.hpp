// The LL rules: parts, hints, server control, of one playlist.
#pragma once

#include "note.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

void judge_low_latency(const MediaPlaylist& playlist, bool delta, const Note& note);

}  // namespace sluice::check
