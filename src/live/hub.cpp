#include "sluice/live/hub.hpp"

#include <algorithm>
#include <chrono>

#include "sluice/base/check.hpp"
#include "sluice/base/compact_time.hpp"

namespace sluice::live {
namespace {

constexpr std::size_t kGoneMax = 4096;
// A publisher is not that late, or the gaps that would stand for it say nothing.
constexpr Micros kLateMax = Seconds(60);

// Steps since 2020-01-01T00:00:00Z. See docs/decisions/0003.
std::uint64_t number_from(WallTime now, Micros step) {
  constexpr WallTime k2020{Seconds(1577836800)};
  return now <= k2020 ? 1 : static_cast<std::uint64_t>((now - k2020) / step) + 1;
}

// Segments: larger than any number before, as long as segments last half a second on average; in 31 bits until 2054.
constexpr Micros kSegmentStep = Millis(500);
// Periods: larger than any number before, as long as there is one discontinuity an hour. They must stay small, because
// hls.js walks arrays that are as long as the discontinuity sequence is large.
constexpr Micros kPeriodStep = Seconds(3600);

// Ended streams make room before those whose publisher may return, the longest in their state first.
bool goes_before(const Stream& left, const Stream& right) {
  if (left.state() != right.state()) return left.state() == StreamState::ended;
  return left.state_since() < right.state_since();
}

// Of what is listed: a Period that ended before its first Cut gave its number back.
std::uint64_t last_period_of(const std::vector<RecordedSession>& window) {
  std::uint64_t last = 0;
  for (const RecordedSession& session : window) {
    for (const media::Entry& entry : session.entries) {
      if (const auto* period = std::get_if<media::Period>(&entry)) last = period->number;
    }
  }
  return last;
}

// The date of `time` behind the last Period.
WallTime date_of(const std::vector<RecordedSession>& window, Ticks90k time) {
  WallTime date;
  for (const RecordedSession& session : window) {
    for (const media::Entry& entry : session.entries) {
      const auto* period = std::get_if<media::Period>(&entry);
      if (period != nullptr) date = period->wall_start + to_micros(time - period->media_start);
    }
  }
  return date;
}

void add_counts(StreamTotals& totals, const Stream& stream) {
  totals.counts.segments += stream.counts().segments;
  totals.counts.discontinuities += stream.counts().discontinuities;
  totals.counts.gaps += stream.counts().gaps;
  const hls::RenderCounts& renders = stream.window().renders();
  totals.renders.inits += renders.inits;
  totals.renders.fmp4_parts += renders.fmp4_parts;
  totals.renders.ts_segments += renders.ts_segments;
  totals.renders.failures += renders.failures;
  const timeline::Counters& counters = stream.timeline().counters();
  totals.repaired_timestamps += counters.repaired_dts + counters.restamped + counters.audio_resyncs;
  totals.dropped_packets += counters.dropped_unconfigured + counters.dropped_damaged + counters.dropped_waiting +
                            counters.dropped_tracks + counters.empty;
  totals.timestamp_jumps += counters.clock_jumps;
  totals.codec_changes += counters.config_changes;
  totals.forced_cuts += stream.timeline().forced_cuts();
  totals.late_frames += stream.timeline().late_frames();
  totals.slow_segments += stream.timeline().slow_segments();
}

}  // namespace

std::string_view to_string(EndWish wish) {
  switch (wish) {
    case EndWish::taken_over:
      return "another publisher took the stream over";
    case EndWish::drained:
      return "the drain time is up";
    case EndWish::deleted:
      return "ended by the admin API";
  }
  return "";
}

Publish::~Publish() { SLUICE_CHECK(stream_ == nullptr); }

void Publish::on_packet(const media::SourcePacket& packet, media::Arrival now) {
  if (stream_ == nullptr) return;
  stream_->on_packet(packet, now);
  if (stream_->take_segment_completed() && end_at_segment_) publisher_.on_end_wanted(EndWish::drained);
}

void Publish::on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival now) {
  if (stream_ != nullptr) stream_->on_data(timestamp_ms, std::move(amf), now);
}

void Publish::end(media::Arrival now) {
  if (stream_ == nullptr) return;
  stream_->end_publish(now, hub_.finishing_);
  hub_.remove(*this);
}

Hub::Hub(HubOptions options, hls::Renderer& renderer, record::Sink* sink, std::uint64_t seed)
    : options_(std::move(options)), renderer_(renderer), sink_(sink), random_(seed), slots_(options_.slots) {}

Hub::~Hub() {
  for (Publish* publish : publishes_) publish->stream_ = nullptr;
}

