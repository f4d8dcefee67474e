#include "sluice/check/media_judge.hpp"

#include <algorithm>

#include "any_rules.hpp"
#include "link.hpp"
#include "mp4_judge.hpp"
#include "packed_audio.hpp"
#include "piece_findings.hpp"
#include "ts_judge.hpp"

namespace sluice::check {
namespace {

void judge_webvtt(ByteView bytes, PieceFindings& findings) {
  // It stands among the headers, which an empty line ends.
  const std::string_view text = as_text(bytes);
  const std::size_t end = std::min(text.find("\n\n"), text.find("\r\n\r\n"));
  if (text.substr(0, end).find("X-TIMESTAMP-MAP=") != std::string_view::npos) return;
  findings.add(kVttTimestampMap, "there is none before the first cue");
}

// What holds for every format: how the piece begins, and that its tracks belong together.
void judge_tracks(const MediaPiece& piece, const MediaFacts& facts, PieceFindings& findings) {
  const TrackFacts* video = facts.track(media::TrackKind::video);
  const TrackFacts* audio = facts.track(media::TrackKind::audio);
  const bool has_video = video != nullptr && video->samples > 0;
  const bool has_audio = audio != nullptr && audio->samples > 0;
  if (has_video && !video->starts_with_sync) {
    const std::string pictures = std::to_string(video->samples) + " pictures";
    if (piece.is_part) {
      // It may stand anywhere in a part.
      if (piece.independent && video->sync_samples == 0) {
        findings.add(kIndependentStart, "none of its " + pictures + " is a key frame");
      }
    } else {
      findings.add(piece.independent ? kIndependentStart : kKeyFrameFirst,
                   "the first of " + pictures + " is no key frame");
    }
  } else if (piece.is_part && !piece.independent && (has_video || (video == nullptr && has_audio))) {
    findings.add(kIndependentStated, has_video ? "it begins with a key frame" : "it has audio alone");
  }
  if (!has_video || !has_audio) return;
  const auto time_of = [](std::int64_t ticks, const TrackFacts& track) { return ticks_from(ticks, track.timescale); };
  constexpr Ticks90k kApart = Millis(500);
  const Ticks90k begin = time_of(audio->first_pts, *audio) - time_of(video->first_pts, *video);
  const Ticks90k end = time_of(audio->end_pts, *audio) - time_of(video->end_pts, *video);
  if (std::chrono::abs(begin) <= kApart && std::chrono::abs(end) <= kApart) return;
  findings.add(kTracksOverlap, "audio begins " + std::to_string(begin.count() / 90) + " ms after video and ends " +
                                   std::to_string(end.count() / 90) + " ms after it");
}

// Sets where the piece lies in time, by the track that leads.
void place(MediaFacts& facts) {
  const TrackFacts* leader = facts.track(media::TrackKind::video);
  for (const TrackFacts& track : facts.tracks) {
    if ((leader == nullptr || leader->samples == 0) && track.samples > 0) leader = &track;
  }
  if (leader == nullptr || leader->samples == 0) return;
  facts.start = ticks_from(leader->first_pts, leader->timescale);
  facts.end = ticks_from(leader->end_pts, leader->timescale);
  facts.duration = ticks_from(leader->end_dts - leader->first_dts, leader->timescale);
}

}  // namespace

struct MediaJudge::State {
  MediaFormat format = MediaFormat::unknown;
  MediaFormat init_format = MediaFormat::unknown;
  ts::TsJudge ts;
  mp4::Mp4Judge mp4;
  PackedAudioJudge packed_audio;
};

MediaJudge::MediaJudge() : state_(std::make_unique<State>()) {}
MediaJudge::~MediaJudge() = default;
MediaJudge::MediaJudge(MediaJudge&&) noexcept = default;
MediaJudge& MediaJudge::operator=(MediaJudge&&) noexcept = default;

const TrackFacts* MediaFacts::track(media::TrackKind kind) const {
  for (const TrackFacts& track : tracks) {
    if (track.kind == kind) return &track;
  }
  return nullptr;
}

MediaFacts MediaJudge::on_init(std::string_view url, ByteView bytes, const Report& report) {
  PieceFindings findings(url);
  MediaFacts facts;
  facts.format = format_of(bytes);
  state_->init_format = facts.format;
  if (facts.format == MediaFormat::webvtt) judge_webvtt(bytes, findings);
  state_->ts.set_tables(facts.format == MediaFormat::ts ? bytes : ByteView{});
  // What is of no format at all was meant to be the usual one.
  if (facts.format == MediaFormat::mp4 || facts.format == MediaFormat::unknown) {
    facts = state_->mp4.on_init(bytes, findings);
  }
  findings.tell(report);
  return facts;
}

MediaFacts MediaJudge::on_piece(const MediaPiece& piece, const Report& report) {
  PieceFindings findings(piece.url);
  MediaFacts facts;
  facts.format = format_of(piece.bytes);
  // Its header may stand in the initialisation section (rfc8216bis 3.1.4): then it begins with a cue.
  const bool is_cues = facts.format == MediaFormat::unknown && state_->init_format == MediaFormat::webvtt;
  if (is_cues) facts.format = MediaFormat::webvtt;
  const MediaFormat before = state_->format;
  const bool is_known = before != MediaFormat::unknown;
  if (facts.format == MediaFormat::unknown) {
    findings.add(kFormatKnown, "the " + std::to_string(piece.bytes.size()) + " bytes begin like none of them");
  } else {
    if (!piece.discontinuity && is_known && before != facts.format) {
      findings.add(kFormatConstant,
                   "it is " + std::string(to_string(facts.format)) + " after " + std::string(to_string(before)));
    }
    state_->format = facts.format;
  }
  const Link link{piece.follows && !piece.discontinuity, !piece.discontinuity};
  switch (facts.format) {
    case MediaFormat::ts:
      facts = state_->ts.on_segment(piece.bytes, link, findings);
      break;
    case MediaFormat::packed_audio:
      facts = state_->packed_audio.on_segment(piece.bytes, link, findings);
      break;
    case MediaFormat::webvtt:
      if (!is_cues) judge_webvtt(piece.bytes, findings);
      break;
    case MediaFormat::mp4:
      facts = state_->mp4.on_piece(piece.bytes, piece.is_part, link, findings);
      break;
    case MediaFormat::unknown:
      break;
  }
  place(facts);
  judge_tracks(piece, facts, findings);
  findings.tell(report);
  return facts;
}

}  // namespace sluice::check
