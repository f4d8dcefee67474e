#include "mp4_judge.hpp"

#include <algorithm>
#include <string>

#include "mp4_rules.hpp"

namespace sluice::check::mp4 {
namespace {

// An hour of audio; what has more is no segment.
constexpr std::size_t kSamplesMax = 200'000;

void add_sample(const Sample& sample, std::size_t bytes, bool is_sync, TrackFacts& facts) {
  if (facts.samples == 0) {
    facts.first_dts = sample.dts;
    facts.first_pts = sample.pts();
    facts.end_pts = sample.pts();
    facts.starts_with_sync = is_sync;
  }
  ++facts.samples;
  facts.bytes += bytes;
  if (is_sync) ++facts.sync_samples;
  facts.end_dts = sample.dts + sample.duration;
  facts.first_pts = std::min(facts.first_pts, sample.pts());
  facts.end_pts = std::max(facts.end_pts, sample.pts() + sample.duration);
}

}  // namespace

MediaFacts Mp4Judge::on_init(ByteView bytes, PieceFindings& findings) {
  if (!has_init_ || !std::equal(bytes.begin(), bytes.end(), init_.begin(), init_.end())) {
    init_.assign(bytes.begin(), bytes.end());
    has_init_ = true;
    tracks_ = read_init(bytes, findings);
  }
  MediaFacts facts;
  facts.format = MediaFormat::mp4;
  for (const Track& track : tracks_) {
    if (track.kind) facts.tracks.push_back(facts_of(track));
  }
  return facts;
}

MediaFacts Mp4Judge::on_piece(ByteView bytes, bool is_part, Link link, PieceFindings& findings) {
  if (!link.follows) {
    ends_.clear();
    sequence_number_.reset();
  }
  times_.clear();
  MediaFacts facts;
  facts.format = MediaFormat::mp4;
  for (const Track& track : tracks_) {
    if (track.kind) facts.tracks.push_back(facts_of(track));
  }
  if (!has_init_) findings.add(kHasInit, "none was given");

  Limits limits{kSamplesMax, 0};
  std::size_t fragments = 0;
  std::optional<Box> moof;
  BoxReader boxes(bytes);
  while (const auto box = boxes.next()) {
    if (box->type == "moof") {
      if (moof) findings.add(kStructure, "a moof has no mdat behind it");
      moof = box;
      ++fragments;
    } else if (box->type == "mdat") {
      if (!moof) findings.add(kStructure, "an mdat has no moof before it");
      if (moof && has_init_) {
        const FragmentData data{bytes, moof->offset, box->offset + box->size - box->content.size(),
                                box->offset + box->size};
        limits.data_end = bytes.size() - moof->offset;
        on_fragment(read_fragment(*moof, tracks_, limits, findings), data, facts, findings);
      }
      moof.reset();
    } else if (box->type == "moov") {
      findings.add(kStructure, "it has a moov");
    }
  }
  if (!boxes.ok()) {
    findings.add(kBoxes, "a box at " + std::to_string(boxes.position()) + " runs past the end");
  } else if (moof || fragments == 0) {
    findings.add(kStructure, moof ? "a moof has no mdat behind it" : "it has no moof");
  }
  if (is_part && fragments > 1) findings.add(kOneFragment, "it has " + std::to_string(fragments));
  if (!is_part) judge_presence(facts, findings);
  judge_times(facts, findings);
  for (TrackFacts& track : facts.tracks) {
    const std::int64_t span = track.end_dts - track.first_dts;
    if (track.kind != media::TrackKind::video || span <= 0) continue;
    track.frame_rate = static_cast<double>(track.samples) * track.timescale / static_cast<double>(span);
  }
  return facts;
}

void Mp4Judge::on_fragment(const Fragment& fragment, const FragmentData& data, MediaFacts& facts,
                           PieceFindings& findings) {
  judge_sequence(fragment, findings);
  judge_placement(fragment, data, findings);
  for (const TrackFragment& track : fragment.tracks) {
    if (TrackFacts* track_facts = facts_for(*track.track, facts)) on_track(track, data, *track_facts, findings);
  }
}

void Mp4Judge::judge_sequence(const Fragment& fragment, PieceFindings& findings) {
  if (!fragment.sequence_number) return;
  const std::uint32_t now = *fragment.sequence_number;
  if (sequence_number_ && now <= *sequence_number_) {
    findings.add(kSequenceGrows, std::to_string(now) + " comes after " + std::to_string(*sequence_number_));
  } else if (sequence_number_ && now - *sequence_number_ > 1) {
    findings.add(kSequenceByOne, std::to_string(now) + " comes after " + std::to_string(*sequence_number_));
  }
  sequence_number_ = now;
}

void Mp4Judge::on_track(const TrackFragment& fragment, const FragmentData& data, TrackFacts& facts,
                        PieceFindings& findings) {
  const Track& track = *fragment.track;
  if (fragment.decode_time) judge_continuity(track, *fragment.decode_time, findings);
  std::vector<std::int64_t>& times = times_[track.id];
  for (const Sample& sample : fragment.samples) {
    const ByteView bytes = fragment.is_placed ? bytes_of(sample, data) : ByteView{};
    const bool is_sync = judge_sample(track, sample, bytes, findings);
    add_sample(sample, sample.size, is_sync, facts);
    facts.digest += digest_of(sample, bytes);
    times.push_back(sample.pts());
    const std::int64_t delay_max = std::int64_t{10} * track.timescale;
    if (std::abs(sample.composition) > delay_max) {
      findings.add(kTimes, track.name() + " has a sample shown " +
                               std::to_string(sample.composition / static_cast<std::int64_t>(track.timescale)) +
                               " s after it is decoded; ten are the most");
    }
    if (facts.width == 0 && is_sync && !bytes.empty() && track.has_config) {
      media::CodecConfig config = track.config;
      media::describe_picture(config, bytes);
      facts.width = config.video.width;
      facts.height = config.video.height;
    }
  }
  if (fragment.samples.empty()) return;
  const Sample& last = fragment.samples.back();
  if (fragment.decode_time) ends_[track.id] = {last.dts + last.duration, last.duration};
}

// Timestamps continue uninterrupted (rfc8216bis 3), but packagers round times and durations apart. Of a hole, ISO
// 14496-12 8.8.12 says that the last sample before it lasts until its end: so goes on a picture that stood still when
// its fragment was written. Frames of audio last what they last; and what leaps is another run of timestamps.
void Mp4Judge::judge_continuity(const Track& track, std::int64_t begin, PieceFindings& findings) {
  const auto end = ends_.find(track.id);
  if (end == ends_.end() || end->second.time == begin) return;
  const std::int64_t rounding = std::max<std::int64_t>(1, track.timescale / 1000);
  const std::int64_t hole = begin - end->second.time;
  const std::int64_t frame =
      *track.kind == media::TrackKind::video ? std::int64_t{10} * track.timescale : std::int64_t{end->second.frame};
  const bool is_broken = hole < -rounding || hole > frame + rounding;
  findings.add(is_broken ? kContinuous : kExact, track.name() + " goes on at " + std::to_string(begin) +
                                                     " after an end at " + std::to_string(end->second.time) + " (" +
                                                     std::to_string(track.timescale) + " a second)");
}

TrackFacts* Mp4Judge::facts_for(const Track& track, MediaFacts& facts) const {
  for (TrackFacts& known : facts.tracks) {
    if (track.kind && known.id == track.id) return &known;
  }
  return nullptr;
}

void Mp4Judge::judge_presence(const MediaFacts& facts, PieceFindings& findings) const {
  // Boxes that cannot be followed have lost them, which is told.
  if (findings.has(kBoxes) || findings.has(kStructure) || findings.has(kKnownTrack)) return;
  // Where a publisher ends, the last frames of one track may come alone.
  const auto is_long = [](const TrackFacts& track) {
    return track.samples > 0 && 2 * (track.end_dts - track.first_dts) > std::int64_t{track.timescale};
  };
  if (std::none_of(facts.tracks.begin(), facts.tracks.end(), is_long)) return;
  for (const TrackFacts& track : facts.tracks) {
    if (track.samples == 0) findings.add(kEachTrack, "it has none of track " + std::to_string(track.id));
  }
}

void Mp4Judge::judge_times(const MediaFacts& facts, PieceFindings& findings) {
  if (findings.has(kDurations)) return;  // of which this would be a consequence
  for (const TrackFacts& track : facts.tracks) {
    std::vector<std::int64_t>& times = times_[track.id];
    std::sort(times.begin(), times.end());
    const auto twice = std::adjacent_find(times.begin(), times.end());
    if (twice == times.end()) continue;
    findings.add(kTimes, "two samples of track " + std::to_string(track.id) + " are shown at " +
                             std::to_string(*twice) + "/" + std::to_string(track.timescale));
  }
}

}  // namespace sluice::check::mp4