std::variant<std::unique_ptr<Publish>, PublishRefusal> Hub::begin_publish(const StreamName& name, Publisher& publisher,
                                                                          media::Arrival now) {
  std::shared_ptr<Stream> current = find(name);
  const bool live = current != nullptr && current->state() == StreamState::publishing;
  if (live && options_.takeover == Takeover::reject) return PublishRefusal::name_in_use;
  if (live) {
    Publish* loser = publish_of(*current);
    SLUICE_CHECK(loser != nullptr);
    loser->end(now);
    loser->publisher_.on_end_wanted(EndWish::taken_over);
  }
  if (!slots_.take()) return PublishRefusal::busy;

  const SessionId session = new_session(name, now.wall);
  current = find(name);
  const bool resumes = current != nullptr && current->state() == StreamState::away;
  Stream& stream = resumes ? *current : open_stream(name, session, now);
  stream.begin_publish(session, now);
  auto publish = std::make_unique<Publish>(*this, publisher, stream, session);
  publishes_.push_back(publish.get());
  slots_changed_.notify();
  return publish;
}

StreamOptions Hub::options_of(const StreamName& name) const {
  return options_.stream_of ? options_.stream_of(name) : options_.stream;
}

void Hub::remove(Publish& publish) {
  publish.stream_ = nullptr;
  std::erase(publishes_, &publish);
  slots_.give_back();
  slots_changed_.notify();
}

Publish* Hub::publish_of(const Stream& stream) {
  for (Publish* publish : publishes_) {
    if (publish->stream_ == &stream) return publish;
  }
  return nullptr;
}

// Sessions of a name sort in the order they began in, also those of one second, or when the clock was set back.
SessionId Hub::new_session(const StreamName& name, WallTime now) {
  const auto random = static_cast<std::uint32_t>(random_());
  SessionId session = SessionId::make(now, random);
  const std::optional<SessionId> last = last_session(name);
  if (!last || session.text() > last->text()) return session;
  const auto start = parse_compact_utc(last->text().substr(0, last->text().find('-')));
  return SessionId::make(start.value_or(now) + Seconds(1), random);
}

std::optional<SessionId> Hub::last_session(const StreamName& name) const {
  if (const auto found = streams_.find(name); found != streams_.end()) return found->second.back()->session();
  if (const auto tail = tails_.find(name); tail != tails_.end()) return tail->second.session;
  return std::nullopt;
}

void Hub::restore(const StreamName& name, StreamTail tail, media::Arrival now) {
  if (find(name) != nullptr) return;
  const bool may_return = !tail.final && now.wall - tail.last_wall < options_.stream.resume_window;
  const auto window = may_return ? make_contiguous(std::exchange(tail.window, {}), tail.last_msn, tail.media_end)
                                 : std::vector<RecordedSession>();
  if (window.empty()) {
    tail.window.clear();
    tails_.insert_or_assign(name, std::move(tail));
    return;
  }
  make_room(name, now);
  timeline::Start start;
  start.cause = media::PeriodCause::restart;
  start.first_msn = tail.last_msn + 1;
  start.first_period = last_period_of(window) + 1;
  start.media_start = tail.media_end;
  if (tail.target_duration > Seconds(0)) start.target_duration = tail.target_duration;
  start.part_target = part_target_of(window);
  start.expected = kinds_of(window);
  start.wall_start = date_of(window, tail.media_end);
  // The other process listed it then, or, of a publisher that was late, somewhat later. Better a gap too many than one
  // that is taken back.
  const WallTime listed = std::max(*start.wall_start, tail.last_wall - kLateMax);
  start.listed_at = now.mono - std::max(now.wall - listed, Micros(0));
  auto stream = std::make_shared<Stream>(name, tail.epoch, options_of(name), start, renderer_, sink_);
  stream->restore(window, tail.last_wall, now);
  // The gaps that the other process may have listed while nobody was there.
  stream->on_time(now);
  streams_[name].push_back(std::move(stream));
  ++stream_count_;
}

Stream& Hub::open_stream(const StreamName& name, const SessionId& session, media::Arrival now) {
  make_room(name, now);
  timeline::Start start;
  start.first_msn = number_from(now.wall, kSegmentStep);
  start.first_period = number_from(now.wall, kPeriodStep);
  if (const auto tail = tails_.find(name); tail != tails_.end()) {
    start.first_msn = std::max(start.first_msn, tail->second.last_msn + 1);
    start.first_period = std::max(start.first_period, tail->second.last_period + 1);
    tails_.erase(tail);
  }
  Epochs& epochs = streams_[name];
  for (const std::shared_ptr<Stream>& older : epochs) {
    start.first_msn = std::max(start.first_msn, older->last_msn() + 1);
    start.first_period = std::max(start.first_period, older->last_period() + 1);
  }
  epochs.push_back(std::make_shared<Stream>(name, session, options_of(name), start, renderer_, sink_));
  ++stream_count_;
  gone_.erase(name);
  return *epochs.back();
}

