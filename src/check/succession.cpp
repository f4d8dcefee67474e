#include "sluice/check/succession.hpp"

#include <algorithm>

#include "note.hpp"
#include "segment_changes.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

constexpr std::size_t kKnownMax = 100'000;

double to_seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

std::string control_text(const MediaPlaylist& playlist) {
  std::string text;
  if (!playlist.server_control) return "none";
  for (const Attribute& item : playlist.server_control->items) {
    text.append(text.empty() ? "" : ",").append(item.name).append("=").append(item.value.substr(0, 40));
  }
  return text;
}

void compare_heads(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note) {
  if (now.media_sequence.value_or(0) < old.media_sequence.value_or(0)) {
    note(rule("SU-01"), now.line_of("EXT-X-MEDIA-SEQUENCE"),
         std::to_string(old.media_sequence.value_or(0)) + ", then " + std::to_string(now.media_sequence.value_or(0)));
  }
  if (old.target_duration != now.target_duration) {
    note(rule("SU-05"), now.line_of("EXT-X-TARGETDURATION"),
         std::to_string(old.target_duration.value_or(0)) + ", then " + std::to_string(now.target_duration.value_or(0)));
  }
  if (old.part_target && now.part_target && *old.part_target != *now.part_target) {
    note(rule("SU-06"), now.line_of("EXT-X-PART-INF"),
         seconds(*old.part_target) + ", then " + seconds(*now.part_target));
  }
  if (control_text(old) != control_text(now) && !now.ended) {
    note(rule("SU-07"), now.line_of("EXT-X-SERVER-CONTROL"), control_text(old) + ", then " + control_text(now));
  }
  if (old.type != now.type) {
    note(rule("SU-14"), now.line_of("EXT-X-PLAYLIST-TYPE"),
         "'" + old.type.substr(0, 20) + "', then '" + now.type.substr(0, 20) + "'");
  } else if (!old.type.empty() && now.first_msn() > old.first_msn()) {
    note(rule("SU-14"), 0,
         std::to_string(now.first_msn() - old.first_msn()) + " segments were removed from a playlist of type " +
             old.type.substr(0, 20));
  }
}

void compare_ends(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note) {
  if (old.ended && !now.ended) note(rule("SU-08"), 0, "EXT-X-ENDLIST was taken back");
  if (old.ended && now.next_msn() > old.next_msn()) {
    note(rule("SU-08"), 0,
         std::to_string(now.next_msn() - old.next_msn()) + " segments were added behind EXT-X-ENDLIST");
  }
  if (now.next_msn() < old.next_msn()) {
    note(rule("SU-09"), 0,
         "the last segment was " + std::to_string(old.next_msn() - 1) + ", then " + std::to_string(now.next_msn() - 1));
  }
  if (now.first_msn() > old.next_msn()) {
    note(rule("SU-18"), 0,
         "the last segment was " + std::to_string(old.next_msn() - 1) + ", then the first " +
             std::to_string(now.first_msn()));
  }
}

void judge_removal(const MediaPlaylist& old, const MediaPlaylist& now, const Note& note) {
  if (now.ended || now.first_msn() <= old.first_msn()) return;
  const std::string left = std::to_string(now.segments.size()) + " segments of " + seconds(now.duration());
  if (now.duration() < 3 * now.target()) {
    note(rule("SU-10"), 0, left + " are left, three target durations are " + seconds(3 * now.target()));
  } else if (now.segments.size() < 6) {
    note(rule("SU-11"), 0, left + " are left");
  }
}

}  // namespace

void Succession::add(const MediaPlaylist& playlist, Sighting sighting, const Report& report) {
  judge_cadence(playlist, sighting, report);
  if (last_ && last_->text == playlist.text) return;
  ++versions_;
  if (last_) compare(*last_, playlist, report);
  know(playlist, report);
  last_ = playlist;
}

void Succession::compare(const MediaPlaylist& old, const MediaPlaylist& now, const Report& report) {
  const Note note(report, now.url);
  compare_heads(old, now, note);
  compare_ends(old, now, note);
  judge_removal(old, now, note);
  for (const Segment& segment : now.segments) {
    if (const Segment* before = old.find(segment.msn)) judge_changes(*before, segment, now, note);
  }
  judge_open_parts(old, now, note);
  judge_hint_kept(old, now, note);
}

