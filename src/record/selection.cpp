#include "sluice/record/selection.hpp"

#include <algorithm>
#include <utility>

namespace sluice::record {
namespace {

// A track that runs ahead of the main one by more is not waited for.
constexpr Ticks90k kAheadMax = Seconds(5);
// Other tracks may lag behind the main one so far.
constexpr Ticks90k kBehindMax = Seconds(2);

bool is_packaged(const media::Track& track) {
  return track.source_id == 0 && (media::can_carry(media::Container::fmp4, track.config.codec) ||
                                  media::can_carry(media::Container::ts, track.config.codec));
}

bool is_video(const media::Track& track) { return media::kind_of(track.config.codec) == media::TrackKind::video; }

bool same_place(const media::Track& left, const media::Track& right) {
  return left.source_id == right.source_id && is_video(left) == is_video(right);
}

bool same_track(const media::Track& left, const media::Track& right) {
  return left.timescale == right.timescale && media::same_config(left.config, right.config);
}

const media::Track* in_place_of(const media::Track& track, const std::vector<media::Track>& tracks) {
  const auto found =
      std::find_if(tracks.begin(), tracks.end(), [&](const media::Track& one) { return same_place(one, track); });
  return found == tracks.end() ? nullptr : &*found;
}

}  // namespace

Selection::Selection(Options options) : options_(std::move(options)) {}

void Selection::expect(const std::vector<PeriodTracks>& periods) { expected_.assign(periods.begin(), periods.end()); }

void Selection::begin_epoch() {
  if (end_) over_ = true;
  if (found_start_) opening_ ? open() : release(true);
  ++epoch_;
  period_.reset();
  lanes_.clear();
  main_reached_ = {};
  start_.reset();
  opening_ = true;
}

void Selection::add(const media::Entry& entry) {
  if (over_) return;
  if (const auto* packet = std::get_if<media::Packet>(&entry)) {
    add_packet(*packet);
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    add_track(*track);
  } else if (const auto* period = std::get_if<media::Period>(&entry)) {
    period_ = *period;
    lanes_.clear();
    while (!expected_.empty() && expected_.front().number < period->number) expected_.pop_front();
    if (end_) over_ = true;
  } else if (std::holds_alternative<media::Cut>(entry) && found_start_ && opening_) {
    open();
  }
}

void Selection::finish() {
  // The last key frame of all is the last one before `from`.
  if (!held_.empty()) found_start_ = found_start_ || options_.from.has_value();
  if (found_start_) opening_ ? open() : release(true);
  over_ = true;
}

std::optional<Selected> Selection::next() {
  if (ready_.empty()) return std::nullopt;
  Selected selected = std::move(ready_.front());
  ready_.pop_front();
  return selected;
}

void Selection::leave_out(const media::Track& track) {
  const auto same = [&](const media::Track& one) {
    return same_place(one, track) && one.config.codec == track.config.codec;
  };
  if (std::any_of(told_.begin(), told_.end(), same)) return;
  told_.push_back(track);
  left_out_.push_back(track);
}

std::vector<media::Track> Selection::take_left_out() { return std::exchange(left_out_, {}); }

void Selection::add_track(const media::Track& track) {
  std::erase_if(lanes_, [&](const auto& lane) { return lane->track.index == track.index; });
  if (!options_.carries(track)) return leave_out(track);
  lanes_.push_back(std::make_shared<const Lane>(Lane{track, !is_packaged(track)}));
}

// The picture where there is one, else the sound; an extra track only where there is no other.
bool Selection::is_main(const Lane& lane) const {
  const auto rank = [](const Lane& one) { return (one.extra ? 2 : 0) + (is_video(one.track) ? 0 : 1); };
  return std::none_of(lanes_.begin(), lanes_.end(), [&](const auto& other) { return rank(*other) < rank(lane); });
}

Selection::Held Selection::held(const std::shared_ptr<const Lane>& lane, const media::Packet& packet) const {
  const std::uint32_t timescale = lane->track.timescale;
  const Ticks90k shown = ticks_from(packet.dts + packet.cts, timescale);
  const WallTime wall = period_ ? period_->wall_start + to_micros(shown - period_->media_start) : WallTime();
  return {lane, packet, is_main(*lane), ticks_from(packet.dts, timescale), wall, epoch_};
}

void Selection::add_packet(const media::Packet& packet) {
  const auto lane =
      std::find_if(lanes_.begin(), lanes_.end(), [&](const auto& one) { return one->track.index == packet.track; });
  if (lane == lanes_.end() || (packet.hidden && !(*lane)->extra)) return;
  Held one = held(*lane, packet);
  found_start_ ? take(std::move(one)) : search(std::move(one));
}

void Selection::search(Held one) {
  const bool is_point = one.main && one.packet.key;
  const bool begins = std::any_of(held_.begin(), held_.end(), [](const Held& h) { return h.main; });
  if (is_point && (!begins || (options_.from && one.shown <= *options_.from))) {
    // It begins here, as far as is known: all before is forgotten, but for what only arrived before.
    if (options_.from) start_ = one.time;
    std::erase_if(held_, [&](const Held& h) { return h.main || h.epoch != one.epoch || (start_ && h.time < *start_); });
  } else if ((one.main && !begins) || (start_ && !one.main && one.time < *start_)) {
    return;
  }
  found_start_ = is_point && (!options_.from || one.shown > *options_.from);
  if (found_start_ && begins) return take(std::move(one));
  held_.push_back(std::move(one));
}

void Selection::take(Held one) {
  if (start_ && !one.main && one.time < *start_) return;
  if (end_) {
    if (one.main && one.time > *end_ + kBehindMax) over_ = true;
    if (one.main || one.time >= *end_) return;
  } else if (options_.to && one.main && one.packet.key && one.shown >= *options_.to) {
    return end_at(one.time);
  }
  if (one.main) main_reached_ = std::max(main_reached_, one.time);
  if (tracks_ && !opening_) {
    if (in_place_of(one.lane->track, *tracks_) == nullptr) return leave_out(one.lane->track);
    if (changes_file()) {
      // The first packets of this Period are gathered again.
      release(true);
      opening_ = new_file_ = true;
    }
  }
  held_.push_back(std::move(one));
  if (!opening_) release(false);
}

// Whether a track of this Period is not what it was in the file.
bool Selection::changes_file() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [this](const auto& lane) {
    const media::Track* there = in_place_of(lane->track, *tracks_);
    return there != nullptr && !same_track(*there, lane->track);
  });
}

