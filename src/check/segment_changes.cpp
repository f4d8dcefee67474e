#include "segment_changes.hpp"

#include <algorithm>
#include <cmath>

#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

bool same_part(const Part& left, const Part& right) {
  return without_query(identity(left)) == without_query(identity(right)) && left.range == right.range &&
         left.duration == right.duration && left.independent == right.independent && left.gap == right.gap;
}

std::string shown(const Part& part) {
  return part.url + " of " + seconds(part.duration.value_or(0)) + (part.independent ? " INDEPENDENT" : "") +
         (part.gap ? " GAP" : "");
}

const Segment* find_or_open(const MediaPlaylist& playlist, std::uint64_t msn) {
  return msn == playlist.next_msn() ? &playlist.open : playlist.find(msn);
}

// What was removed of a whole segment's parts was removed from the front.
void judge_parts(const Segment& before, const Segment& after, const Note& note) {
  if (after.parts.empty() || before.parts.empty()) {
    if (before.parts.empty() && !after.parts.empty()) {
      note(rule("SU-15"), after.parts.front().line, "a segment that was listed without parts has some now");
    }
    return;
  }
  if (after.parts.size() > before.parts.size()) {
    note(rule("SU-15"), after.parts.back().line, "a segment that was complete has got more parts");
    return;
  }
  const std::size_t removed = before.parts.size() - after.parts.size();
  for (std::size_t i = 0; i < after.parts.size(); ++i) {
    if (same_part(before.parts[removed + i], after.parts[i])) continue;
    note(rule("SU-15"), after.parts[i].line, shown(before.parts[removed + i]) + ", then " + shown(after.parts[i]));
    return;
  }
}

}  // namespace

std::string difference(const Segment& before, const Segment& after) {
  if (std::abs(before.duration - after.duration) > 1e-6) {
    return "EXTINF " + before.duration_text + ", then " + after.duration_text;
  }
  if (before.date && after.date && before.date != after.date) {
    return "date " + to_rfc3339(*before.date) + ", then " + to_rfc3339(*after.date);
  }
  if (before.range != after.range) return "another EXT-X-BYTERANGE";
  if (before.gap != after.gap) return std::string(before.gap ? "EXT-X-GAP is gone" : "EXT-X-GAP has come");
  const std::string_view old_map = before.map ? without_query(identity(*before.map)) : std::string_view();
  const std::string_view new_map = after.map ? without_query(identity(*after.map)) : std::string_view();
  if (old_map != new_map) return "EXT-X-MAP " + std::string(old_map) + ", then " + std::string(new_map);
  return {};
}

void judge_changes(const Segment& before, const Segment& after, const MediaPlaylist& now, const Note& note) {
  std::string what = difference(before, after);
  if (what.empty() && before.discontinuity != after.discontinuity) {
    what = before.discontinuity ? "EXT-X-DISCONTINUITY is gone" : "EXT-X-DISCONTINUITY has come";
  }
  if (!what.empty()) note(rule("SU-03"), after.line, "segment " + std::to_string(after.msn) + ": " + what);
  if (now.low_latency()) judge_parts(before, after, note);
}

void judge_open_parts(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note) {
  const Segment* after = find_or_open(now, old.open.msn);
  if (after == nullptr || old.open.parts.empty()) return;
  const bool still_open = after == &now.open;
  if (after->parts.empty()) {
    // Far from the end parts may have been removed; an open segment keeps them.
    if (still_open && now.next_msn() == old.next_msn()) {
      note(rule("SU-15"), 0, "the parts of the open segment " + std::to_string(old.open.msn) + " are gone");
    }
    return;
  }
  const std::size_t count = std::min(old.open.parts.size(), after->parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (same_part(old.open.parts[i], after->parts[i])) continue;
    note(still_open ? rule("SU-15") : rule("SU-17"), after->parts[i].line,
         shown(old.open.parts[i]) + ", then " + shown(after->parts[i]));
    return;
  }
  if (after->parts.size() < old.open.parts.size()) {
    note(still_open ? rule("SU-15") : rule("SU-17"), after->parts.back().line,
         "segment " + std::to_string(old.open.msn) + " had " + std::to_string(old.open.parts.size()) + " parts, then " +
             std::to_string(after->parts.size()));
  }
}

void judge_hint_kept(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note) {
  const auto is_part = [](const Hint& hint) { return hint.type == "PART"; };
  const auto hint = std::find_if(old.hints.begin(), old.hints.end(), is_part);
  if (hint == old.hints.end()) return;
  const Segment* segment = find_or_open(now, old.open.msn);
  if (segment == nullptr || segment->parts.size() < old.open.parts.size()) return;
  std::size_t index = old.open.parts.size();
  if (index == segment->parts.size()) {
    if (segment == &now.open) return;
    segment = find_or_open(now, old.open.msn + 1);
    index = 0;
  }
  if (segment == nullptr || index >= segment->parts.size()) return;
  const Part& next = segment->parts[index];
  const std::uint64_t offset = next.range ? next.range->offset.value_or(0) : 0;
  if (identity(next) == identity(*hint) && offset == hint->range_start) return;
  note(rule("SU-16"), next.line, "it is " + next.url + ", hinted was " + hint->url);
}

}  // namespace sluice::check
