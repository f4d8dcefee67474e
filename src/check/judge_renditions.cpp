#include <algorithm>
#include <cmath>
#include <set>

#include "note.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

using Playlists = std::span<const PresentedPlaylist>;

std::string control_text(const MediaPlaylist& playlist) {
  if (!playlist.server_control) return "none";
  std::set<std::string> items;
  for (const Attribute& item : playlist.server_control->items) items.insert(item.name + "=" + item.value.substr(0, 40));
  std::string text;
  for (const std::string& item : items) text.append(text.empty() ? "" : ",").append(item);
  return text;
}

// Section 6.2.4: subtitles that do not grow may have a target duration of their own.
bool has_own_target(const PresentedPlaylist& presented) {
  return presented.is_subtitles && presented.playlist->type == "VOD";
}

void judge_pair(const MediaPlaylist& first, const MediaPlaylist& other, bool same_target, const Note& note) {
  if (same_target && first.target_duration != other.target_duration) {
    note(rule("MV-14"), 0,
         std::to_string(other.target_duration.value_or(0)) + ", and " +
             std::to_string(first.target_duration.value_or(0)) + " in " + first.url);
  }
  if (control_text(first) != control_text(other)) {
    note(rule("MV-15"), 0, control_text(other) + ", and " + control_text(first) + " in " + first.url);
  }
  if (first.type != other.type) {
    note(rule("MV-16"), 0,
         "'" + other.type.substr(0, 20) + "', and '" + first.type.substr(0, 20) + "' in " + first.url);
  }
  const bool dated = other.line_of("EXT-X-PROGRAM-DATE-TIME") > 0;
  if (dated != (first.line_of("EXT-X-PROGRAM-DATE-TIME") > 0)) {
    note(rule("MV-17"), 0, std::string(dated ? "there is, and none in " : "there is none, but in ") + first.url);
  }
}

// Segments whose middle has the same date.
void judge_discontinuities(const MediaPlaylist& first, const MediaPlaylist& other, const Note& note) {
  auto candidate = first.segments.begin();
  for (const Segment& segment : other.segments) {
    if (!segment.date) continue;
    const auto length = [](const Segment& s) { return Micros(std::llround(s.duration * 1e6)); };
    const WallTime middle = *segment.date + length(segment) / 2;
    while (candidate != first.segments.end() && (!candidate->date || *candidate->date + length(*candidate) <= middle)) {
      ++candidate;
    }
    if (candidate == first.segments.end()) return;
    if (*candidate->date > middle || candidate->dsn == segment.dsn) continue;
    note(rule("MV-18"), segment.line,
         "it is " + std::to_string(segment.dsn) + ", and " + std::to_string(candidate->dsn) + " for that time in " +
             first.url);
    return;
  }
}

void judge_reports(Playlists playlists, const MediaPlaylist& playlist, const Note& note) {
  if (!playlist.low_latency() || playlist.ended) return;
  for (const PresentedPlaylist& presented : playlists) {
    const MediaPlaylist* other = presented.playlist;
    if (other == &playlist || other->i_frames_only || without_query(other->url) == without_query(playlist.url))
      continue;
    const auto about_other = [&](const RenditionReport& r) {
      // From where the playlist is, or from where it was asked for: each may be redirected to another place.
      return without_query(r.url) == without_query(other->loaded_url) ||
             without_query(resolve(playlist.url, r.uri)) == without_query(other->url);
    };
    const auto found = std::find_if(playlist.reports.begin(), playlist.reports.end(), about_other);
    if (found == playlist.reports.end()) {
      note(rule("MV-19"), 0, "there is none for " + other->url);
      continue;
    }
    // Numbers can be compared only where the renditions count alike.
    const std::uint64_t own = playlist.next_msn() - (playlist.open.parts.empty() ? 1 : 0);
    const std::uint64_t reported = found->last_msn.value_or(own);
    const std::uint64_t apart = std::max(own, reported) - std::min(own, reported);
    if (apart > 1 && apart < 10) {
      note(rule("MV-20"), found->line,
           "LAST-MSN " + std::to_string(reported) + " of " + found->url + ", and " + std::to_string(own) + " here");
    }
  }
}

}  // namespace

void judge_renditions(Playlists playlists, const Report& report) {
  if (playlists.size() < 2) return;
  // The one that all others are held against is one that nothing is left to.
  const auto is_plain = [](const PresentedPlaylist& p) { return !p.is_subtitles && !p.playlist->i_frames_only; };
  auto measure = std::find_if(playlists.begin(), playlists.end(), is_plain);
  if (measure == playlists.end()) measure = playlists.begin();
  const MediaPlaylist& first = *measure->playlist;
  for (const PresentedPlaylist& presented : playlists) {
    const MediaPlaylist& other = *presented.playlist;
    const Note note(report, other.url);
    // Playlists of I-frames may have target durations of their own.
    if (&other != &first && !other.i_frames_only) {
      judge_pair(first, other, !has_own_target(*measure) && !has_own_target(presented), note);
      judge_discontinuities(first, other, note);
    }
    judge_reports(playlists, other, note);
  }
}

}  // namespace sluice::check
