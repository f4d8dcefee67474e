#include "sluice/timeline/segmenter.hpp"

#include <algorithm>

namespace sluice::timeline {

using media::TrackKind;

namespace {

// Audio often arrives in small bursts between two video frames; only a longer silence means that a track has stopped.
constexpr Ticks90k kSilence = Millis(500);

}  // namespace

Segmenter::Segmenter(const Cutter::Options& options, std::uint64_t first_msn, Ticks90k start)
    : cutter_(options), msn_(first_msn), media_end_(start), listed_end_(start) {}

void Segmenter::begin_period() {
  fragment_ = 1;
  packaged_in_period_ = false;
  listed_in_period_ = false;
  video_leads_ = false;
  audio_time_.reset();
  audio_at_video_.reset();
  cutter_.forget_frames();
  pace_.forget();
  awaits_video_ = false;
}

std::optional<Ticks90k> Segmenter::key_interval() const {
  return video_leads_ ? cutter_.group_length() : std::optional<Ticks90k>();
}

Ticks90k Segmenter::earliest_end() const {
  return part_has_media_ ? cutter_.closing_time(cutter_.part_start()) : listed_end_;
}

Ticks90k Segmenter::end() const { return std::max(media_end_, listed_end_); }

void Segmenter::before(Tracks& tracks, TrackState& track, bool key, MonoTime now, Entries& out) {
  if (!cutter_.open()) cutter_.begin(track.clock->last_time());
  if (track.kind == TrackKind::video) {
    before_video(tracks, track, key, now, out);
  } else {
    before_audio(tracks, track, now, out);
  }
}

void Segmenter::before_video(Tracks& tracks, TrackState& video, bool key, MonoTime now, Entries& out) {
  constexpr Ticks90k kUnnoticed = Millis(5);
  const Ticks90k time = video.clock->last_time();
  const Ticks90k step = video.clock->frame_time();
  pace_.add(video.clock->due_time());
  // Where audio has taken the part over, the frame is one like others.
  const bool awaited = awaits_video_ && (!part_has_media_ || time - cutter_.part_start() <= Cutter::kLateMax);
  const Cutter::Decision decision =
      awaited ? cutter_.on_awaited(time, key, step, !part_has_media_) : cutter_.on_frame(time, key, lead_end_, step);
  apply(decision, tracks, &video, now, out);
  if (!decision.move) return;
  video.clock->move(*decision.move);
  if (time - *decision.move > kUnnoticed) ++late_frames_;
}

void Segmenter::before_audio(Tracks& tracks, const TrackState& audio, MonoTime now, Entries& out) {
  const Ticks90k time = audio.clock->last_time();
  const Ticks90k step = audio.clock->frame_time();
  if (!video_leads_) {
    apply(cutter_.on_frame(time, true, lead_end_, step, Cutter::Lead::audio), tracks, &audio, now, out);
    return;
  }
  if (!audio_at_video_) audio_at_video_ = time;
  const Ticks90k silence = time - *audio_at_video_;
  if (silence < kSilence) return;
  const Ticks90k silent_until = last_video_ + silence;
  apply(cutter_.on_frame(silent_until, false, lead_end_, step, Cutter::Lead::stand_in), tracks, &audio, now, out);
  lead_end_ = std::max(lead_end_, last_video_ + silence + step);
}

void Segmenter::apply(const Cutter::Decision& decision, Tracks& tracks, const TrackState* trigger, MonoTime now,
                      Entries& out) {
  if (!decision.cut) return;
  const bool hole = decision.next > decision.at;
  const bool empty_segment = !part_has_media_ && part_ == 0;
  if (part_has_media_) {
    add_cut(tracks, trigger, decision.at, decision.ends_segment, now, out);
  } else if (!decision.ends_segment || (empty_segment && !hole)) {
    return;
  } else if (!empty_segment) {
    end_segment_without_part(now, out);
  }
  if (decision.forced && !empty_segment) ++forced_cuts_;
  if (hole) fill(decision.next, out);
  if (decision.ends_segment) cutter_.begin(hole ? decision.next : listed_end_);
}

void Segmenter::after(Tracks& tracks, TrackState& track, bool key, MonoTime now, Entries& out) {
  const Ticks90k time = track.clock->due_time();
  if (track.kind == TrackKind::video) {
    video_leads_ = true;
    last_video_ = time;
    audio_at_video_ = audio_time_;
    if (time - video_at_audio_ > kSilence) audio_at_video_.reset();  // audio is silent, and may return at any time
    lead_end_ = track.clock->end_time();
    if (!part_has_video_) part_begins_with_key_ = key;
    part_has_video_ = true;
    awaits_video_ = false;
  } else {
    audio_time_ = time;
    video_at_audio_ = last_video_;
    if (!video_leads_) lead_end_ = track.clock->end_time();
  }
  part_has_media_ = true;
  packaged_in_period_ = true;
  track.packaged = true;
  track.in_part = true;
  track.last = track.clock->last();
  track.end = track.clock->end();
  media_end_ = std::max(media_end_, track.clock->end_time());
  cut_behind(tracks, track, now, out);
}

// Ends the part when the packet was the last that fits: whoever waits for the part need not wait for the next one.
void Segmenter::cut_behind(Tracks& tracks, const TrackState& track, MonoTime now, Entries& out) {
  const bool video = track.kind == TrackKind::video;
  if (video != video_leads_) return;
  const std::optional<Pace::Steady> steady = pace_.steady();
  if (video && !steady) return;
  const Ticks90k end = video ? track.clock->due_time() + steady->shortest : track.clock->end_time();
  const Ticks90k step = video ? steady->mean : track.clock->frame_time();
  const Cutter::Decision decision = cutter_.after_frame(end, step, video ? Cutter::Lead::video : Cutter::Lead::audio);
  apply(decision, tracks, nullptr, now, out);
  awaits_video_ = video && decision.cut;
}

void Segmenter::close(Tracks& tracks, std::optional<Ticks90k> at, MonoTime now, Entries& out) {
  if (!cutter_.open()) return;
  if (!part_has_media_) {
    if (part_ > 0) {
      end_segment_without_part(now, out);
    } else {
      cutter_.cut(listed_end_, true);  // begun behind the last packet, and nothing came
    }
    return;
  }
  add_cut(tracks, nullptr, cutter_.closing_time(at.value_or(lead_end_)), true, now, out);
}

void Segmenter::add_cut(Tracks& tracks, const TrackState* trigger, Ticks90k at, bool ends_segment, MonoTime now,
                        Entries& out) {
  media::Cut cut;
  cut.msn = msn_;
  cut.part = part_;
  cut.fragment = fragment_;
  cut.ends_segment = ends_segment;
  cut.independent = !video_leads_ || (part_has_video_ && part_begins_with_key_);
  cut.start = cutter_.part_start();
  cut.duration = at - cut.start;
  for (TrackState& track : tracks) {
    if (!track.in_part) continue;
    // The last picture is shown until the part ends; audio ends with its samples, or where it was placed anew.
    std::int64_t end = track.end;
    if (track.kind == TrackKind::video) {
      end = ticks_in(at, track.clock->timescale());
    } else if (&track == trigger) {
      end = std::min(end, track.clock->last());
    }
    end = std::max(end, track.last + 1);
    cut.ends.push_back({track.index, end});
    if (!track.changed) track.clock->hold(end);  // the clock of a changed track counts in the new one's timescale
    track.in_part = false;
  }
  cutter_.cut(at, ends_segment);
  cut.target_duration = cutter_.target_duration();
  cut.part_target = cutter_.part_target();
  out.emplace_back(std::move(cut));
  ++fragment_;
  listed(at, ends_segment, now);
}

// The segment's last part was cut before it was known to be the last.
void Segmenter::end_segment_without_part(MonoTime now, Entries& out) {
  media::Cut cut;
  cut.msn = msn_;
  cut.part = part_;
  cut.fragment = fragment_;
  cut.ends_segment = true;
  cut.start = listed_end_;
  cut.target_duration = cutter_.target_duration();
  cut.part_target = cutter_.part_target();
  out.emplace_back(std::move(cut));
  cutter_.cut(listed_end_, true);
  listed(listed_end_, true, now);
}

void Segmenter::listed(Ticks90k end, bool ends_segment, MonoTime now) {
  part_ = ends_segment ? 0 : part_ + 1;
  if (ends_segment) ++msn_;
  part_has_media_ = false;
  part_has_video_ = false;
  part_begins_with_key_ = false;
  awaits_video_ = false;
  listed_in_period_ = true;
  listed_end_ = end;
  expect_gap(now);
}

// Half a target duration late, so that a publisher who returns quickly leaves no gap: players expect a new segment
// within one and a half target durations of the one before (RFC 8216bis 6.2.1).
void Segmenter::expect_gap(MonoTime listed_at) { gap_due_ = listed_at + Micros(cutter_.target_duration()) * 3 / 2; }

void Segmenter::add_gap(Ticks90k duration, Entries& out) {
  media::Gap gap;
  gap.msn = msn_++;
  gap.start = listed_end_;
  gap.duration = duration;
  gap.target_duration = cutter_.target_duration();
  listed_end_ += duration;
  ++gaps_;
  out.emplace_back(gap);
}

// Gaps of the target duration from the end of what is listed until `until`; the last one takes what is left.
void Segmenter::fill(Ticks90k until, Entries& out) {
  const Ticks90k whole = cutter_.target_duration();
  while (until - listed_end_ > whole + Cutter::kOverrun) add_gap(whole, out);
  if (until > listed_end_) add_gap(until - listed_end_, out);
}

void Segmenter::list_gaps(MonoTime now, Entries& out) {
  while (gap_due_ && now >= *gap_due_) {
    add_gap(cutter_.target_duration(), out);
    *gap_due_ += cutter_.target_duration();
  }
}

}  // namespace sluice::timeline