void Succession::know(const MediaPlaylist& playlist, const Report& report) {
  const Note note(report, playlist.url);
  for (const Segment& segment : playlist.segments) {
    const std::string_view path = without_query(identity(segment));
    const std::size_t hash = std::hash<std::string_view>()(path);
    const auto [known, is_new] = known_.try_emplace(segment.msn, Known{hash, segment.dsn});
    if (is_new) continue;
    const std::string number = "segment " + std::to_string(segment.msn) + ": ";
    if (known->second.path_hash != hash) {
      const Segment* before = last_ ? last_->find(segment.msn) : nullptr;
      const std::string was(before == nullptr ? "another one" : without_query(identity(*before)));
      note(rule("SU-02"), segment.line, number + was + ", then " + std::string(path));
      known->second.path_hash = hash;
    }
    if (known->second.dsn != segment.dsn) {
      note(rule("SU-04"), segment.line,
           number + std::to_string(known->second.dsn) + ", then " + std::to_string(segment.dsn));
      known->second.dsn = segment.dsn;
    }
  }
  while (known_.size() > kKnownMax) known_.erase(known_.begin());
}

// A version is proven late when the one before it was still the answer to a request sent after the time was up, or was
// waited for until then. One that a poll finds may have been there for long.
void Succession::judge_cadence(const MediaPlaylist& playlist, Sighting sighting, const Report& report) {
  const Note note(report, playlist.url);
  const bool segment_came = !last_ || playlist.next_msn() > last_->next_msn();
  const bool part_came = segment_came || playlist.open.parts.size() > last_->open.parts.size();
  const bool ends = playlist.ended || (last_ && last_->ended);
  const double limit = 1.5 * playlist.target();
  const double waited = to_seconds(sighting.asked - segment_since_);
  const bool segment_waited = !segment_came || sighting.held;
  if (last_ && !ends && segment_waited && !segment_late_ && waited > limit + patience_) {
    note(rule("SU-12"), 0,
         "none for " + seconds(waited) + " after segment " + std::to_string(last_->next_msn() - 1) +
             "; 1.5 target durations are " + seconds(limit));
    segment_late_ = true;
  }
  const bool part_waited_for = !part_came || sighting.held;
  if (last_ && !ends && part_waited_for && last_->part_target && !part_late_) {
    const double part_waited = to_seconds(sighting.asked - part_since_);
    if (part_waited > *last_->part_target + patience_) {
      note(rule("SU-13"), 0, "none for " + seconds(part_waited) + "; PART-TARGET is " + seconds(*last_->part_target));
      part_late_ = true;
    }
  }
  if (segment_came) {
    segment_since_ = sighting.answered;
    segment_late_ = false;
  }
  if (part_came) {
    part_since_ = sighting.answered;
    part_late_ = false;
  }
}

std::optional<MediaPlaylist> merge_delta(const MediaPlaylist& before, MediaPlaylist delta) {
  const std::uint64_t skipped = delta.skipped.value_or(0);
  if (skipped == 0) {
    delta.skipped.reset();
    return delta;
  }
  const std::uint64_t first = delta.media_sequence.value_or(0);
  if (before.find(first) == nullptr || skipped > before.segments.size() ||
      before.find(first + skipped - 1) == nullptr) {
    return std::nullopt;
  }
  const auto begin = before.segments.begin() + static_cast<std::ptrdiff_t>(first - before.first_msn());
  delta.segments.insert(delta.segments.begin(), begin, begin + static_cast<std::ptrdiff_t>(skipped));
  delta.skipped.reset();
  // What is skipped takes its discontinuities and its initialisation section with it.
  const std::uint64_t base = delta.discontinuity_sequence.value_or(0);
  std::uint64_t dsn = base;
  std::shared_ptr<const MediaMap> map;
  const Segment* previous = nullptr;
  for (Segment& segment : delta.segments) {
    if (segment.range && !segment.range->offset && previous != nullptr && previous->range && previous->range->offset) {
      segment.range->offset = *previous->range->offset + previous->range->length;
    }
    previous = &segment;
    if (segment.discontinuity) ++dsn;
    segment.dsn = dsn;
    if (!segment.map) segment.map = map;
    map = segment.map;
  }
  delta.open.dsn = dsn + (delta.open.discontinuity ? 1 : 0);
  if (!delta.open.map) delta.open.map = map;
  // And its dates, which rules ask for by their tag.
  const auto dated = before.tags.find("EXT-X-PROGRAM-DATE-TIME");
  if (dated != before.tags.end()) delta.tags.insert(*dated);
  return delta;
}

std::string difference(const MediaPlaylist& left, const MediaPlaylist& right) {
  const std::uint64_t first = std::max(left.first_msn(), right.first_msn());
  const std::uint64_t end = std::min(left.next_msn(), right.next_msn());
  for (std::uint64_t msn = first; msn < end; ++msn) {
    const std::string what = difference(*left.find(msn), *right.find(msn));
    if (!what.empty()) return "segment " + std::to_string(msn) + ": " + what;
  }
  return {};
}

}  // namespace sluice::check
