#include "sluice/hls/live_window.hpp"

#include <algorithm>
#include <utility>

#include "sluice/base/check.hpp"
#include "sluice/hls/size_estimate.hpp"

namespace sluice::hls {
namespace {

using media::Container;

constexpr Container kContainers[] = {Container::fmp4, Container::ts};

std::uint64_t payload_bytes(const Segment& segment) {
  std::uint64_t bytes = 0;
  for (const auto& part : segment.parts) {
    for (const media::Packet& packet : part->packets) bytes += packet.data.size();
  }
  return bytes;
}

// With what was rendered of it.
std::uint64_t bytes_of(const Segment& segment) {
  std::uint64_t bytes = payload_bytes(segment);
  for (const Rendering& rendering : segment.renderings) {
    for (const Rendered& piece : rendering.pieces) bytes += piece.bytes.size();
  }
  return bytes;
}

}  // namespace

LiveWindow::LiveWindow(const Options& options, StreamName name, SessionId epoch, Renderer& renderer)
    : options_(options),
      name_(std::move(name)),
      epoch_(epoch),
      renderer_(renderer),
      session_(std::move(epoch)),
      segments_(to_ticks(options.window), to_ticks(options.gaps_max)) {}

void LiveWindow::on_session(const SessionId& session) {
  session_ = session;
  packets_.clear();
  expected_.reset();
  next_fragment_.reset();
}

void LiveWindow::on_entry(const media::Entry& entry, MonoTime now) {
  SLUICE_CHECK(!ended());
  std::visit([this, now](const auto& typed) { on(typed, now); }, entry);
}

void LiveWindow::on_away() { expect(std::nullopt); }

void LiveWindow::on_restored() {
  on_away();
  if (!segments_.empty()) shown_msn_ = segments_.last().msn;
}

void LiveWindow::on(const media::Period& period, MonoTime now) {
  expect(std::nullopt);
  next_fragment_.reset();
  close_segment(now);
  packets_.clear();
  tracks_.clear();
  period_info_.reset();
  period_ = period;
  frame_rate_ = {};
}

void LiveWindow::on(const media::Track& track, MonoTime) { tracks_.push_back(track); }

void LiveWindow::on(const media::Packet& packet, MonoTime) {
  if (packet.hidden) return;
  packets_.push_back(packet);
  // Behind a gap the Period goes on, if no other has begun.
  expect(next_fragment_);
}

void LiveWindow::on(const media::Cut& cut, MonoTime now) {
  target_duration_ = cut.target_duration;
  // What recovery made of the only segment of a playlist decides nothing for it.
  const bool undecided = cut.added && cut.part_target == Millis(0);
  if (!part_target_ && !undecided) part_target_ = cut.part_target;
  const bool is_part = cut.duration.count() > 0 || !packets_.empty();
  if (!is_part && open_.parts.empty()) return;  // there is no segment that it could end
  if (is_part) add_part(cut);
  open_.added = cut.added;
  next_fragment_ = cut.fragment + (is_part ? 1 : 0);
  expect(next_fragment_);
  if (cut.ends_segment) close_segment(now);
}

void LiveWindow::add_part(const media::Cut& cut) {
  if (period_info_ == nullptr) {
    period_info_ = make_period();
    inits_.push_back({period_info_, 0, {}, {}, {}});
  }
  inits_.back().add_first_frames(packets_);
  if (open_.parts.empty()) {
    open_.msn = cut.msn;
    open_.period = period_info_;
    open_.start = cut.start;
    open_.independent = cut.independent;
    open_.discontinuity = !segments_.empty() && period_info_ != segments_.last().period;
    inits_.back().last_msn = cut.msn;
  }
  open_.duration += cut.duration;
  // Parts are kept for a while, room to grow is not.
  packets_.shrink_to_fit();
  open_.parts.push_back(std::make_shared<const Part>(Part{period_info_, cut, std::exchange(packets_, {})}));
  part_changed();
}

// `fragment` of the running Period is what comes next. None is before the Period's first part.
void LiveWindow::expect(std::optional<std::uint64_t> fragment) {
  if (period_info_ == nullptr) fragment.reset();
  if (expected_ == fragment) return;
  expected_ = fragment;
  part_changed();
}

void LiveWindow::on(const media::Gap& gap, MonoTime now) {
  expect(std::nullopt);
  close_segment(now);
  if (segments_.empty()) return;  // a playlist does not begin with what it lacks
  Segment segment;
  segment.msn = gap.msn;
  segment.period = segments_.last().period;
  segment.gap = true;
  segment.start = gap.start;
  segment.duration = gap.duration;
  target_duration_ = gap.target_duration;
  list(std::move(segment), now);
}

void LiveWindow::on(const media::Data&, MonoTime) {}
void LiveWindow::on(const media::End&, MonoTime) {}

std::shared_ptr<const PeriodInfo> LiveWindow::make_period() const {
  return std::make_shared<const PeriodInfo>(PeriodInfo{session_, period_, tracks_, {}});
}

void LiveWindow::close_segment(MonoTime now) {
  if (open_.parts.empty()) return;
  for (const Container container : kContainers) {
    open_.rendering(container).carried = std::any_of(
        open_.parts.begin(), open_.parts.end(), [container](const auto& part) { return has_media(container, *part); });
  }
  list(std::exchange(open_, {}), now);
}

void LiveWindow::list(Segment segment, MonoTime now) {
  measure(segment);
  independent_ = independent_ && segment.independent;
  if (!inits_.empty()) inits_.back().last_msn = segment.msn;
  segments_.append(std::move(segment), target_duration_, now);
  started_ = started_ || segments_.listed_count() >= options_.start_segments;
  changed();
}

void LiveWindow::measure(const Segment& segment) {
  for (const Container container : kContainers) {
    View& in = view(container);
    if (!segment.rendering(container).carried) {
      in.meter.break_run();
      continue;
    }
    in.carried = true;
    in.meter.add(estimate_size(container, segment.parts), segment.duration, target_duration_);
  }
  if (segment.gap || segment.duration.count() <= 0) return;
  bits_per_second_ = payload_bytes(segment) * 8 * 90000 / static_cast<std::uint64_t>(segment.duration.count());
  if (const media::Track* video = packaged_video(Container::fmp4, *segment.period)) {
    std::uint64_t frames = 0;
    for (const auto& part : segment.parts) {
      frames += static_cast<std::uint64_t>(
          std::count_if(part->packets.begin(), part->packets.end(),
                        [video](const media::Packet& packet) { return packet.track == video->index; }));
    }
    frame_rate_.add(frames, segment.duration);
  }
}

void LiveWindow::changed() {
  ++change_count_;
  for (View& in : views_) {
    in.media.reset();
    in.delta.reset();
  }
}

// What has parts has changed, and nothing else.
void LiveWindow::part_changed() {
  if (!low_latency(Container::fmp4)) return;
  View& in = view(Container::fmp4);
  in.media.reset();
  in.delta.reset();
}

void LiveWindow::on_time(MonoTime now) {
  segments_.on_time(now);
  if (ended_at_) {
    const Micros playlist = to_micros(segments_.listed_duration() + target_duration_);
    if (now >= *ended_at_ + std::max(playlist, options_.ended_min)) {
      expired_ = true;
      segments_.clear();
    }
  }
  while (!inits_.empty() && inits_.front().last_msn < segments_.first_held()) inits_.pop_front();
}

void LiveWindow::finish(MonoTime now) {
  if (ended()) return;
  expected_.reset();
  close_segment(now);
  packets_.clear();
  ended_at_ = now;
  started_ = started_ || !segments_.empty();
  expired_ = segments_.empty();
  changed();
}

bool LiveWindow::carries(Container container) const {
  if (view(container).carried) return true;
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [container](const media::Track& track) { return is_packaged(container, track); });
}

bool LiveWindow::playable(Container container) const {
  const bool started = started_ || (low_latency(container) && !segments_.empty());
  return started && !expired_ && view(container).carried;
}

bool LiveWindow::low_latency(Container container) const {
  return container == Container::fmp4 && part_target_ && part_target_->count() > 0;
}

std::size_t LiveWindow::memory_bytes() const {
  std::size_t bytes = 0;
  for (const media::Packet& packet : packets_) bytes += packet.data.size();
  bytes += bytes_of(open_);
  for (const Segment& segment : segments_.held()) bytes += bytes_of(segment);
  return bytes;
}

WindowInfo LiveWindow::info() const {
  WindowInfo info;
  info.listed_segments = segments_.listed_count();
  info.listed_duration = segments_.listed_duration();
  info.bits_per_second = bits_per_second_;
  info.part_target = part_target_.value_or(Millis(0));
  if (segments_.empty()) return info;
  info.last_msn = segments_.last().msn;
  info.tracks = segments_.last().period->tracks;
  if (const media::Track* video = packaged_video(Container::fmp4, *segments_.last().period)) {
    info.frame_rate = video->config.video.frame_rate.value_or(frame_rate_.rate());
  }
  return info;
}

}  // namespace sluice::hls
