#include "sluice/timeline/timeline.hpp"

#include <algorithm>
#include <utility>

namespace sluice::timeline {

using media::PeriodCause;
using media::SourcePacket;
using media::TrackKind;

Timeline::Timeline(const Options& options, const Start& start)
    : options_(options),
      clock_(options.forward_jump),
      segmenter_(
          {options.segment_target, options.part_duration, options.gop_max, start.target_duration, start.part_target},
          start.first_msn, start.media_start),
      next_cause_(start.cause),
      expected_(start.expected) {
  period_.number = start.first_period;
  period_.media_start = start.media_start;
  if (start.wall_start) period_.wall_start = *start.wall_start;
  dated_ = start.wall_start.has_value();
  if (start.listed_at) segmenter_.expect_gap(*start.listed_at);
}

void Timeline::begin_publish(PeriodCause cause) {
  tracks_.clear();
  held_data_.clear();
  clock_.reset();
  pending_.reset();
  publishing_ = true;
  in_period_ = false;
  next_cause_ = cause;
}

void Timeline::end_publish(media::Arrival now, Entries& out) {
  if (in_period_) segmenter_.close(tracks_, {}, now.mono, out);
  in_period_ = false;
  publishing_ = false;
}

void Timeline::on_time(media::Arrival now, Entries& out) {
  constexpr int kSilentTargetDurations = 3;
  if (in_period_ && now.mono - last_frame_at_ > kSilentTargetDurations * target_duration()) {
    segmenter_.close(tracks_, {}, now.mono, out);
    in_period_ = false;
    next_cause_ = PeriodCause::stall;
    ++counters_.stalls;
  }
  if (!in_period_) segmenter_.list_gaps(now.mono, out);
}

void Timeline::on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival, Entries& out) {
  if (in_period_) {
    out.emplace_back(media::Data{clock_.nearest(timestamp_ms), std::move(amf)});
    return;
  }
  // Metadata comes before the first frame: it waits for the Period, for what is recorded begins with one.
  if (held_data_.size() < kHeldDataMax) held_data_.push_back({Ticks90k(0), std::move(amf)});
}

TrackState* Timeline::track_of(const SourcePacket& packet) {
  for (TrackState& track : tracks_) {
    if (track.is(packet.kind, packet.track_id)) return &track;
  }
  // The default tracks always find room.
  const std::size_t room = packet.track_id == 0 ? kTracksMax + 2 : kTracksMax;
  if (tracks_.size() >= room) return nullptr;
  if (tracks_.capacity() == 0) tracks_.reserve(kTracksMax + 2);
  return &tracks_.emplace_back(packet.kind, packet.track_id);
}

TrackState* Timeline::main_video() {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [](const TrackState& track) {
    return track.kind == TrackKind::video && track.is_main();
  });
  return found == tracks_.end() ? nullptr : &*found;
}

void Timeline::on_packet(const SourcePacket& packet, media::Arrival now, Entries& out) {
  TrackState* track = track_of(packet);
  if (track == nullptr) {
    ++counters_.dropped_tracks;
    return;
  }
  switch (packet.type) {
    case SourcePacket::Type::config:
      on_config(*track, packet);
      return;
    case SourcePacket::Type::color_info:
      track->range = static_cast<media::VideoRange>(std::min<std::uint8_t>(packet.range, 2));
      if (track->config && !track->announced) track->config->video.range = *track->range;
      return;
    case SourcePacket::Type::end_of_sequence:
      return;  // it flushes decoders; the publish goes on (MT-09)
    case SourcePacket::Type::frame:
      on_frame(*track, packet, now, out);
      return;
  }
}

