// TsStreamJudge: one elementary stream of MPEG-TS: its PES packets, their times, and what they carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audio_frames.hpp"
#include "link.hpp"
#include "pes.hpp"
#include "piece_findings.hpp"
#include "sluice/check/media_judge.hpp"
#include "ts_tables.hpp"

namespace sluice::check::ts {

class TsStreamJudge {
 public:
  explicit TsStreamJudge(const Stream& stream);

  const Stream& stream() const { return stream_; }

  void begin_segment(Link link);
  // The first payload of a PES packet; `pcr` is the last one of the segment, if any, in 27 MHz. `time_reference` is
  // common to all streams: times are unwrapped to be near it, and it becomes the last of them. It must outlive the
  // unit.
  void begin_unit(ByteView payload, bool is_random_access, std::optional<std::int64_t> pcr,
                  std::optional<std::int64_t>& time_reference, PieceFindings& findings);
  void add(ByteView payload, PieceFindings& findings);
  void end_segment(PieceFindings& findings);

  // Of the segment, once it has ended.
  TrackFacts facts() const;
  // What is neither video nor audio may be anything, but for timed metadata.
  bool is_judged() const { return has_facts() || stream_.type == kMetadataType; }
  // Metadata and what is unknown is not described.
  bool has_facts() const { return stream_.codec != media::Codec::unknown; }

 private:
  void end_unit(PieceFindings& findings);
  void judge_length(const PesHeader& header, PieceFindings& findings) const;
  void judge_pcr(std::int64_t dts, PieceFindings& findings) const;
  void judge_times(std::int64_t pts, std::int64_t dts, PieceFindings& findings);
  // A PES packet without a time goes on with what the one before began.
  void continue_unit(ByteView payload, PieceFindings& findings);
  void end_picture(PieceFindings& findings);
  void judge_picture(ByteView payload, PieceFindings& findings);
  void describe_picture(ByteView sequence_set, ByteView picture_set, PieceFindings& findings);
  void judge_audio(std::optional<std::int64_t> pts, ByteView payload, PieceFindings& findings);
  void on_frame(const AudioFrame& frame, PieceFindings& findings);
  void add_access_unit(std::size_t bytes, bool is_sync);
  std::string name() const;  // "PID 256 (h264)"

  Stream stream_;
  bool is_video_;
  Link link_;

  // The unit that is being put together.
  Bytes unit_;
  bool is_open_ = false;
  bool is_random_access_ = false;
  bool is_random_picture_ = false;  // of picture_
  std::optional<std::int64_t> unit_pcr_;
  std::optional<std::int64_t>* time_reference_ = nullptr;

  Bytes picture_;  // of H.264: what the PES packets since the last one with a time had

  // The segment.
  TrackFacts facts_;
  std::uint64_t units_ = 0;  // with a time
  std::optional<std::int64_t> border_step_;
  std::int64_t longest_step_ = 0;
  std::int64_t max_pts_ = 0;

  // What goes on from segment to segment.
  std::optional<std::int64_t> last_dts_;
  std::int64_t last_step_ = 0;
  std::int64_t last_longest_step_ = 0;  // of the segment before
  std::optional<double> audio_end_;     // of the frames so far, 90 kHz
  Bytes cut_frame_;                     // what a PES packet had of a frame that goes on in the next
  std::optional<AudioFrame> format_;    // of the first audio frame
  TrackFacts described_;                // the picture, as the last sequence parameter set has it
};

}  // namespace sluice::check::ts
