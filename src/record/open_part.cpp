#include "sluice/record/open_part.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sluice/record/cut.hpp"

namespace sluice::record {
namespace {

constexpr Ticks90k kFrameTime = Millis(40);  // when nothing tells

// `time` in the timescale of a track that is known.
std::int64_t ticks_of(const Head& head, media::TrackIndex index, Ticks90k time) {
  const auto track = std::find_if(head.tracks().begin(), head.tracks().end(),
                                  [index](const media::Track& one) { return one.index == index; });
  return ticks_in(time, track->timescale);
}

}  // namespace

void OpenPart::apply(const media::Entry& entry) {
  if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    if (!segment_) segment_start_ = cut->start;
    segment_.reset();
    if (!cut->ends_segment) segment_ = *cut;
    fragment_ = is_part(*cut) ? cut->fragment : cut->fragment - 1;
    part_target_ = cut->part_target;
    listed_end_ = cut->start + cut->duration;
    for (Run& run : runs_) run.in_part = false;
    has_video_ = begins_with_key_ = false;
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    listed_end_ = gap->start + gap->duration;
  } else if (std::holds_alternative<media::Period>(entry)) {
    runs_.clear();
    listed_end_.reset();
    segment_.reset();
    fragment_ = 0;
    has_video_ = begins_with_key_ = false;
  } else if (std::holds_alternative<media::End>(entry)) {
    ended_ = true;
  }
  head_.apply(entry);
  if (const auto* packet = std::get_if<media::Packet>(&entry); packet != nullptr && !packet->hidden) add(*packet);
}

void OpenPart::add(const media::Packet& packet) {
  const auto time = head_.time_of(packet.track, packet.dts);
  if (!time) return;
  const bool video = head_.is_video(packet.track);
  if (video && !std::exchange(has_video_, true)) {
    begins_with_key_ = packet.key;
    first_ = *time;
  } else if (leading() == nullptr) {
    first_ = *time;
  }
  auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run& one) { return one.track == packet.track; });
  if (run == runs_.end()) {
    runs_.push_back({packet.track, packet.dts, 0, true});
    return;
  }
  run->step = packet.dts - run->last;
  run->last = packet.dts;
  run->in_part = true;
}

const OpenPart::Run* OpenPart::leading() const {
  const Run* lead = nullptr;
  for (const Run& run : runs_) {
    if (run.in_part && (lead == nullptr || head_.is_video(run.track))) lead = &run;
  }
  return lead;
}

std::int64_t OpenPart::end_of(const Run& run) const {
  for (const media::Track& track : head_.tracks()) {
    if (track.index != run.track) continue;
    // A longer step is a hole, not a frame.
    if (run.step > 0 && run.step <= std::int64_t{track.timescale}) return run.last + run.step;
    const bool known = !head_.is_video(run.track) && track.config.audio.samples_per_frame > 0;
    return run.last + (known ? track.config.audio.samples_per_frame : ticks_in(kFrameTime, track.timescale));
  }
  return run.last + 1;
}

std::optional<media::Cut> OpenPart::closing() const {
  const Run* lead = leading();
  const std::uint64_t last_msn = head_.numbering().last_msn;
  if (ended_ || last_msn == 0 || (lead == nullptr && !segment_)) return std::nullopt;
  media::Cut cut;
  cut.added = cut.ends_segment = true;
  cut.msn = segment_ ? segment_->msn : last_msn + 1;
  cut.part = segment_ ? segment_->part + 1 : 0;
  // A file that goes on with a Period knows its last fragment after a Cut only; the number of a segment is larger.
  cut.fragment = fragment_ > 0 ? fragment_ + 1 : std::max<std::uint64_t>(cut.msn, 1);
  cut.independent = !has_video_ ? !head_.has_video() : begins_with_key_;
  cut.start = listed_end_.value_or(first_);
  const auto lead_end = lead == nullptr ? std::nullopt : head_.time_of(lead->track, end_of(*lead));
  cut.duration = std::max(lead_end.value_or(cut.start) - cut.start, Ticks90k(lead == nullptr ? 0 : 1));
  // How long the last frame lasts is a guess, which must not make the part longer than parts may be.
  const bool clamped = segment_ && part_target_ > Millis(0) && cut.duration > part_target_;
  if (clamped) cut.duration = part_target_;
  // It may be the playlist's first segment, which nothing was fixed for.
  const Ticks90k whole = cut.start + cut.duration - (segment_ ? segment_start_ : cut.start);
  cut.target_duration = std::max({head_.numbering().target_duration, std::chrono::round<Seconds>(whole), Seconds(1)});
  cut.part_target = part_target_;
  for (const Run& run : runs_) {
    if (!run.in_part) continue;
    std::int64_t end = end_of(run);
    if (clamped && head_.is_video(run.track)) end = std::min(end, ticks_of(head_, run.track, cut.start + cut.duration));
    cut.ends.push_back({run.track, std::max(end, run.last + 1)});
  }
  return cut;
}

}  // namespace sluice::record
