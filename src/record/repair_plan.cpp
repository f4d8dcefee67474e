#include <algorithm>
#include <utility>

#include "sluice/record/cut.hpp"
#include "sluice/record/repair.hpp"

namespace sluice::record {
namespace {

// A hole in the numbers wider than this is not filled with Gaps; playlists do that by themselves.
constexpr std::uint64_t kGapsMax = 1000;

// Damage that takes nothing away which a segment is made of.
bool is_harmless(const RecordHeader& lost) {
  switch (lost.type) {
    case RecordType::packet:
      return (lost.flags & flags::kHidden) != 0;
    case RecordType::header:
    case RecordType::data:
    case RecordType::end:
    case RecordType::lost:
    case RecordType::index:
    case RecordType::footer:
      return true;
    case RecordType::period:
    case RecordType::track:
    case RecordType::cut:
    case RecordType::gap:
      return false;
  }
  return false;
}

// What a file claims may lie anywhere; what is written for it must be within what a reader takes.
Ticks90k bounded(Ticks90k time) { return std::clamp(time, Ticks90k(-kTicksMax), Ticks90k(kTicksMax)); }
WallTime bounded(WallTime time) { return std::clamp(time, WallTime(Micros(-kWallMax)), WallTime(Micros(kWallMax))); }
Ticks90k duration(Ticks90k from, Ticks90k to) { return bounded(std::max(to - from, Ticks90k(0))); }

bool is_of(const std::optional<RecordHeader>& lost, RecordType type) { return lost && lost->type == type; }

}  // namespace

// The walk over the events.
struct RepairPlan::Lane {
  std::uint64_t period_offset = 0;
  media::Period period;
  bool period_known = false;
  bool bad = true;  // nothing of this Period can be served
  bool any_cut_in_period = false;
  bool damaged = false;     // somewhere in this Period; without damage nothing is changed
  std::uint64_t after = 0;  // end of the last Period, Cut or Gap
  std::uint64_t last_msn = 0;
  std::uint64_t last_fragment = 0;
  std::optional<Ticks90k> reached;    // end of the last Cut or Gap of this Period
  std::vector<const Event*> damages;  // since the last Period, Cut or Gap
  std::vector<const Event*> segment;  // Cuts of the segment that has not ended
  bool segment_hurt = false;
  bool segment_unplayable = false;
};

void RepairPlan::look(const Reader::Item& item) {
  if (const auto* damage = std::get_if<Damage>(&item)) {
    Event event{.kind = Event::Kind::damage, .offset = damage->offset, .end = damage->offset + damage->size};
    if (damage->header && kHeaderSize + damage->header->body_size == damage->size) event.lost = damage->header;
    events_.push_back(std::move(event));
    return;
  }
  const auto& found = std::get<Found>(item);
  ++records_;
  mark_ = found.header.mark;
  if (const auto* header = std::get_if<FileHeader>(&found.record); header != nullptr && !header_) header_ = *header;
  if (const auto* newer = std::get_if<NewerVersion>(&found.record)) newer_version_ = newer->version;
  if (const auto* index = std::get_if<Index>(&found.record)) index_ = *index;
  if (const auto* footer = std::get_if<Footer>(&found.record)) footer_ = *footer;
  if (const auto* entry = std::get_if<media::Entry>(&found.record)) look_at(found, *entry);
}

void RepairPlan::look_at(const Found& found, const media::Entry& entry) {
  const auto is_known = [this](media::TrackIndex index) {
    return std::any_of(head_.tracks().begin(), head_.tracks().end(),
                       [index](const media::Track& track) { return track.index == index; });
  };
  Event event{.offset = found.offset, .end = found.end};
  if (const auto* packet = std::get_if<media::Packet>(&entry)) {
    stranger_ = stranger_ || !is_known(packet->track);
    if (packet->hidden || picture_seen_ || !head_.is_video(packet->track)) return;
    picture_seen_ = true;
    begins_clean_ = packet->key;
    return;
  }
  if (const auto* period = std::get_if<media::Period>(&entry)) {
    event.kind = Event::Kind::period;
    event.period = *period;
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    event.kind = Event::Kind::track;
    event.announced = is_known(track->index);
  } else if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    event.kind = Event::Kind::cut;
    event.cut = *cut;
    event.begins_clean = begins_clean_;
    event.stranger =
        stranger_ || std::any_of(cut->ends.begin(), cut->ends.end(),
                                 [&](const media::TrackEnd& track_end) { return !is_known(track_end.track); });
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    event.kind = Event::Kind::gap;
    event.gap = *gap;
  } else {
    return;
  }
  head_.apply(entry);
  if (event.kind != Event::Kind::track) begin_part();
  events_.push_back(std::move(event));
}

