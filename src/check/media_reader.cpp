#include "media_reader.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "http_judge.hpp"
#include "note.hpp"

namespace sluice::check {
namespace {

// What a server makes us want to load is bounded: whoever lists faster than can be loaded is not followed.
constexpr std::size_t kQueueMax = 2000;
constexpr double kDurationTolerance = 0.050;

std::string key_of(const MediaMap& map) {
  return identity(map) + (map.range ? "@" + std::to_string(map.range->offset.value_or(0)) : "");
}

double frame_seconds(const MediaFacts& facts) {
  double longest = 0;
  for (const TrackFacts& track : facts.tracks) {
    if (track.samples == 0 || track.timescale == 0) continue;
    const double length = static_cast<double>(track.end_dts - track.first_dts) / track.timescale;
    longest = std::max(longest, length / static_cast<double>(track.samples));
  }
  return longest;
}

double to_seconds(Ticks90k ticks) { return static_cast<double>(ticks.count()) / 90000; }

double allowed_beside(const MediaFacts& facts) { return kDurationTolerance + frame_seconds(facts); }

bool has_pictures(const MediaFacts& facts) {
  const TrackFacts* video = facts.track(media::TrackKind::video);
  return video != nullptr && video->samples > 0;
}

// From where the first track begins to where the last one ends.
double union_seconds(const MediaFacts& facts) {
  Ticks90k start = facts.start;
  Ticks90k end = facts.end;
  for (const TrackFacts& track : facts.tracks) {
    if (track.samples == 0 || track.timescale == 0) continue;
    start = std::min(start, ticks_from(track.first_pts, track.timescale));
    end = std::max(end, ticks_from(track.end_pts, track.timescale));
  }
  return to_seconds(end - start);
}

}  // namespace

void MediaReader::want(WantedPiece piece) {
  if (queue_.size() >= kQueueMax) {
    leave_out(piece);
    broken_ = true;
    return;
  }
  queue_.push_back(std::move(piece));
  go_on();
}

void MediaReader::leave_out(const WantedPiece& piece) {
  ++(piece.is_part ? context_.summary.parts_left_out : context_.summary.segments_left_out);
}

void MediaReader::drop_queue() {
  for (const WantedPiece& piece : queue_) leave_out(piece);
  queue_.clear();
}

void MediaReader::go_on() {
  if (busy_) return;
  if (end_ && context_.agenda.now() >= *end_) drop_queue();
  if (queue_.empty()) {
    if (on_idle_) on_idle_();
    return;
  }
  busy_ = true;
  const WantedPiece& next = queue_.front();
  if (next.map && !next.map->url.empty() && key_of(*next.map) != current_map_) {
    load_map(next);
  } else {
    WantedPiece piece = std::move(queue_.front());
    queue_.pop_front();
    load_piece(std::move(piece));
  }
}

void MediaReader::load_map(const WantedPiece& piece) {
  current_map_ = key_of(*piece.map);
  context_.ask_for_media(piece.map->url, piece.map->range, [this, piece](const Answer& answer) {
    on_map(piece, answer);
    busy_ = false;
    go_on();
  });
}

void MediaReader::on_map(const WantedPiece& piece, const Answer& answer) {
  map_unknown_ = true;
  if (answer.cut) context_.fail(answer.url + ": it has " + Context::more_than(context_.options.media_bytes_max));
  if (!judge_loaded(answer, "the initialisation section", context_.report)) return;
  if (is_out_of_range(piece.map->range, answer)) return;
  if (piece.map->encrypted) return judge_media_answer(answer, MediaFormat::unknown, target_duration_, context_.report);
  map_unknown_ = false;
  const MediaFacts facts = judge_.on_init(piece.map->url, answer.view(), context_.report);
  judge_media_answer(answer, facts.format, target_duration_, context_.report);
  on_facts_(piece, true, facts, answer);
}

void MediaReader::load_piece(WantedPiece piece) {
  const std::string url = piece.url;
  const std::optional<ByteRange> range = piece.range;
  context_.ask_for_media(url, range, [this, piece = std::move(piece)](const Answer& answer) {
    on_piece(piece, answer);
    busy_ = false;
    go_on();
  });
}

void MediaReader::on_piece(const WantedPiece& piece, const Answer& answer) {
  const bool follows = piece.follows && !broken_;
  broken_ = !judge_loaded(answer, piece.is_part ? "the part" : "the segment", context_.report);
  if (answer.cut) return leave_out(piece);
  ++(piece.is_part ? context_.summary.parts : context_.summary.segments);
  broken_ = broken_ || is_out_of_range(piece.range, answer);
  if (broken_) return;
  if (piece.encrypted || (piece.map && map_unknown_)) return pass_over(answer);
  const MediaPiece given{.url = piece.url,
                         .bytes = answer.view(),
                         .is_part = piece.is_part,
                         .discontinuity = piece.discontinuity,
                         .follows = follows,
                         .independent = piece.independent};
  const MediaFacts facts = judge_.on_piece(given, context_.report);
  judge_media_answer(answer, facts.format, target_duration_, context_.report);
  if (follows && !piece.discontinuity) settle_duration(facts);
  judge_duration(piece, facts);
  if (piece.bitrate && piece.duration > 0) {
    const double rate = static_cast<double>(answer.body.size()) * 8 / piece.duration;
    const double stated = static_cast<double>(*piece.bitrate) * 1000;
    if (rate < 0.9 * stated || rate > 1.1 * stated) {
      Note(context_.report, piece.url)(rule("MD-08"), 0,
                                       std::to_string(*piece.bitrate) + " kbit/s is stated, it is " +
                                           std::to_string(static_cast<std::uint64_t>(rate / 1000)));
    }
  }
  on_facts_(piece, false, facts, answer);
}

void MediaReader::pass_over(const Answer& answer) {
  judge_media_answer(answer, MediaFormat::unknown, target_duration_, context_.report);
  broken_ = true;
}

bool MediaReader::is_out_of_range(const std::optional<ByteRange>& range, const Answer& answer) const {
  if (!range) return false;
  const bool is_whole = answer.status == 200 && range->offset.value_or(0) == 0;
  if (answer.body.size() == range->length && (answer.status == 206 || is_whole)) return false;
  const std::uint64_t first = range->offset.value_or(0);
  Note(context_.report, answer.url)(rule("HT-13"), 0,
                                    "bytes " + std::to_string(first) + "-" + std::to_string(first + range->length - 1) +
                                        " are answered with " + std::to_string(answer.status) + " and " +
                                        std::to_string(answer.body.size()) + " bytes");
  return true;
}

// By what its samples last, or by when they are shown, of one track or of all: packagers count either.
void MediaReader::judge_duration(const WantedPiece& piece, const MediaFacts& facts) {
  const double real = to_seconds(facts.duration);
  short_.reset();
  if (real <= 0) return;
  const double allowed = allowed_beside(facts);
  for (const double length : {real, to_seconds(facts.end - facts.start), union_seconds(facts)}) {
    if (std::abs(length - piece.duration) <= allowed) return;
  }
  const bool is_last = piece.is_end && facts.format != MediaFormat::ts;
  if (has_pictures(facts) && real < piece.duration && !is_last) {
    short_ = {piece, facts};
  } else {
    tell_duration(piece, real);
  }
}

// How long the last picture is shown, the next one says: MPEG-TS has no durations, and whoever writes a fragment while
// the screen stands still does not know.
void MediaReader::settle_duration(const MediaFacts& next) {
  const auto before = std::exchange(short_, std::nullopt);
  if (!before || !has_pictures(next)) return;
  const double real = to_seconds(next.start - before->facts.start);
  if (std::abs(real - before->piece.duration) > allowed_beside(before->facts)) tell_duration(before->piece, real);
}

void MediaReader::tell_duration(const WantedPiece& piece, double real) const {
  Note(context_.report, piece.url)(piece.is_part ? rule("MD-02") : rule("MD-01"), 0,
                                   "it lasts " + seconds(real) + ", and " + seconds(piece.duration) + " is stated");
}

}  // namespace sluice::check
