// What is wrong with one playlist as it stands, and with the playlists of a presentation beside one another: rules PL,
// LL and MV. Pure functions; the faults that the parser noted are reported with them.
#pragma once

#include <span>

#include "sluice/check/finding.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// `delta`: a delta update was asked for, so EXT-X-SKIP may stand there.
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