void RepairPlan::begin_part() {
  picture_seen_ = false;
  begins_clean_ = true;
  stranger_ = false;
}

// What the index says of this part, when it is of this very file.
const IndexEntry* RepairPlan::indexed(const Event& cut) const {
  if (!index_) return nullptr;
  const auto& entries = index_->entries;
  const auto entry = std::lower_bound(entries.begin(), entries.end(), cut.end,
                                      [](const IndexEntry& one, std::uint64_t end) { return one.end < end; });
  const bool same =
      entry != entries.end() && entry->end == cut.end && entry->msn == cut.cut.msn && entry->part == cut.cut.part;
  return same ? &*entry : nullptr;
}

// Where the part of `cut` begins: behind the last good Period, Cut or Gap, or later when one of those was lost, as far
// as the index or the lost record itself tells.
std::uint64_t RepairPlan::part_begin(const Lane& lane, const Event& cut) const {
  std::uint64_t begin = lane.after;
  if (const IndexEntry* entry = indexed(cut)) return std::max(begin, entry->offset);
  for (const Event* damage : lane.damages) {
    if (is_of(damage->lost, RecordType::cut) || is_of(damage->lost, RecordType::gap)) begin = damage->end;
  }
  return begin;
}

// A Period of which a Track is missing would have another initialisation section.
void RepairPlan::find_bad_periods() {
  std::uint64_t period = 0;
  bool damaged = false;
  for (const Event& event : events_) {
    if (event.kind == Event::Kind::period) {
      period = event.offset;
      damaged = false;
    }
    damaged = damaged || event.kind == Event::Kind::damage;
    const bool stranger = damaged && event.kind == Event::Kind::cut && event.stranger;
    if (stranger || is_of(event.lost, RecordType::track)) bad_periods_.insert(period);
  }
}

void RepairPlan::decide(const FileHeader& header) {
  find_bad_periods();
  Lane lane;
  lane.last_msn = header.before.last_msn;
  lane.period.number = header.before.last_period;
  for (const Event& event : events_) {
    switch (event.kind) {
      case Event::Kind::damage:
        lane.damages.push_back(&event);
        lane.damaged = true;
        // The Period and its Tracks stand for those before them no longer.
        if (is_of(event.lost, RecordType::period)) insert_period(lane, event, Ticks90k(event.lost->time));
        continue;
      case Event::Kind::track:
        // Announced twice, or without a Period: one was lost.
        if (lane.damages.empty()) continue;
        if (!lane.period_known || (event.announced && !lane.bad)) {
          insert_period(lane, *lane.damages.back(), lane.reached.value_or(lane.period.media_start));
        }
        continue;
      case Event::Kind::cut:
        decide_cut(lane, event);
        break;
      case Event::Kind::gap:
        finish_segment(lane);
        lane.last_msn = event.gap.msn;
        lane.reached = event.gap.start + event.gap.duration;
        break;
      case Event::Kind::period:
        finish_segment(lane);
        lane.period = event.period;
        lane.period_known = true;
        lane.period_offset = event.offset;
        lane.bad = bad_periods_.contains(event.offset);
        lane.damaged = false;
        lane.any_cut_in_period = false;
        lane.last_fragment = 0;
        lane.reached.reset();
        break;
    }
    lane.after = event.end;
    lane.damages.clear();
  }
  finish_segment(lane);
}

void RepairPlan::decide_cut(Lane& lane, const Event& event) {
  const media::Cut& cut = event.cut;
  if (!lane.segment.empty() && lane.segment.back()->cut.msn != cut.msn) {
    lane.segment_hurt = lane.segment_unplayable = lane.damaged;
    finish_segment(lane);
  }
  find_lost_period(lane, event);
  const std::uint64_t begin = part_begin(lane, event);
  bool hurt = false;
  for (const Event* damage : lane.damages) {
    hurt = hurt || (damage->end > begin && !(damage->lost && is_harmless(*damage->lost)));
  }
  const bool mixed = begin > lane.after && !insert_gaps(lane, event, begin);
  // Packets of a segment whose Cut was lost may stand before those of this one.
  const bool first = lane.segment.empty();
  const bool follows =
      (lane.last_msn == 0 || !first || cut.msn == lane.last_msn + 1) &&
      (lane.reached ? cut.start == *lane.reached : lane.last_msn != 0 || cut.start == lane.period.media_start);
  const bool part_lost = cut.part != lane.segment.size();
  const bool clean = begin == lane.after ? event.begins_clean : !hurt;
  const bool useless = lane.damaged && (lane.bad || mixed || part_lost);
  lane.segment_hurt = lane.segment_hurt || hurt || useless;
  lane.segment_unplayable = lane.segment_unplayable || useless || cut.added || (hurt && !follows) || (first && !clean);
  lane.segment.push_back(&event);
  lane.last_msn = cut.msn;
  lane.last_fragment = is_part(cut) ? cut.fragment : cut.fragment - 1;
  lane.reached = cut.start + cut.duration;
  lane.any_cut_in_period = true;
  if (cut.ends_segment) finish_segment(lane);
}

