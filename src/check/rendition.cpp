#include "rendition.hpp"

#include <algorithm>
#include <cmath>

#include "http_judge.hpp"
#include "note.hpp"
#include "sluice/check/playlist_judge.hpp"

namespace sluice::check {
namespace {

constexpr Micros kPlaylistTimeout = Seconds(20);
constexpr Micros kMediaAfterWatch = Seconds(20);
constexpr std::uint64_t kTargetForWatch = 60;  // a target duration of hours must not hold a check for days

Micros micros(double value) { return Micros(std::llround(value * 1e6)); }

}  // namespace

Rendition::Rendition(Context& context, std::string url, VariantFacts facts, Inherited inherited,
                     std::function<void()> on_loaded)
    : context_(context),
      url_(std::move(url)),
      facts_(std::move(facts)),
      inherited_(std::move(inherited)),
      on_loaded_(std::move(on_loaded)),
      succession_(context.options.patience),
      segments_(context, [this](const WantedPiece& piece, bool is_init, const MediaFacts& seen,
                                const Answer& answer) { on_media(piece, is_init, seen, answer); }),
      parts_(context, [this](const WantedPiece& piece, bool is_init, const MediaFacts& seen,
                             const Answer& answer) { on_media(piece, is_init, seen, answer); }),
      http_probe_(context),
      blocking_probe_(context, succession_, date_ranges_, inherited_.variables) {}

void Rendition::start() {
  context_.ask_for_playlist(url_, kPlaylistTimeout, [this](const Answer& answer) { on_first(answer); });
}

Playlist Rendition::parse(const Answer& answer) {
  Playlist parsed = context_.parse(answer, inherited_.variables, url_);
  if (parsed.media && inherited_.independent_segments) parsed.media->independent_segments = true;
  return parsed;
}

void Rendition::start_with(const Answer& answer) { on_first(answer); }

void Rendition::on_first(const Answer& answer) {
  if (answer.cut || judge_loaded(answer, "the media playlist", context_.report)) {
    Playlist parsed = parse(answer);
    if (parsed.media) {
      begin(*parsed.media, answer);
    } else if (!parsed.beyond.empty()) {
      failure_ = answer.url + ": it has " + parsed.beyond;
    } else {
      failure_ = answer.url + " is a multivariant playlist where a media playlist should be";
      Note(context_.report, answer.url)(rule("PL-30"), 0, "it is a multivariant playlist, named as a media playlist");
    }
  } else {
    failure_ = answer.url + ": " + (answer.status == 0 ? answer.error : "status " + std::to_string(answer.status));
  }
  on_loaded_();
}

void Rendition::begin(const MediaPlaylist& playlist, const Answer& answer) {
  ++context_.summary.playlists;
  first_ = playlist;
  const double target = static_cast<double>(std::min(playlist.target_duration.value_or(6), kTargetForWatch));
  const Micros watch = context_.options.watch ? Micros(*context_.options.watch) : micros(3 * target);
  until_ = context_.agenda.now() + watch;
  segments_.set_target_duration(target);
  parts_.set_target_duration(target);
  if (!playlist.ended) {
    segments_.set_end(until_ + kMediaAfterWatch);
    parts_.set_end(until_ + kMediaAfterWatch);
  }
  judge_media_playlist(playlist, false, context_.report, date_ranges_);
  judge_playlist_answer(answer, &playlist, context_.report);
  succession_.add(playlist, {answer.sent, answer.first_byte, false}, context_.report);
  ++context_.summary.versions;
  want_first(playlist);
  http_probe_.start_with_playlist(answer, playlist);
  blocking_probe_.on_plain_load(answer);
  blocking_probe_.start(playlist);
  if (playlist.ended) return;
  context_.summary.live = true;
  context_.summary.low_latency = context_.summary.low_latency || playlist.low_latency();
  reload();
}

void Rendition::on_version(MediaPlaylist playlist, const Answer& answer, bool held) {
  const std::size_t before = succession_.versions();
  // A request that was held saw the version before it until its answer came.
  succession_.add(playlist, {held ? answer.first_byte : answer.sent, answer.first_byte, held}, context_.report);
  if (succession_.versions() == before) return;
  ++context_.summary.versions;
  judge_media_playlist(playlist, false, context_.report, date_ranges_);
  want_new(playlist);
  blocking_probe_.on_version(playlist);
}

void Rendition::reload() {
  const MediaPlaylist* last = succession_.last();
  if (last == nullptr || last->ended || is_over()) return;
  if (last->can_block() && blocks_in_vain_ < 3) {
    block();
  } else {
    poll_later();
  }
}

void Rendition::poll_later() {
  const double target = static_cast<double>(std::min(succession_.last()->target_duration.value_or(6), kTargetForWatch));
  context_.agenda.at(context_.agenda.now() + micros(std::max(0.5, target / 2)), [this] {
    if (!is_over()) poll();
  });
}

void Rendition::poll() {
  context_.ask_for_playlist(url_, kPlaylistTimeout, [this](const Answer& answer) {
    if (answer.cut || judge_loaded(answer, "the media playlist, again,", context_.report)) {
      failures_ = 0;
      auto parsed = parse(answer);
      if (!parsed.beyond.empty()) return;
      if (parsed.media) {
        blocking_probe_.on_plain_load(answer);
        judge_playlist_answer(answer, &*parsed.media, context_.report);
        on_version(std::move(*parsed.media), answer, false);
      }
    } else if (++failures_ >= 3) {
      return;
    }
    reload();
  });
}

void Rendition::block() {
  const MediaPlaylist& last = *succession_.last();
  const std::uint64_t msn = last.next_msn();
  std::optional<std::uint64_t> part;
  std::string query = "_HLS_msn=" + std::to_string(msn);
  if (last.low_latency()) {
    part = last.open.parts.size();
    query += "&_HLS_part=" + std::to_string(*part);
  }
  const double target = static_cast<double>(std::min(last.target_duration.value_or(6), kTargetForWatch));
  context_.ask_for_playlist(with_directives(url_, query), micros(3 * target) + Seconds(10),
                            [this, msn, part](const Answer& answer) { on_blocked(answer, msn, part); });
}

void Rendition::on_blocked(const Answer& answer, std::uint64_t msn, std::optional<std::uint64_t> part) {
  const Note note(context_.report, answer.url);
  const bool held = answer.first_byte - answer.sent > Millis(100);
  if (answer.status != 200) {
    ++blocks_in_vain_;
    note(rule("BL-02"), 0,
         "after " + seconds(seconds_between(answer.sent, answer.first_byte)) + ": " +
             (answer.status == 0 ? answer.error : "status " + std::to_string(answer.status)));
    poll_later();
    return;
  }
  auto parsed = parse(answer);
  if (!parsed.beyond.empty()) return;
  if (!parsed.media || answer.incomplete) {
    judge_loaded(answer, "the answer to a request that was held", context_.report);
    ++blocks_in_vain_;
    poll_later();
    return;
  }
  const bool has = parsed.media->ended || has_piece(*parsed.media, msn, part);
  if (!has) {
    note(rule("BL-01"), 0,
         "it is answered after " + seconds(seconds_between(answer.sent, answer.first_byte)) + ", without it");
    ++blocks_in_vain_;
  } else {
    blocks_in_vain_ = 0;
  }
  const auto patience = static_cast<double>(context_.options.patience.count());
  if (seconds_between(answer.sent, answer.first_byte) > 3 * parsed.media->target() + patience) {
    note(rule("BL-08"), 0, "it was held for " + seconds(seconds_between(answer.sent, answer.first_byte)));
  }
  if (!directed_judged_ && held) judge_directed_answer(answer, context_.report);
  directed_judged_ = directed_judged_ || held;
  on_version(std::move(*parsed.media), answer, held && has);
  if (has) {
    reload();
  } else {
    poll_later();
  }
}

void Rendition::finish() {
  segments_.drop_queue();
  parts_.drop_queue();
  if (!succession_.last()) return;
  facts_.finish(*succession_.last(), context_.report);
  if (!first_->ended) return;
  const std::size_t read_most = first_->i_frames_only ? 0 : context_.options.segments_max;
  const std::size_t listed = first_->segments.size();
  std::size_t gaps = 0;
  for (const Segment& segment : first_->segments) gaps += segment.gap ? 1 : 0;
  if (listed - gaps > read_most) context_.summary.segments_left_out += listed - gaps - read_most;
}

}  // namespace sluice::check