void Hub::on_time(media::Arrival now) {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Epochs& epochs = next->second;
    for (const std::shared_ptr<Stream>& stream : epochs) stream->on_time(now);
    for (std::size_t i = epochs.size(); i-- > 0;) {
      const Stream& stream = *epochs[i];
      if (stream.state() == StreamState::ended && stream.window().expired())
        drop(epochs, epochs.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const auto emptied = next++;
    if (emptied->second.empty()) {
      forget(emptied->first);
      streams_.erase(emptied);
    }
  }
}

void Hub::drop(Epochs& epochs, Epochs::iterator stream) {
  add_counts(dropped_, **stream);
  epochs.erase(stream);
  --stream_count_;
}

StreamTotals Hub::totals() const {
  StreamTotals totals = dropped_;
  for (const auto& [name, epochs] : streams_) {
    for (const std::shared_ptr<Stream>& stream : epochs) {
      add_counts(totals, *stream);
      totals.memory_bytes += stream->window().memory_bytes();
      switch (stream->state()) {
        case StreamState::publishing:
          ++totals.publishing;
          break;
        case StreamState::away:
          ++totals.away;
          break;
        case StreamState::ended:
          ++totals.ended;
          break;
      }
    }
  }
  return totals;
}

void Hub::forget(const StreamName& name) {
  if (!gone_.insert(name).second) return;
  gone_order_.push_back(name);
  if (gone_order_.size() > kGoneMax) {
    gone_.erase(gone_order_.front());
    gone_order_.erase(gone_order_.begin());
  }
}

void Hub::make_room(const StreamName& keep, media::Arrival now) {
  while (stream_count_ >= options_.streams_max) {
    auto oldest = streams_.end();
    for (auto candidate = streams_.begin(); candidate != streams_.end(); ++candidate) {
      const Stream& stream = *candidate->second.front();
      if (stream.state() == StreamState::publishing || candidate->first == keep) continue;
      if (oldest == streams_.end() || goes_before(stream, *oldest->second.front())) oldest = candidate;
    }
    if (oldest == streams_.end()) return;
    // Whoever waits for something of it is told that it will not come.
    oldest->second.front()->finish(now);
    drop(oldest->second, oldest->second.begin());
    if (oldest->second.empty()) {
      forget(oldest->first);
      streams_.erase(oldest);
    }
  }
}

bool Hub::end_publish(const StreamName& name, EndWish wish) {
  const std::shared_ptr<Stream> stream = find(name);
  Publish* publish = stream == nullptr ? nullptr : publish_of(*stream);
  if (publish == nullptr) return false;
  publish->publisher_.on_end_wanted(wish);
  return true;
}

void Hub::end_all(EndWish wish, bool at_once) {
  for (Publish* publish : publishes_) {
    publish->end_at_segment_ = true;
    if (!at_once) publish->stream_->end_with_segment();
    if (at_once) publish->publisher_.on_end_wanted(wish);
  }
}

void Hub::finish_away(media::Arrival now) {
  finishing_ = true;
  for (auto& [name, epochs] : streams_) {
    for (const std::shared_ptr<Stream>& stream : epochs) {
      if (stream->state() == StreamState::away) stream->finish(now);
    }
  }
}

std::shared_ptr<Stream> Hub::find(const StreamName& name) {
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second.back();
}

std::shared_ptr<Stream> Hub::find_playlist(const StreamName& name, const SessionId& epoch) {
  const auto found = streams_.find(name);
  if (found == streams_.end()) return nullptr;
  for (const std::shared_ptr<Stream>& stream : found->second) {
    if (stream->epoch() == epoch) return stream;
  }
  const std::shared_ptr<Stream>& newest = found->second.back();
  return newest->state() == StreamState::ended ? nullptr : newest;
}

std::shared_ptr<Stream> Hub::find_session(const StreamName& name, const SessionId& session) {
  const auto found = streams_.find(name);
  if (found == streams_.end()) return nullptr;
  for (const std::shared_ptr<Stream>& stream : found->second) {
    if (stream->has_session(session)) return stream;
  }
  return nullptr;
}

Seconds Hub::target_duration() const {
  Seconds longest{};
  for (const auto& [name, epochs] : streams_) {
    for (const std::shared_ptr<Stream>& stream : epochs)
      longest = std::max(longest, stream->window().target_duration());
  }
  return longest;
}

std::vector<std::shared_ptr<Stream>> Hub::list() const {
  std::vector<std::shared_ptr<Stream>> all;
  all.reserve(streams_.size());
  for (const auto& [name, epochs] : streams_) all.push_back(epochs.back());
  std::sort(all.begin(), all.end(), [](const std::shared_ptr<Stream>& a, const std::shared_ptr<Stream>& b) {
    return a->name().path() < b->name().path();
  });
  return all;
}

int Hub::resumable() const {
  int count = 0;
  for (const auto& [name, epochs] : streams_) {
    for (const std::shared_ptr<Stream>& stream : epochs) count += stream->state() == StreamState::away ? 1 : 0;
  }
  return count;
}

}  // namespace sluice::live