void Timeline::on_frame(TrackState& track, const SourcePacket& packet, media::Arrival now, Entries& out) {
  if (packet.data.empty()) {
    ++counters_.empty;
    return;
  }
  if (!ensure_config(track, packet)) {
    ++counters_.dropped_unconfigured;
    return;
  }
  bool key = true;
  if (track.kind == TrackKind::video) {
    const Result<bool> random_access = media::is_random_access(*track.config, packet.data.view(), packet.key);
    if (random_access.has_error()) {
      ++counters_.dropped_damaged;
      return;
    }
    key = *random_access;
    if (key) note_key_frame(track, packet.data.view());
  }
  last_frame_at_ = now.mono;
  if (!in_period_) open_period(packet.timestamp_ms, now, out);

  const bool begins_period = wants_period(track, key);
  if (!begins_period && must_be_dropped(track, key)) {
    ++counters_.dropped_waiting;
    return;
  }
  if (begins_period) {
    for (TrackState& changed : tracks_) {
      if (changed.changed) refresh_clock(changed);
    }
  }
  const std::int64_t dts = place(track, packet, begins_period);
  const Ticks90k time = track.clock->last_time();
  if (begins_period) {
    continue_period(*pending_, time, now, out);
    if (track.kind == TrackKind::audio) video_given_up_ = true;
  } else if (track.kind == TrackKind::audio && track.is_main() && waits_for_video() &&
             time - period_.media_start > options_.gop_max) {
    video_given_up_ = true;
    // The recorded P-frames' track has a place in this Period, which nothing will ever fill.
    if (main_video()->announced) continue_period(period_.cause, time, now, out);
  }
  if (!track.announced && !announce(track, out)) {
    ++counters_.dropped_tracks;
    return;
  }
  emit(track, packet, dts, key, is_hidden(track, key), now, out);
}

std::int64_t Timeline::place(TrackState& track, const SourcePacket& packet, bool begins_period) {
  const Ticks90k expected = track.clock->started() ? track.clock->end_time() : clock_.newest();
  const Placement placement =
      clock_.place(track.source, packet.timestamp_ms, packet.nano_offset, expected, begins_period);
  switch (placement.kind) {
    case Placement::Kind::in_line:
      break;
    case Placement::Kind::restamped:
      ++counters_.restamped;
      break;
    case Placement::Kind::jumped:
      ++counters_.clock_jumps;
      pending_ = pending_.value_or(PeriodCause::timestamps);
      break;
    case Placement::Kind::split:
      ++counters_.clock_jumps;
      // Audio beside video that goes on is put back into step without anybody's noticing.
      if (track.is_main() && (track.kind == TrackKind::video || !segmenter_.video_leads())) {
        pending_ = pending_.value_or(PeriodCause::timestamps);
      }
      break;
  }
  const std::uint32_t samples = samples_of(track, packet);
  TrackClock::Placed placed = track.clock->place(placement.time, samples);
  // A Period cannot begin before what is listed: a track that lags the one that led so far takes the stream along.
  const Ticks90k lag = segmenter_.earliest_end() - track.clock->last_time();
  if (begins_period && lag > Ticks90k(0)) {
    clock_.shift(lag);
    track.clock->restart();
    placed = track.clock->place(segmenter_.earliest_end(), samples);
  }
  if (placed.repaired) ++counters_.repaired_dts;
  if (placed.resynced) ++counters_.audio_resyncs;
  return placed.dts;
}

std::uint32_t Timeline::samples_of(const TrackState& track, const SourcePacket& packet) const {
  // A changed configuration may have another rate than the clock of the one announced.
  if (track.kind != TrackKind::audio || track.clock->timescale() != track.config->audio.sample_rate) return 0;
  return media::samples_in_frame(*track.config, packet.data.view());
}

void Timeline::emit(TrackState& track, const SourcePacket& packet, std::int64_t dts, bool key, bool hidden,
                    media::Arrival now, Entries& out) {
  constexpr std::int32_t kCompositionMax = 10000;  // ms; more is nonsense, and must not carry anything off the timeline
  const std::int32_t composition = std::clamp(packet.composition_ms, -kCompositionMax, kCompositionMax);
  media::Packet result;
  result.track = track.index;
  result.key = key;
  result.hidden = hidden;
  result.dts = dts;
  result.cts = static_cast<std::int32_t>(std::int64_t{composition} * track.clock->timescale() / 1000);
  result.data = packet.data;
  ++counters_.packets;
  if (hidden) {
    ++counters_.hidden;
    out.emplace_back(std::move(result));
    return;
  }
  carried_.add(track.kind);
  segmenter_.await_track(awaits_track());
  segmenter_.before(tracks_, track, key, now.mono, out);
  // Decoded where the parts want it, shown when it was to be; but decoded before it is shown, as it was to be: TS has
  // no other way to say it than to put off the whole segment.
  const std::int32_t before_dts = std::min(result.cts, 0);
  result.dts = track.clock->last();
  result.cts += static_cast<std::int32_t>(track.clock->due() - track.clock->last());
  result.cts = std::max(result.cts, before_dts);
  out.emplace_back(std::move(result));
  segmenter_.after(tracks_, track, key, now.mono, out);
}

}  // namespace sluice::timeline