void Selection::end_at(Ticks90k end) {
  end_ = end;
  std::erase_if(held_, [&](const Held& one) { return !one.main && one.epoch == epoch_ && one.time >= end; });
}

// Emits what is held, in as many files as it needs.
void Selection::open() {
  while (!held_.empty()) {
    const Held& first = held_.front();
    const media::Track* there = tracks_ && !new_file_ ? in_place_of(first.lane->track, *tracks_) : nullptr;
    if (tracks_ && !new_file_ && there == nullptr) {
      leave_out(first.lane->track);
      held_.pop_front();
      continue;
    }
    if (there == nullptr || !same_track(*there, first.lane->track)) begin_file();
    std::size_t count = 0;
    while (count < held_.size() && held_[count].epoch == first.epoch) {
      const media::Track* place = in_place_of(held_[count].lane->track, *tracks_);
      if (place != nullptr && !same_track(*place, held_[count].lane->track)) break;
      ++count;
    }
    if (based_ != first.epoch) set_base(count);
    for (; count > 0; --count) {
      emit(held_.front());
      held_.pop_front();
    }
  }
  opening_ = !tracks_;
}

// Streams for all that is held, that is announced, and that is still to come, up to where a track changes.
void Selection::begin_file() {
  if (tracks_) ++file_;
  new_file_ = false;
  tracks_ = std::make_shared<FileTracks>();
  based_.reset();
  reached_ = {};
  const auto add_all = [this](const std::vector<media::Track>& all) {
    for (const media::Track& track : all) {
      const media::Track* there = in_place_of(track, *tracks_);
      if (there != nullptr && !same_track(*there, track)) return false;
      if (there == nullptr && options_.carries(track)) tracks_->push_back(track);
    }
    return true;
  };
  std::vector<media::Track> tracks;
  for (const Held& one : held_) tracks.push_back(one.lane->track);
  bool goes_on = add_all(tracks);
  tracks.clear();
  for (const auto& lane : lanes_) tracks.push_back(lane->track);
  goes_on = goes_on && add_all(tracks);
  for (const PeriodTracks& period : expected_) goes_on = goes_on && add_all(period.tracks);
  // Video first, extra tracks last.
  const auto order = [](const media::Track& track) { return std::pair(track.source_id, !is_video(track)); };
  std::stable_sort(tracks_->begin(), tracks_->end(),
                   [&](const media::Track& a, const media::Track& b) { return order(a) < order(b); });
  streams_.assign(tracks_->size(), {});
}