// Before this Cut, but after the last Period that is known.
void RepairPlan::find_lost_period(Lane& lane, const Event& event) {
  if (lane.damages.empty()) return;
  const media::Cut& cut = event.cut;
  const IndexEntry* entry = indexed(event);
  const auto place = std::find_if(lane.damages.begin(), lane.damages.end(), [entry](const Event* damage) {
    return entry != nullptr && damage->offset <= entry->period_offset && entry->period_offset < damage->end;
  });
  if (!lane.period_known) {
    insert_period(lane, *lane.damages.back(), cut.start);
  } else if (place != lane.damages.end() && entry->period_offset > lane.period_offset && !lane.bad) {
    insert_period(lane, **place, cut.start);
  } else if (lane.last_fragment > 0 && cut.msn > lane.last_msn &&
             (cut.fragment <= lane.last_fragment || cut.fragment - lane.last_fragment < cut.msn - lane.last_msn)) {
    // The parts of a Period are counted, and these do not go on. Where the Period was is not known.
    lane.bad = true;
  }
}

void RepairPlan::finish_segment(Lane& lane) {
  const std::vector<const Event*> segment = std::move(lane.segment);
  lane.segment.clear();
  const bool hurt = std::exchange(lane.segment_hurt, false);
  const bool unplayable = std::exchange(lane.segment_unplayable, false);
  if (!hurt || segment.empty()) return;
  const media::Cut& first = segment.front()->cut;
  const media::Cut& last = segment.back()->cut;
  if (!unplayable) {
    ++marked_segments_;
    for (const Event* part : segment) {
      media::Cut marked = part->cut;
      marked.added = true;
      changes_[part->offset] = marked;
    }
    return;
  }
  ++gap_segments_;
  for (const Event* part : segment) changes_[part->offset] = std::nullopt;
  changes_[segment.back()->offset] =
      media::Gap{last.msn, first.start, duration(first.start, last.start + last.duration), last.target_duration};
}

// The segments whose Cuts were lost before the part of `before`, which begins at `begin`. Their packets stay apart from
// those of the part, because a Gap stands between them. False when there is none to put there.
bool RepairPlan::insert_gaps(Lane& lane, const Event& before, std::uint64_t begin) {
  const auto place = std::find_if(lane.damages.rbegin(), lane.damages.rend(),
                                  [begin](const Event* damage) { return damage->end <= begin; });
  const media::Cut& next = before.cut;
  const std::uint64_t first = lane.last_msn != 0 ? lane.last_msn + 1 : next.msn - 1;
  if (place == lane.damages.rend() || first >= next.msn) return false;
  const std::uint64_t count = std::min(next.msn - first, kGapsMax);
  const Ticks90k from = std::min(lane.reached.value_or(lane.period.media_start), next.start);
  const auto share = [&](std::uint64_t i) {
    return from + (next.start - from) * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count);
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    insertions_[(*place)->offset].push_back(
        media::Gap{next.msn - count + i, bounded(share(i)), duration(share(i), share(i + 1)), next.target_duration});
  }
  gap_segments_ += count;
  lane.last_msn = next.msn - 1;
  lane.reached = next.start;
  return true;
}

// A Period whose record was lost: its number and the time of day are what they most likely were. Nothing in it is
// served, but its media does not stand under the Tracks of the one before.
void RepairPlan::insert_period(Lane& lane, const Event& damage, Ticks90k start) {
  finish_segment(lane);
  media::Period period;
  period.number = lane.period.number + (lane.period_known && !lane.any_cut_in_period ? 0 : 1);
  period.cause = media::PeriodCause::restart;
  period.media_start = start;
  if (lane.period_known) {
    period.wall_start = lane.period.wall_start + to_micros(start - lane.period.media_start);
  } else if (footer_ && footer_->first_wall != WallTime()) {
    period.wall_start = footer_->first_wall + to_micros(start - footer_->first_time);
  } else if (header_) {
    period.wall_start = header_->session.start;
  }
  period.media_start = bounded(period.media_start);
  period.wall_start = bounded(period.wall_start);
  insertions_[damage.offset].push_back(period);
  lane.period = period;
  lane.period_known = true;
  lane.bad = true;
  lane.any_cut_in_period = false;
  lane.last_fragment = 0;
  lane.reached.reset();
}

}  // namespace sluice::record
