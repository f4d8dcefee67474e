#include "blocking_probe.hpp"

#include <algorithm>
#include <cmath>

#include "note.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

constexpr double kPlainMax = 5;  // a server that is slower without directives is late with them
constexpr double kTrickleSeconds = 0.25;
constexpr double kTrickleBytesPerSecond = 250'000;
constexpr std::uint64_t kTargetMax = 60;
// How a hinted part comes shows long before; these requests do not wait for their turn.
constexpr std::size_t kHintedBytesMax = 4 * 1024 * 1024;

std::string status_text(const Answer& answer) {
  return answer.status == 0 ? answer.error : "status " + std::to_string(answer.status);
}

Micros hold_timeout(const MediaPlaylist& playlist) {
  return Seconds(3 * static_cast<std::int64_t>(std::min(playlist.target_duration.value_or(6), kTargetMax)) + 10);
}

bool offers_directives(const MediaPlaylist& playlist) { return playlist.can_block() || playlist.skip_boundary(); }

// Section 6.2.5.2: how many parts ahead may be asked for.
std::uint64_t advance_limit(const MediaPlaylist& playlist) {
  const double target = playlist.part_target.value_or(1);
  return target < 1 ? static_cast<std::uint64_t>(std::min(std::ceil(3 / target), 10'000.0)) : 3;
}

}  // namespace

double seconds_between(MonoTime begin, MonoTime end) { return static_cast<double>((end - begin).count()) / 1e6; }

std::string with_directives(const std::string& url, const std::string& directives) {
  return with_query(url, directives);
}

bool has_piece(const MediaPlaylist& playlist, std::uint64_t msn, std::optional<std::uint64_t> part) {
  if (playlist.next_msn() > msn) return true;
  return part && playlist.next_msn() == msn && playlist.open.parts.size() > *part;
}

void BlockingProbe::note(const Rule& rule, const Answer& answer, std::string what) {
  Note(context_.report, answer.url)(rule, 0, std::move(what));
}

void BlockingProbe::start(const MediaPlaylist& playlist) {
  url_ = playlist.url;
  add_unknown();
  if (playlist.ended) {
    add_directives_after_end();
  } else if (playlist.can_block()) {
    add_part_behind_last();
    add_refusals(playlist.low_latency());
    add_old_segments();
    hold(playlist);
  }
  add_skip();
  next();
  on_version(playlist);
}

void BlockingProbe::next() {
  while (!tries_.empty()) {
    const MakeTry make = std::move(tries_.back());
    tries_.pop_back();
    std::optional<Try> made = make(*succession_.last());
    if (!made) continue;
    context_.ask_for_playlist(with_directives(url_, made->query), hold_timeout(*succession_.last()),
                              [this, judge = std::move(made->judge)](const Answer& answer) {
                                Playlist parsed;
                                if (answer.status == 200) parsed = context_.parse(answer, imported_, url_);
                                if (parsed.beyond.empty()) judge(answer, parsed.media ? &*parsed.media : nullptr);
                                next();
                              });
    return;
  }
}

void BlockingProbe::on_plain_load(const Answer& answer) {
  plain_ = std::max(plain_, std::min(kPlainMax, seconds_between(answer.sent, answer.first_byte)));
}

bool BlockingProbe::is_denied(const Answer& answer) const {
  return !offers_directives(*succession_.last()) && (answer.status == 401 || answer.status == 403);
}

bool BlockingProbe::is_within(double limit, const Rule& rule, const std::string& what, const Answer& answer,
                              const MediaPlaylist* playlist) {
  const double held = seconds_between(answer.sent, answer.first_byte);
  if (is_denied(answer)) return false;
  // Where nothing is offered nothing is held either: what no cache has may take its time.
  const double way = plain_ + static_cast<double>(context_.options.patience.count());
  if (playlist == nullptr) {
    note(rule, answer, what + ": " + status_text(answer));
  } else if (held > limit + way && offers_directives(*succession_.last())) {
    note(rule, answer, what + " is answered after " + seconds(held));
  } else {
    return true;
  }
  return false;
}

void BlockingProbe::expect_refusal(const Rule& rule, const std::string& what, const Answer& answer,
                                   const MediaPlaylist* playlist) {
  // Directives mean nothing any more where it has ended meanwhile.
  if (answer.status == 400 || (playlist != nullptr && playlist->ended)) return;
  note(rule, answer, what + ": " + status_text(answer));
}

void BlockingProbe::add_refusals(bool low_latency) {
  const auto refused = [this](const Rule& rule, std::function<std::string(const MediaPlaylist&)> query,
                              std::string what) {
    tries_.push_back([this, &rule, query = std::move(query), what = std::move(what)](const MediaPlaylist& newest) {
      return std::optional(Try{query(newest), [this, &rule, what](const Answer& answer, const MediaPlaylist* playlist) {
                                 expect_refusal(rule, what, answer, playlist);
                               }});
    });
  };
  if (low_latency) {
    tries_.push_back([this](const MediaPlaylist& newest) {
      const std::uint64_t msn = newest.open.msn;
      const std::uint64_t part = newest.open.parts.size() + 2 * advance_limit(newest) + 20;
      return std::optional(Try{"_HLS_msn=" + std::to_string(msn) + "&_HLS_part=" + std::to_string(part),
                               [this, msn, part](const Answer& answer, const MediaPlaylist* playlist) {
                                 // Behind a segment that is complete by now it means the next one's first part.
                                 if (playlist != nullptr && playlist->next_msn() > msn) return;
                                 expect_refusal(rule("BL-06"), "part " + std::to_string(part) + " of an open segment",
                                                answer, playlist);
                               }});
    });
  }
  refused(
      rule("BL-07"), [](const MediaPlaylist&) { return "_HLS_msn=abc"; }, "_HLS_msn=abc");
  refused(
      rule("BL-07"), [](const MediaPlaylist&) { return "_HLS_msn=-1"; }, "_HLS_msn=-1");
  refused(
      rule("BL-05"), [](const MediaPlaylist& newest) { return "_HLS_msn=" + std::to_string(newest.next_msn() + 5); },
      "six segments behind the last one");
  refused(
      rule("BL-04"), [](const MediaPlaylist&) { return "_HLS_part=0"; }, "_HLS_part=0");
}

void BlockingProbe::add_old_segments() {
  for (const std::uint64_t back : {10, 0}) {
    tries_.push_back([this, back](const MediaPlaylist& newest) -> std::optional<Try> {
      if (newest.first_msn() < back || newest.segments.empty()) return std::nullopt;
      const std::uint64_t end = newest.next_msn();
      return Try{"_HLS_msn=" + std::to_string(newest.first_msn() - back),
                 [this, back, end](const Answer& answer, const MediaPlaylist* playlist) {
                   const std::string what = back == 0 ? "the first segment that is listed" : "a segment that has gone";
                   if (!is_within(0, rule("BL-03"), what, answer, playlist)) return;
                   if (playlist->next_msn() < end) {
                     note(rule("BL-03"), answer,
                          "the answer ends with segment " + std::to_string(playlist->next_msn() - 1) + ", which was " +
                              std::to_string(end - 1) + " before");
                   }
                 }};
    });
  }
}

void BlockingProbe::add_part_behind_last() {
  tries_.push_back([this](const MediaPlaylist& newest) -> std::optional<Try> {
    if (newest.segments.empty() || newest.segments.back().parts.empty()) return std::nullopt;
    const Segment& whole = newest.segments.back();
    const std::string what = "part " + std::to_string(whole.parts.size()) + " of segment " + std::to_string(whole.msn) +
                             ", which has no more";
    // The next segment's first part may have to come.
    const double wait = newest.open.parts.empty() ? newest.part_target.value_or(newest.target()) : 0;
    return Try{"_HLS_msn=" + std::to_string(whole.msn) + "&_HLS_part=" + std::to_string(whole.parts.size()),
               [this, what, wait, msn = whole.msn + 1](const Answer& answer, const MediaPlaylist* playlist) {
                 if (playlist != nullptr && playlist->ended) return;
                 if (!is_within(wait, rule("BL-09"), what, answer, playlist)) return;
                 if (!has_piece(*playlist, msn, 0))
                   note(rule("BL-09"), answer, what + ": the answer has no part behind it");
               }};
  });
}

void BlockingProbe::add_unknown() {
  tries_.push_back([this](const MediaPlaylist&) {
    return std::optional(
        Try{"_HLS_unknown=1&CMCD=sid%3D%22check%22", [this](const Answer& answer, const MediaPlaylist* playlist) {
              is_within(0, rule("BL-14"), "_HLS_unknown=1", answer, playlist);
            }});
  });
}

void BlockingProbe::add_directives_after_end() {
  tries_.push_back([this](const MediaPlaylist& newest) {
    return std::optional(Try{"_HLS_msn=" + std::to_string(newest.next_msn() + 10) + "&_HLS_part=3",
                             [this](const Answer& answer, const MediaPlaylist* playlist) {
                               is_within(0, rule("BL-13"), "_HLS_msn behind the end", answer, playlist);
                             }});
  });
}

void BlockingProbe::add_skip() {
  tries_.push_back([this](const MediaPlaylist&) {
    return std::optional(Try{"_HLS_skip=YES", [this](const Answer& answer, const MediaPlaylist* playlist) {
                               judge_delta(answer, playlist);
                             }});
  });
}

void BlockingProbe::judge_delta(const Answer& answer, const MediaPlaylist* delta) {
  const MediaPlaylist& newest = *succession_.last();
  const auto boundary = newest.skip_boundary();
  const bool offered = boundary && !newest.ended;
  if (is_denied(answer)) return;
  if (delta == nullptr) {
    note(offered ? rule("BL-10") : rule("BL-12"), answer, "_HLS_skip=YES: " + status_text(answer));
    return;
  }
  if (!offered) {
    if (delta->skipped) note(rule("BL-12"), answer, "EXT-X-SKIP stands there");
    return;
  }
  if (delta->ended) return;
  if (!delta->skipped) {
    judge_media_playlist(*delta, true, context_.report, date_ranges_);
    // A segment less than the boundary leaves room for what has come meanwhile.
    const double beyond = newest.duration() - *boundary;
    const bool skippable = !newest.segments.empty() && beyond > newest.segments.front().duration + 2 * newest.target();
    if (skippable)
      note(rule("BL-10"), answer, "it is the whole playlist, and " + seconds(beyond) + " lie beyond the boundary");
    return;
  }
  const double kept = delta->duration();
  if (kept + 0.001 < *boundary) {
    note(rule("BL-11"), answer, seconds(kept) + " are left, CAN-SKIP-UNTIL is " + seconds(*boundary));
  }
  const auto merged = merge_delta(newest, *delta);
  const std::string what = merged ? difference(newest, *merged) : "it skips what was never listed";
  if (!what.empty()) return note(rule("BL-11"), answer, what);
  // What a player has then: much that a playlist must have may stand in what is skipped.
  judge_media_playlist(*merged, true, context_.report, date_ranges_);
}

// Without a part, beside the chain of reloads: two segments ahead is as far as may be asked for.
void BlockingProbe::hold(const MediaPlaylist& playlist) {
  const std::uint64_t msn = playlist.next_msn();
  context_.ask_for_playlist(
      with_directives(url_, "_HLS_msn=" + std::to_string(msn)), hold_timeout(playlist),
      [this, msn](const Answer& answer) {
        const double held = seconds_between(answer.sent, answer.first_byte);
        if (answer.status != 200) {
          note(rule("BL-02"), answer, "after " + seconds(held) + ": " + status_text(answer));
          return;
        }
        const auto parsed = context_.parse(answer, imported_, url_);
        if (parsed.media && !parsed.media->ended && !has_piece(*parsed.media, msn, std::nullopt)) {
          note(rule("BL-01"), answer,
               "it is answered after " + seconds(held) + ", without segment " + std::to_string(msn));
        }
      });
}

void BlockingProbe::on_version(const MediaPlaylist& playlist) {
  const auto refused = [this](const Segment& segment) {
    for (const Part& part : segment.parts) {
      if (refused_hints_.erase(identity(part)) == 0) continue;
      Note(context_.report, part.url)(rule("BL-15"), 0,
                                      "it was answered with 404 while it was hinted, and is listed now");
    }
  };
  for (const Segment& segment : playlist.segments) refused(segment);
  refused(playlist.open);
  if (!hint_out_ && hints_left_ > 0 && !playlist.ended) try_hint(playlist);
}

void BlockingProbe::try_hint(const MediaPlaylist& playlist) {
  const auto is_part = [](const Hint& hint) { return hint.type == "PART" && !hint.url.empty(); };
  const auto hint = std::find_if(playlist.hints.begin(), playlist.hints.end(), is_part);
  if (hint == playlist.hints.end()) return;
  hint_out_ = true;
  --hints_left_;
  Request request = context_.request_for(hint->url, std::min(kHintedBytesMax, context_.options.media_bytes_max));
  request.timeout = hold_timeout(playlist);
  if (hint->range_start > 0 || hint->range_length) {
    // What a client asks for that does not know the length (appendix B.1).
    const std::uint64_t last = hint->range_length ? hint->range_start + *hint->range_length - 1 : 9007199254740991;
    Context::add_range(request, hint->range_start, last);
  }
  context_.ask(std::move(request), [this, asked = *hint](const Answer& answer) {
    hint_out_ = false;
    judge_hinted(asked, answer);
  });
}

void BlockingProbe::judge_hinted(const Hint& hint, const Answer& answer) {
  if (answer.status == 404 || answer.status == 410) {
    // It may have been given up (section 6.2.6): it must not be listed then.
    refused_hints_.insert(identity(hint));
    return;
  }
  if ((answer.status != 200 && answer.status != 206) || answer.incomplete) {
    if (!succession_.last()->ended) note(rule("BL-15"), answer, status_text(answer));
    return;
  }
  const double took = seconds_between(answer.first_byte, answer.last_byte);
  const double rate = took > 0 ? static_cast<double>(answer.wire_bytes) / took : kTrickleBytesPerSecond;
  // One that shares its resource with later parts may go on. Once may be the network; twice is how it is sent.
  if (hint.range_start > 0 || hint.range_length || took <= kTrickleSeconds || rate >= kTrickleBytesPerSecond) return;
  if (++trickled_ != 2) return;
  note(rule("BL-16"), answer,
       "of this one, and of another before, " + std::to_string(answer.wire_bytes) + " bytes took " + seconds(took) +
           " from the first to the last");
}

}  // namespace sluice::check
