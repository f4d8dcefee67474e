#include <algorithm>
#include <cmath>
#include <set>

#include "low_latency_rules.hpp"
#include "note.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

constexpr double kDateTolerance = 0.010;

double to_seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

bool is_live(const MediaPlaylist& playlist) { return !playlist.ended && playlist.type != "VOD"; }

bool is_sliding(const MediaPlaylist& playlist) { return is_live(playlist) && playlist.type.empty(); }

void judge_target_duration(const MediaPlaylist& playlist, const Note& note) {
  if (!playlist.target_duration) {
    if (playlist.line_of("EXT-X-TARGETDURATION") == 0) note(rule("PL-07"), 0, "there is none");
    return;
  }
  const double target = playlist.target();
  for (const Segment& segment : playlist.segments) {
    if (std::round(segment.duration) > target) {
      note(rule("PL-08"), segment.extinf_line,
           "EXTINF " + segment.duration_text + " is more than EXT-X-TARGETDURATION " +
               std::to_string(*playlist.target_duration));
    } else if (segment.duration > target && playlist.version.value_or(1) < 6) {
      note(rule("PL-09"), segment.extinf_line,
           "EXTINF " + segment.duration_text + " is more than EXT-X-TARGETDURATION " +
               std::to_string(*playlist.target_duration) + " in version " +
               std::to_string(playlist.version.value_or(1)));
    }
  }
}

struct NeededVersion {
  std::uint64_t version = 1;
  std::string why;
  void need(std::uint64_t least, std::string reason) {
    if (least > version) {
      version = least;
      why = std::move(reason);
    }
  }
};

// Section 8. EXT-X-GAP asked for version 8 until the draft's tenth revision, so 8 is not too high where one stands.
void judge_version(const MediaPlaylist& playlist, const Note& note) {
  NeededVersion needed;
  const auto decimal = [](const Segment& s) { return s.duration_text.find('.') != std::string::npos; };
  const auto stands = [&](std::string_view tag) { return playlist.line_of(tag) > 0; };
  if (playlist.has_key_iv) needed.need(2, "IV of EXT-X-KEY");
  if (std::any_of(playlist.segments.begin(), playlist.segments.end(), decimal)) needed.need(3, "a decimal EXTINF");
  if (stands("EXT-X-BYTERANGE")) needed.need(4, "EXT-X-BYTERANGE");
  if (playlist.i_frames_only) needed.need(4, "EXT-X-I-FRAMES-ONLY");
  if (playlist.has_key_format) needed.need(5, "KEYFORMAT of EXT-X-KEY");
  if (stands("EXT-X-MAP")) needed.need(playlist.i_frames_only ? 5 : 6, "EXT-X-MAP");
  if (stands("EXT-X-DEFINE")) needed.need(8, "EXT-X-DEFINE");
  if (stands("EXT-X-SKIP")) needed.need(9, "EXT-X-SKIP");
  if (playlist.text.find("RECENTLY-REMOVED-DATERANGES") != std::string::npos) {
    needed.need(10, "RECENTLY-REMOVED-DATERANGES");
  }
  if (playlist.takes_query) needed.need(11, "QUERYPARAM of EXT-X-DEFINE");
  const std::uint64_t stated = playlist.version.value_or(1);
  const int line = playlist.line_of("EXT-X-VERSION");
  if (stated < needed.version) {
    note(rule("PL-10"), line,
         "it is " + std::to_string(stated) + ", and " + needed.why + " needs " + std::to_string(needed.version));
  }
  // A server whose delta updates need 9 may state it in the whole playlist too: players merge the two.
  if (playlist.skip_boundary()) needed.need(10, "");
  if (stands("EXT-X-GAP")) needed.need(8, "");
  if (stated > std::max<std::uint64_t>(needed.version, 6) && !stands("EXT-X-KEY") && !stands("EXT-X-DEFINE")) {
    note(rule("PL-11"), line, "it is " + std::to_string(stated) + ", and " + std::to_string(needed.version) + " does");
  }
}

void judge_segments(const MediaPlaylist& playlist, const Note& note) {
  if (playlist.segments.empty() && playlist.open.parts.empty()) note(rule("PL-14"), 0, "it names none");
  std::set<std::pair<std::string_view, std::uint64_t>> seen;
  for (const Segment& segment : playlist.segments) {
    if (segment.extinf_line > 0 && playlist.version.value_or(1) >= 3 && parse_integer(segment.duration_text)) {
      note(rule("PL-13"), segment.extinf_line, "EXTINF " + segment.duration_text);
    }
    const std::uint64_t offset = segment.range ? segment.range->offset.value_or(0) : 0;
    if (is_sliding(playlist) && !segment.gap && !seen.insert({segment.url, offset}).second) {
      note(rule("PL-31"), segment.line, segment.url);
    }
    const std::string_view path = without_query(segment.url);
    const bool fragmented = path.ends_with(".m4s") || path.ends_with(".cmfv") || path.ends_with(".cmfa");
    if (fragmented && !segment.map) note(rule("PL-16"), segment.line, "none stands before " + segment.url);
  }
}

void judge_discontinuities(const MediaPlaylist& playlist, const Note& note) {
  const int line = playlist.line_of("EXT-X-DISCONTINUITY");
  if (line > 0 && is_sliding(playlist) && !playlist.discontinuity_sequence) note(rule("PL-15"), line, "there is none");
}

