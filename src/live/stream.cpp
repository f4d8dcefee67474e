#include "sluice/live/stream.hpp"

#include <algorithm>
#include <utility>

#include "sluice/base/check.hpp"

namespace sluice::live {
namespace {

std::string_view cause_text(media::PeriodCause cause) {
  switch (cause) {
    case media::PeriodCause::start:
      return "start of the stream";
    case media::PeriodCause::publisher:
      return "the publisher returned";
    case media::PeriodCause::codec:
      return "the codec configuration changed";
    case media::PeriodCause::tracks:
      return "a track appeared";
    case media::PeriodCause::timestamps:
      return "the publisher's timestamps jumped";
    case media::PeriodCause::stall:
      return "media came again after a silence";
    case media::PeriodCause::restart:
      return "the process started anew";
  }
  return "";
}

std::string describe(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  std::string text(media::to_string(media::kind_of(config.codec)));
  text += " track " + std::to_string(track.source_id) + ": " + std::string(media::to_string(config.codec));
  if (!config.rfc6381.empty()) text += " (" + config.rfc6381 + ")";
  if (config.video.width > 0)
    text += " " + std::to_string(config.video.width) + "x" + std::to_string(config.video.height);
  if (config.audio.sample_rate > 0) {
    text +=
        " " + std::to_string(config.audio.sample_rate) + " Hz, " + std::to_string(config.audio.channels) + " channels";
  }
  return text;
}

bool is_carried(media::Codec codec) {
  return media::can_carry(media::Container::fmp4, codec) || media::can_carry(media::Container::ts, codec);
}

}  // namespace

std::string_view to_string(StreamState state) {
  switch (state) {
    case StreamState::publishing:
      return "publishing";
    case StreamState::away:
      return "away";
    case StreamState::ended:
      return "ended";
  }
  return "";
}

Stream::Stream(StreamName name, SessionId epoch, const StreamOptions& options, const timeline::Start& start,
               hls::Renderer& renderer, record::Sink* sink)
    : name_(std::move(name)),
      epoch_(std::move(epoch)),
      resume_window_(options.resume_window),
      timeline_(options.timeline, start),
      window_(options.window, name_, epoch_, renderer),
      sink_(sink),
      last_msn_(start.first_msn - 1),
      last_period_(start.first_period - 1) {}

void Stream::enter(StreamState state, MonoTime now) {
  state_ = state;
  state_since_ = now;
}

void Stream::restore(const std::vector<RecordedSession>& window, WallTime last_wall, media::Arrival now) {
  SLUICE_CHECK(!published_ && sessions_.empty());
  for (const RecordedSession& recorded : window) {
    session_ = recorded.session;
    sessions_.push_back(recorded.session);
    window_.on_session(recorded.session);
    for (const media::Entry& entry : recorded.entries) window_.on_entry(entry, now.mono);
  }
  window_.on_restored();
  enter(StreamState::away, now.mono - std::max(now.wall - last_wall, Micros(0)));
}

void Stream::begin_publish(const SessionId& session, media::Arrival now) {
  SLUICE_CHECK(state_ != StreamState::publishing);
  if (published_) timeline_.begin_publish(media::PeriodCause::publisher);
  published_ = true;
  session_ = session;
  sessions_.push_back(session);
  session_start_ = now.wall;
  before_session_ = numbering();
  last_packet_ = now.mono;
  window_.on_session(session);
  enter(StreamState::publishing, now.mono);
}

void Stream::on_packet(const media::SourcePacket& packet, media::Arrival now) {
  last_packet_ = now.mono;
  timeline_.on_packet(packet, now, entries_);
  deliver(now);
}

void Stream::on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival now) {
  timeline_.on_data(timestamp_ms, std::move(amf), now, entries_);
  deliver(now);
}

