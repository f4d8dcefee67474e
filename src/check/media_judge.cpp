#include "sluice/check/media_judge.hpp"

#include "any_rules.hpp"
#include "piece_findings.hpp"

namespace sluice::check {

struct MediaJudge::State {
  MediaFormat format = MediaFormat::unknown;
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
  findings.tell(report);
  return facts;
}

MediaFacts MediaJudge::on_piece(const MediaPiece& piece, const Report& report) {
  PieceFindings findings(piece.url);
  MediaFacts facts;
  facts.format = format_of(piece.bytes);
  if (facts.format == MediaFormat::unknown) {
    findings.add(kFormatKnown, "the " + std::to_string(piece.bytes.size()) + " bytes begin like none of them");
  } else if (!piece.discontinuity && state_->format != MediaFormat::unknown && state_->format != facts.format) {
    findings.add(kFormatConstant,
                 "it is " + std::string(to_string(facts.format)) + " after " + std::string(to_string(state_->format)));
  }
  if (facts.format != MediaFormat::unknown) state_->format = facts.format;
  findings.tell(report);
  return facts;
}

}  // namespace sluice::check
