// What PES packets carry: H.264 pictures and audio frames.
#include <cmath>

#include "annexb_unit.hpp"
#include "sluice/media/codec_config.hpp"
#include "ts_rules.hpp"
#include "ts_stream.hpp"

namespace sluice::check::ts {
namespace {

// The avcC record of one parameter set of each kind, ISO 14496-15 5.3.3.1.
Payload make_avcc(ByteView sequence_set, ByteView picture_set) {
  if (sequence_set.size() < 4 || sequence_set.size() > 0xFFFF || picture_set.size() > 0xFFFF) return {};
  ByteWriter writer;
  writer.u8(1);
  writer.append(sequence_set.subspan(1, 3));
  writer.u8(0xFF);
  writer.u8(0xE1);
  writer.u16(static_cast<std::uint16_t>(sequence_set.size()));
  writer.append(sequence_set);
  writer.u8(1);
  writer.u16(static_cast<std::uint16_t>(picture_set.size()));
  writer.append(picture_set);
  return Payload::copy_of(writer.view());
}

std::string describe(const TrackFacts& picture) {
  return picture.rfc6381 + " of " + std::to_string(picture.width) + "x" + std::to_string(picture.height);
}

std::string describe(const AudioFrame& frame) {
  return std::to_string(frame.sample_rate) + " Hz and " + std::to_string(frame.channels) + " channels";
}

bool is_same_format(const AudioFrame& left, const AudioFrame& right) {
  return left.sample_rate == right.sample_rate && left.channels == right.channels &&
         left.aac_object_type == right.aac_object_type;
}

}  // namespace

void TsStreamJudge::judge_picture(ByteView payload, PieceFindings& findings) {
  const AnnexbUnit unit = read_annexb_unit(payload);
  if (!unit.begins_with_start_code) {
    return findings.add(kStartCodes, name() + " has a PES packet that begins with no start code");
  }
  if (!unit.begins_with_delimiter) {
    findings.add(kDelimiter, name() + " has an access unit that begins without a delimiter");
  }
  if (unit.delimiters > 1) {
    findings.add(kOneUnit, name() + " has a PES packet of " + std::to_string(unit.delimiters) + " access units");
  }
  if (unit.has_idr && !unit.has_sets_before_idr) {
    findings.add(kParameterSets, name() + " has an IDR picture without parameter sets before it");
  }
  if (unit.has_idr && !is_random_picture_) {
    findings.add(kRandomAccess, name() + " has an IDR picture without random access indicator");
  }
  if (is_random_picture_ && !unit.has_idr && !unit.has_recovery_point) {
    findings.add(kRandomAccess, name() + " has the random access indicator on a picture that is no key frame");
  }
  describe_picture(unit.sequence_set, unit.picture_set, findings);
  if (unit.has_picture) add_access_unit(payload.size(), unit.has_idr);
}

void TsStreamJudge::describe_picture(ByteView sequence_set, ByteView picture_set, PieceFindings& findings) {
  Payload record = make_avcc(sequence_set, picture_set);
  if (record.empty()) return;
  const auto config = media::parse_codec_config(media::Codec::h264, std::move(record));
  if (!config) return findings.add(kParameterSets, name() + ": " + config.error().message);
  TrackFacts now;
  now.rfc6381 = config->rfc6381;
  now.width = config->video.width;
  now.height = config->video.height;
  now.pixel_width = config->video.pixel_width;
  now.pixel_height = config->video.pixel_height;
  if (!described_.rfc6381.empty() && describe(now) != describe(described_)) {
    findings.add(kParametersConstant, name() + " is " + describe(now) + " after " + describe(described_));
  }
  described_ = now;
}

void TsStreamJudge::judge_audio(std::optional<std::int64_t> pts, ByteView payload, PieceFindings& findings) {
  // The PTS is that of the first frame that begins in the packet: one that began in the packet before has its own.
  bool has_begun_before = !cut_frame_.empty();
  Bytes joined;
  if (has_begun_before) {
    joined = std::move(cut_frame_);
    joined.insert(joined.end(), payload.begin(), payload.end());
    payload = joined;
  }
  Bytes cut;
  bool is_placed = false;
  while (!payload.empty()) {
    const auto frame = read_audio_frame(stream_.codec, payload);
    if (payload.size() < kAudioHeaderMax || (frame && frame->size > payload.size())) {
      cut.assign(payload.begin(), payload.end());
      break;
    }
    if (!frame) {
      findings.add(kAudioFrames, name() + " has " + std::to_string(payload.size()) + " bytes that begin with no frame");
      audio_end_.reset();  // how long they last is not known: no hole is told of on top
      break;
    }
    const double length = 90000.0 * frame->samples / frame->sample_rate;
    if (pts && !has_begun_before && !is_placed) {
      const double hole = audio_end_ ? static_cast<double>(*pts) - *audio_end_ : 0;
      if (std::abs(hole) > length) {
        findings.add(kAudioHole, name() + " goes on " + std::to_string(std::lround(hole / 90)) +
                                     " ms after the end of the frames before; a frame lasts " +
                                     std::to_string(std::lround(length / 90)) + " ms");
      }
      audio_end_ = static_cast<double>(*pts);
      is_placed = true;
    }
    has_begun_before = false;
    if (audio_end_) *audio_end_ += length;
    on_frame(*frame, findings);
    payload = payload.subspan(frame->size);
  }
  cut_frame_ = std::move(cut);
}

void TsStreamJudge::on_frame(const AudioFrame& frame, PieceFindings& findings) {
  if (!format_) {
    format_ = frame;
    described_.rfc6381 = stream_.codec == media::Codec::aac    ? "mp4a.40." + std::to_string(frame.aac_object_type)
                         : stream_.codec == media::Codec::mp3  ? "mp4a.40.34"
                         : stream_.codec == media::Codec::eac3 ? "ec-3"
                                                               : "ac-3";
  } else if (!is_same_format(frame, *format_)) {
    findings.add(kParametersConstant, name() + " has " + describe(frame) + " after " + describe(*format_));
    format_ = frame;
  }
  add_access_unit(frame.size, true);
}

}  // namespace sluice::check::ts