void judge_dates(const MediaPlaylist& playlist, const Note& note) {
  const bool dated = playlist.line_of("EXT-X-PROGRAM-DATE-TIME") > 0;
  if (!dated) {
    if (is_live(playlist) && !playlist.segments.empty() && !playlist.i_frames_only) {
      note(rule("PL-19"), 0, "there is none");
    }
    return;
  }
  const Segment* before = nullptr;
  std::optional<WallTime> end;  // of the segment before, by the last date that stood there
  for (const Segment& segment : playlist.segments) {
    const bool must_have = segment.discontinuity || (before == nullptr && !playlist.skipped);
    if (must_have && segment.date_line == 0) note(rule("PL-20"), segment.line, "none at " + segment.url);
    if (segment.date && end) {
      const double ahead = to_seconds(*segment.date - *end);
      if (ahead <= -1 || -ahead >= before->duration) {
        note(rule("PL-22"), segment.date_line, "it is " + seconds(-ahead) + " before the end of the one before");
      } else if (!segment.discontinuity && std::abs(ahead) > kDateTolerance) {
        note(rule("PL-21"), segment.date_line,
             "it is " + seconds(std::abs(ahead)) + (ahead > 0 ? " after" : " before") + " the end of the one before");
      }
    }
    const auto start = segment.date ? segment.date : (segment.discontinuity ? std::nullopt : end);
    end = start ? std::optional(*start + Micros(std::llround(segment.duration * 1e6))) : std::nullopt;
    before = &segment;
  }
}

void judge_type(const MediaPlaylist& playlist, const Note& note) {
  const int line = playlist.line_of("EXT-X-PLAYLIST-TYPE");
  if (line == 0) return;
  if (playlist.type != "VOD" && playlist.type != "EVENT")
    note(rule("PL-23"), line, "it is '" + playlist.type.substr(0, 40) + "'");
  if (playlist.type == "VOD" && !playlist.ended) note(rule("PL-23"), line, "it is VOD, and there is no EXT-X-ENDLIST");
}

void judge_start(const MediaPlaylist& playlist, const Note& note) {
  if (!playlist.start) return;
  const auto offset = playlist.start->number("TIME-OFFSET");
  const int line = playlist.start->line;
  if (!offset) {
    note(rule("PL-26"), line, "it has none");
    return;
  }
  const double duration = playlist.duration();
  const double at = *offset < 0 ? duration + *offset : *offset;
  if (at < 0 || at > duration) {
    note(rule("PL-27"), line, "TIME-OFFSET " + seconds(*offset) + " lies outside of " + seconds(duration));
  } else if (is_live(playlist) && at > duration - 3 * playlist.target() && !playlist.low_latency()) {
    note(rule("PL-27"), line,
         "TIME-OFFSET " + seconds(*offset) + " lies " + seconds(duration - at) + " before the end");
  }
}

void judge_date_ranges(const MediaPlaylist& playlist, DateRangesSeen& seen, const Note& note) {
  for (const AttributeList& range : playlist.date_ranges) seen.add(range);
  for (const AttributeList& range : playlist.date_ranges) {
    if (!range.has("ID")) note(rule("PL-29"), range.line, "it has no ID");
    if (range.has("START-DATE") && !parse_date_time(range.text("START-DATE"))) {
      note(rule("PL-29"), range.line, "START-DATE '" + std::string(range.text("START-DATE").substr(0, 40)) + "'");
    }
    if (!seen.has_start(range) && !range.has("CUE")) note(rule("PL-29"), range.line, "it has no START-DATE");
    if (range.text("END-ON-NEXT") == "YES" && !seen.has_class(range)) {
      note(rule("PL-29"), range.line, "END-ON-NEXT without CLASS");
    }
  }
  if (!playlist.date_ranges.empty() && playlist.line_of("EXT-X-PROGRAM-DATE-TIME") == 0) {
    note(rule("PL-29"), playlist.date_ranges.front().line, "there is no EXT-X-PROGRAM-DATE-TIME");
  }
}

}  // namespace

void DateRangesSeen::add(const AttributeList& range) {
  const unsigned says = (range.has("START-DATE") ? kStart : 0) | (range.has("CLASS") ? kClass : 0);
  const std::size_t id = std::hash<std::string_view>()(range.text("ID"));
  if (ranges_.size() < kMax || ranges_.count(id) > 0) ranges_[id] |= says;
}

bool DateRangesSeen::said(const AttributeList& range, unsigned what) const {
  const auto found = ranges_.find(std::hash<std::string_view>()(range.text("ID")));
  return found == ranges_.end() || (found->second & what) != 0;
}

void judge_media_playlist(const MediaPlaylist& playlist, bool delta, const Report& report) {
  DateRangesSeen seen;
  judge_media_playlist(playlist, delta, report, seen);
}

void judge_media_playlist(const MediaPlaylist& playlist, bool delta, const Report& report, DateRangesSeen& seen) {
  const Note note(report, playlist.url);
  for (const Fault& fault : playlist.faults) note(*fault.rule, fault.line, fault.what);
  judge_target_duration(playlist, note);
  judge_version(playlist, note);
  judge_segments(playlist, note);
  judge_discontinuities(playlist, note);
  judge_dates(playlist, note);
  judge_type(playlist, note);
  judge_start(playlist, note);
  judge_date_ranges(playlist, seen, note);
  if (const int line = playlist.line_of("EXT-X-ALLOW-CACHE"); line > 0) note(rule("PL-28"), line, "it stands there");
  judge_low_latency(playlist, delta, note);
}

}  // namespace sluice::check
