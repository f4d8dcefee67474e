#include "low_latency_rules.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::check {
namespace {

// Of a sum of parts: that, and what each was rounded by when it was printed.
constexpr double kSumTolerance = 0.010;
constexpr double kSumTolerancePerPart = 0.001;
// Of sums and products of decimal numbers in binary; what is compared as it stands needs none.
constexpr double kRounding = 1e-6;

double sum_tolerance(const Segment& segment) {
  return kSumTolerance + kSumTolerancePerPart * static_cast<double>(segment.parts.size());
}

void judge_server_control(const MediaPlaylist& playlist, const Note& note) {
  const AttributeList none;
  const AttributeList& control = playlist.server_control ? *playlist.server_control : none;
  const double target = playlist.target();
  if (playlist.part_target) {
    const auto hold_back = control.number("PART-HOLD-BACK");
    const std::string part_target = "PART-TARGET " + seconds(*playlist.part_target);
    if (!hold_back) {
      note(rule("LL-02"), control.line, "there is none");
    } else if (*hold_back < 2 * *playlist.part_target - kRounding) {
      note(rule("LL-02"), control.line, seconds(*hold_back) + " is less than twice " + part_target);
    } else if (*hold_back < 3 * *playlist.part_target - kRounding) {
      note(rule("LL-03"), control.line, seconds(*hold_back) + " is less than three times " + part_target);
    }
    if (!playlist.ended && !playlist.can_block()) note(rule("LL-06"), control.line, "it has not");
  }
  const auto hold_back = control.number("HOLD-BACK");
  if (hold_back && *hold_back < 3 * target - kRounding) {
    note(rule("LL-04"), control.line, seconds(*hold_back) + " is less than three times " + seconds(target));
  }
  const auto skip = playlist.skip_boundary();
  if (skip && *skip < 6 * target - kRounding) {
    note(rule("LL-05"), control.line,
         "CAN-SKIP-UNTIL " + seconds(*skip) + " is less than six times " + seconds(target));
  }
  if (!skip && control.has("CAN-SKIP-DATERANGES")) {
    note(rule("LL-05"), control.line, "CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL");
  }
}

// `complete`: more parts cannot come, so the last is the last.
void judge_durations(const Segment& segment, bool complete, double target, const Note& note) {
  for (std::size_t i = 0; i < segment.parts.size(); ++i) {
    const Part& part = segment.parts[i];
    if (!part.duration) continue;
    if (*part.duration > target) {
      note(rule("LL-08"), part.line, seconds(*part.duration) + " is more than PART-TARGET " + seconds(target));
    }
    const bool last = i + 1 == segment.parts.size();
    // The last one that an open segment lists may be its last.
    const bool may_be_short = last || part.independent || part.gap || (!last && segment.parts[i + 1].gap);
    if (!may_be_short && *part.duration < 0.85 * target - kRounding) {
      note(rule("LL-09"), part.line, seconds(*part.duration) + " is less than 85 % of PART-TARGET " + seconds(target));
    }
  }
  if (!complete || segment.parts.empty()) return;
  const double sum = segment.end_of_parts();
  if (std::abs(sum - segment.duration) > sum_tolerance(segment)) {
    note(rule("LL-10"), segment.extinf_line,
         std::to_string(segment.parts.size()) + " parts make " + seconds(sum) + ", EXTINF says " +
             seconds(segment.duration));
  }
}

// `from_front`: the first part that is listed is the segment's first.
void judge_flags(const MediaPlaylist& playlist, const Segment& segment, bool from_front, bool complete,
                 const Note& note) {
  if (segment.parts.empty()) return;
  const Part& first = segment.parts.front();
  if (from_front && playlist.independent_segments && !first.independent && !first.gap) {
    note(rule("LL-11"), first.line, "it is not");
  }
  const auto opens = [](const Part& part) { return part.independent || part.gap; };
  if (complete && std::none_of(segment.parts.begin(), segment.parts.end(), opens)) {
    note(rule("LL-20"), segment.line, "none of its " + std::to_string(segment.parts.size()) + " parts is");
  }
  if (segment.late_line > 0)
    note(rule("LL-12"), segment.late_line, "it stands behind line " + std::to_string(first.line));
}

void judge_parts(const MediaPlaylist& playlist, const Note& note) {
  const auto with_parts = [](const Segment& segment) { return !segment.parts.empty(); };
  const auto first = std::find_if(playlist.segments.begin(), playlist.segments.end(), with_parts);
  const bool any = first != playlist.segments.end() || with_parts(playlist.open);
  if (any && !playlist.part_target && playlist.line_of("EXT-X-PART-INF") == 0) {
    note(rule("LL-01"), playlist.line_of("EXT-X-PART"), "there is no EXT-X-PART-INF");
  }
  if (!any || !playlist.part_target) return;
  double behind = playlist.open.end_of_parts();
  for (auto segment = playlist.segments.rbegin(); segment != playlist.segments.rend(); ++segment) {
    // A segment that only begins farther away keeps the parts that lie nearer.
    if (with_parts(*segment) && behind > 3 * playlist.target() + kRounding) {
      note(rule("LL-13"), segment->parts.front().line, "these lie " + seconds(behind) + " before the end");
      break;
    }
    behind += segment->duration;
  }
  for (auto segment = playlist.segments.begin(); segment != playlist.segments.end(); ++segment) {
    // Parts are removed one by one: those of the first segment that has any need not be all.
    const bool whole = segment != first || segment == playlist.segments.begin() || playlist.ended ||
                       segment->end_of_parts() > segment->duration - sum_tolerance(*segment);
    judge_durations(*segment, whole, *playlist.part_target, note);
    judge_flags(playlist, *segment, whole, whole, note);
  }
  judge_durations(playlist.open, false, *playlist.part_target, note);
  judge_flags(playlist, playlist.open, true, false, note);
}

bool is_listed(const MediaPlaylist& playlist, const Hint& hint) {
  const auto listed = [&](const Segment& segment) {
    for (const Part& part : segment.parts) {
      if (part.url == hint.url && (!part.range || part.range->offset.value_or(0) == hint.range_start)) return true;
    }
    return false;
  };
  return listed(playlist.open) || std::any_of(playlist.segments.begin(), playlist.segments.end(), listed);
}

void judge_hints(const MediaPlaylist& playlist, const Note& note) {
  std::set<std::string_view> types;
  for (const Hint& hint : playlist.hints) {
    if (!types.insert(hint.type).second)
      note(rule("LL-15"), hint.line, "a second one of TYPE " + hint.type.substr(0, 20));
    if (playlist.ended) {
      note(rule("LL-16"), hint.line, "a hint, and EXT-X-ENDLIST");
    } else if (hint.type == "PART" && is_listed(playlist, hint)) {
      note(rule("LL-16"), hint.line, hint.url + " is listed already");
    }
  }
  if (playlist.low_latency() && !playlist.ended && types.count("PART") == 0) note(rule("LL-17"), 0, "it hints none");
}

}  // namespace

void judge_low_latency(const MediaPlaylist& playlist, bool delta, const Note& note) {
  judge_server_control(playlist, note);
  judge_parts(playlist, note);
  judge_hints(playlist, note);
  const int skip = playlist.line_of("EXT-X-SKIP");
  if (skip > 0 && !delta) note(rule("LL-18"), skip, "the whole playlist was asked for");
  for (const RenditionReport& report : playlist.reports) {
    if (playlist.low_latency() && !playlist.ended && !report.last_part) {
      note(rule("LL-19"), report.line, "it has no LAST-PART");
    }
  }
}

}  // namespace sluice::check