// From the first `count` packets held: the time that is zero, and how much earlier each track has to decode.
void Selection::set_base(std::size_t count) {
  Ticks90k earliest = Ticks90k::max();
  for (std::size_t i = 0; i < count; ++i) {
    const media::Track& track = held_[i].lane->track;
    const media::Track* there = in_place_of(track, *tracks_);
    if (there == nullptr) continue;
    Stream& stream = streams_[static_cast<std::size_t>(there - tracks_->data())];
    if (!stream.begun) stream.lead = std::max<std::int64_t>(stream.lead, -std::int64_t{held_[i].packet.cts});
    earliest = std::min(earliest, held_[i].time);
  }
  Ticks90k lead{};
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    lead = std::max(lead, ticks_from(streams_[i].lead, (*tracks_)[i].timescale));
  }
  base_ = earliest - lead - reached_;
  based_ = held_.front().epoch;
}

void Selection::release(bool all) {
  while (!held_.empty()) {
    const Held& front = held_.front();
    const bool ahead = !front.main && front.time > main_reached_ && held_.back().time - front.time < kAheadMax;
    if (ahead && !all) return;
    emit(front);
    held_.pop_front();
  }
}

void Selection::emit(const Held& one) {
  const media::Track* there = in_place_of(one.lane->track, *tracks_);
  if (there == nullptr) return leave_out(one.lane->track);
  const auto index = static_cast<std::size_t>(there - tracks_->data());
  Stream& stream = streams_[index];
  // What follows a lost beginning cannot be decoded.
  if (!stream.begun && is_video(*there) && !one.packet.key) return;
  const std::int64_t base = ticks_in(base_, there->timescale);
  std::int64_t dts = one.packet.dts - base - stream.lead;
  if (stream.begun) dts = std::max(dts, stream.last_dts + 1);
  // Not over a gap.
  if (stream.begun && dts - stream.last_dts <= there->timescale) stream.last_delta = dts - stream.last_dts;
  stream.begun = true;
  stream.last_dts = dts;
  const std::int64_t pts = std::max(one.packet.dts + one.packet.cts - base, dts);
  const std::int64_t duration = duration_of(one, stream);
  reached_ = std::max(reached_, ticks_from(dts + duration, there->timescale));
  ready_.push_back({file_, tracks_, index, dts, pts, duration, one.packet.key, one.main, one.shown, one.packet.data});
}

std::int64_t Selection::duration_of(const Held& one, const Stream& stream) const {
  const media::Track& track = one.lane->track;
  if (is_video(track)) {
    if (stream.last_delta > 0) return stream.last_delta;
    const auto rate = track.config.video.frame_rate;
    return rate && rate->numerator > 0 ? std::int64_t{track.timescale} * rate->denominator / rate->numerator : 0;
  }
  const std::uint32_t samples = media::samples_in_frame(track.config, one.packet.data.view());
  const std::uint32_t rate = track.config.audio.sample_rate;
  return rate > 0 ? std::int64_t{samples} * track.timescale / rate : stream.last_delta;
}

}  // namespace sluice::record
