#include "ts_stream.hpp"

#include <algorithm>
#include <utility>

#include "ts_rules.hpp"

namespace sluice::check::ts {
namespace {

constexpr std::int64_t kTicks = 90000;

std::string seconds(std::int64_t ticks) {
  const std::int64_t millis = (ticks < 0 ? -ticks : ticks) * 1000 / kTicks;
  std::string fraction = std::to_string(millis % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return (ticks < 0 ? "-" : "") + std::to_string(millis / 1000) + "." + fraction + " s";
}

// Which stream ids PES packets of a codec have; ISO 13818-1 table 2-22.
bool is_id_of(media::Codec codec, std::uint8_t id) {
  const bool is_private = id == 0xBD || id == 0xFD;
  switch (codec) {
    case media::Codec::unknown:
      return true;
    case media::Codec::aac:
    case media::Codec::mp3:
      return id >= 0xC0 && id <= 0xDF;
    default:
      return media::kind_of(codec) == media::TrackKind::video ? id >= 0xE0 && id <= 0xEF : is_private;
  }
}

}  // namespace

TsStreamJudge::TsStreamJudge(const Stream& stream)
    : stream_(stream),
      is_video_(stream.codec != media::Codec::unknown && media::kind_of(stream.codec) == media::TrackKind::video) {}

std::string TsStreamJudge::name() const {
  return "PID " + std::to_string(stream_.pid) + " (" + std::string(media::to_string(stream_.codec)) + ")";
}

void TsStreamJudge::begin_segment(Link link) {
  link_ = link;
  is_open_ = false;
  unit_.clear();
  picture_.clear();
  cut_frame_.clear();
  facts_ = {};
  units_ = 0;
  border_step_.reset();
  last_longest_step_ = longest_step_;
  longest_step_ = 0;
  if (!link.follows) {
    last_dts_.reset();
    audio_end_.reset();
  }
  if (!link.same_run) {
    format_.reset();
    described_ = {};
    last_step_ = 0;
  }
}

void TsStreamJudge::begin_unit(ByteView payload, bool is_random_access, std::optional<std::int64_t> pcr,
                               std::optional<std::int64_t>& time_reference, PieceFindings& findings) {
  end_unit(findings);
  is_open_ = true;
  is_random_access_ = is_random_access;
  unit_pcr_ = pcr;
  time_reference_ = &time_reference;
  unit_.assign(payload.begin(), payload.end());
}

void TsStreamJudge::add(ByteView payload, PieceFindings& findings) {
  if (is_open_) {
    unit_.insert(unit_.end(), payload.begin(), payload.end());
  } else if (!payload.empty() && has_facts()) {
    findings.add(kPesLength, name() + " begins in the middle of a PES packet");
  }
}

void TsStreamJudge::end_segment(PieceFindings& findings) {
  end_unit(findings);
  end_picture(findings);
  if (!cut_frame_.empty()) {
    findings.add(kAudioFrames, name() + " ends within a frame: " + std::to_string(cut_frame_.size()) + " bytes of it");
  }
  const std::int64_t frame = std::max(longest_step_, last_longest_step_);
  if (is_video_ && border_step_ && frame > 0 && *border_step_ > frame + frame / 2) {
    findings.add(kVideoBorder, name() + " goes on " + seconds(*border_step_) +
                                   " after the last picture of the segment before; frames last " + seconds(frame));
  }
}

void TsStreamJudge::end_unit(PieceFindings& findings) {
  if (!std::exchange(is_open_, false)) return;
  const auto header = read_pes_header(unit_);
  if (!header) return findings.add(kPesHeader, name() + ": " + header.error().message);
  if (!is_id_of(stream_.codec, header->stream_id)) {
    findings.add(kPesHeader, name() + " has stream id " + std::to_string(header->stream_id));
  }
  // Of metadata two may have one time, and come when they like.
  if (!has_facts()) return;
  judge_length(*header, findings);
  if (!header->pts) return continue_unit(header->payload, findings);
  end_picture(findings);
  const std::int64_t raw_dts = header->dts.value_or(*header->pts);
  judge_pcr(raw_dts, findings);
  const std::int64_t dts = unwrap_time(raw_dts, time_reference_->value_or(raw_dts));
  const std::int64_t pts = unwrap_time(*header->pts, dts);
  *time_reference_ = dts;
  judge_times(pts, dts, findings);
  if (stream_.codec == media::Codec::h264) {
    picture_.assign(header->payload.begin(), header->payload.end());
    is_random_picture_ = is_random_access_;
  } else if (is_video_) {
    add_access_unit(header->payload.size(), is_random_access_);
  } else {
    judge_audio(pts, header->payload, findings);
  }
}

void TsStreamJudge::continue_unit(ByteView payload, PieceFindings& findings) {
  if (units_ == 0) {
    findings.add(kPesHeader, name() + " begins with a PES packet without PTS");
  } else if (stream_.codec == media::Codec::h264) {
    picture_.insert(picture_.end(), payload.begin(), payload.end());
  } else if (is_video_) {
    facts_.bytes += payload.size();
  } else {
    judge_audio({}, payload, findings);
  }
}

void TsStreamJudge::end_picture(PieceFindings& findings) {
  if (picture_.empty()) return;
  judge_picture(picture_, findings);
  picture_.clear();
}

void TsStreamJudge::judge_length(const PesHeader& header, PieceFindings& findings) const {
  const std::size_t length = unit_.size() - kPesLengthEnd;
  if (header.stated_length == 0) {
    if (!is_video_) findings.add(kPesLength, name() + " has a PES packet without a length");
  } else if (header.stated_length != length) {
    findings.add(kPesLength, name() + " has a PES packet of " + std::to_string(length) + " bytes that states " +
                                 std::to_string(header.stated_length));
  }
}

void TsStreamJudge::judge_pcr(std::int64_t dts, PieceFindings& findings) const {
  constexpr std::int64_t kDelayMax = 10 * kTicks;
  if (!unit_pcr_) return;
  const std::int64_t delay = unwrap_time(dts, *unit_pcr_ / 300) - *unit_pcr_ / 300;
  if (delay >= 0 && delay <= kDelayMax) return;
  findings.add(kDtsAfterPcr, name() + " has a decode time " + seconds(delay) + " after the PCR; 0 to 10 s are allowed");
}

void TsStreamJudge::judge_times(std::int64_t pts, std::int64_t dts, PieceFindings& findings) {
  if (pts < dts) {
    findings.add(kPtsAfterDts, name() + " has a picture shown " + seconds(dts - pts) + " before it is decoded");
  }
  if (last_dts_) {
    const std::int64_t step = dts - *last_dts_;
    if (step <= 0) {
      findings.add(kDtsGrows, name() + " decodes at " + seconds(dts) + " after " + seconds(*last_dts_));
      audio_end_.reset();  // said already
    } else if (units_ == 0) {
      border_step_ = step;
    } else {
      longest_step_ = std::max(longest_step_, step);
      last_step_ = step;
    }
  }
  if (units_ == 0) {
    facts_.first_dts = dts;
    facts_.first_pts = pts;
    max_pts_ = pts;
  }
  facts_.first_pts = std::min(facts_.first_pts, pts);
  max_pts_ = std::max(max_pts_, pts);
  last_dts_ = dts;
  ++units_;
}

void TsStreamJudge::add_access_unit(std::size_t bytes, bool is_sync) {
  if (facts_.samples == 0) facts_.starts_with_sync = is_sync;
  ++facts_.samples;
  facts_.bytes += bytes;
  if (is_sync) ++facts_.sync_samples;
}

TrackFacts TsStreamJudge::facts() const {
  TrackFacts facts = facts_;
  facts.id = stream_.pid;
  facts.kind = is_video_ ? media::TrackKind::video : media::TrackKind::audio;
  facts.codec = stream_.codec;
  facts.timescale = kTicks;
  facts.rfc6381 = described_.rfc6381;
  facts.width = described_.width;
  facts.height = described_.height;
  facts.pixel_width = described_.pixel_width;
  facts.pixel_height = described_.pixel_height;
  if (format_) {
    facts.sample_rate = format_->sample_rate;
    facts.channels = format_->channels;
  }
  if (units_ == 0) return facts;
  if (is_video_ || !audio_end_) {
    facts.end_dts = *last_dts_ + last_step_;
    facts.end_pts = max_pts_ + last_step_;
  } else {
    facts.end_dts = facts.end_pts = static_cast<std::int64_t>(*audio_end_ + 0.5);
  }
  const std::int64_t span = facts.end_dts - facts.first_dts;
  if (is_video_ && span > 0) facts.frame_rate = static_cast<double>(facts.samples * kTicks) / static_cast<double>(span);
  return facts;
}

}  // namespace sluice::check::ts