void Stream::end_publish(media::Arrival now, bool final) {
  SLUICE_CHECK(state_ == StreamState::publishing);
  timeline_.end_publish(now, entries_);
  deliver(now);
  if (recording_) {
    sink_->append(*recording_, media::End{now.wall, final});
    sink_->end(*recording_);
    recording_.reset();
  }
  window_.on_away();
  enter(StreamState::away, now.mono);
  changed_.notify();
}

void Stream::on_time(media::Arrival now) {
  if (state_ == StreamState::ended) {
    window_.on_time(now.mono);
    return;
  }
  if (state_ == StreamState::away && now.mono - state_since_ >= resume_window_) {
    finish(now);
    return;
  }
  const std::uint64_t stalls = timeline_.counters().stalls;
  timeline_.on_time(now, entries_);
  deliver(now);
  if (timeline_.counters().stalls > stalls) {
    // The Period is over: the part that was expected will not come.
    window_.on_away();
    changed_.notify();
  }
  window_.on_time(now.mono);
}

void Stream::finish(media::Arrival now) {
  SLUICE_CHECK(state_ != StreamState::publishing);
  if (state_ == StreamState::ended) return;
  window_.finish(now.mono);
  enter(StreamState::ended, now.mono);
  changed_.notify();
}

record::Numbering Stream::numbering() const {
  return {timeline_.next_msn() - 1, last_period_, timeline_.end(), timeline_.target_duration()};
}

bool Stream::has_session(const SessionId& session) const {
  return std::find(sessions_.begin(), sessions_.end(), session) != sessions_.end();
}

bool Stream::take_segment_completed() { return std::exchange(segment_completed_, false); }

std::vector<Notice> Stream::take_notices() { return std::exchange(notices_, {}); }

// With ends_with_segment_: drops what stands behind the end of the running segment.
void Stream::cut_off_rest() {
  if (complete_) entries_.clear();
  const auto end = std::find_if(entries_.begin(), entries_.end(), [](const media::Entry& entry) {
    const auto* cut = std::get_if<media::Cut>(&entry);
    return cut != nullptr && cut->ends_segment;
  });
  if (end == entries_.end()) return;
  entries_.erase(end + 1, entries_.end());
  complete_ = true;
}

void Stream::deliver(media::Arrival now) {
  if (ends_with_segment_) cut_off_rest();
  if (entries_.empty()) return;
  const bool to_record = sink_ != nullptr && state_ == StreamState::publishing;
  if (to_record && !recording_) {
    recording_ = sink_->begin({name_, *session_, epoch_, session_start_, before_session_});
  }
  bool playlist_changed = false;
  for (const media::Entry& entry : entries_) {
    if (to_record) sink_->append(*recording_, entry);
    window_.on_entry(entry, now.mono);
    if (std::holds_alternative<media::Packet>(entry)) continue;
    note(entry);
    playlist_changed = playlist_changed || !std::holds_alternative<media::Data>(entry);
  }
  entries_.clear();
  if (playlist_changed) changed_.notify();
}

void Stream::note(const media::Entry& entry) {
  if (const auto* period = std::get_if<media::Period>(&entry)) {
    last_period_ = period->number;
    if (period->cause != media::PeriodCause::start) {
      ++counts_.discontinuities;
      notices_.push_back({"discontinuity", "a new period begins: " + std::string(cause_text(period->cause))});
    }
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    if (track->source_id != 0) {
      notices_.push_back({"track", describe(*track) + ", recorded only: an extra track"});
    } else if (!is_carried(track->config.codec)) {
      notices_.push_back({"track_not_packaged", describe(*track) + ", recorded only: HLS cannot carry it", true});
    } else {
      notices_.push_back({"track", describe(*track)});
    }
  } else if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    last_msn_ = cut->msn;
    if (cut->ends_segment) {
      segment_completed_ = true;
      ++counts_.segments;
    }
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    last_msn_ = gap->msn;
    ++counts_.gaps;
  }
}

}  // namespace sluice::live
