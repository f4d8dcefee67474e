#include "sluice/record/ledger.hpp"

#include <algorithm>

namespace sluice::record {

void Ledger::count(const Place& place) {
  digest_.update(place.header);
  ++totals_.records;
}

void Ledger::pass(const Place& place, const FileHeader& header) {
  count(place);
  head_ = Head(header.before);
}

void Ledger::pass(const Place& place, const Lost& lost) {
  count(place);
  totals_.entries_lost += lost.entries;
}

void Ledger::pass(const Place& place, const UnknownRecord&) { count(place); }

void Ledger::pass(const Place& place, const media::Entry& entry) {
  count(place);
  head_.apply(entry);
  if (const auto* packet = std::get_if<media::Packet>(&entry)) {
    ++totals_.packets;
    totals_.media_bytes += packet->data.size();
    reach(head_.time_of(packet->track, packet->dts));
  } else if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    reach(cut->start);
    close_part(place, {.msn = cut->msn,
                       .start = cut->start,
                       .duration = cut->duration,
                       .part = cut->part,
                       .ends_segment = cut->ends_segment,
                       .independent = cut->independent,
                       .added = cut->added});
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    reach(gap->start);
    part_offset_ = place.offset;
    close_part(place, {.msn = gap->msn, .start = gap->start, .duration = gap->duration, .gap = true});
  } else if (std::holds_alternative<media::Period>(entry)) {
    period_offset_ = place.offset;
    part_offset_ = place.offset;
  } else if (const auto* end = std::get_if<media::End>(&entry)) {
    totals_.ended = true;
    totals_.final = end->final;
    end_wall_ = end->wall;
  }
}

void Ledger::reach(std::optional<Ticks90k> time) {
  if (!time || (first_time_ && *first_time_ <= *time)) return;
  first_time_ = time;
  first_wall_ = head_.wall_of(*time);
}

void Ledger::close_part(const Place& place, IndexEntry entry) {
  entry.offset = part_offset_;
  entry.end = place.end;
  entry.period_offset = period_offset_;
  part_offset_ = place.end;
  if (totals_.first_msn == 0) totals_.first_msn = entry.msn;
  if (!index_full()) index_.entries.push_back(entry);
}

Footer Ledger::footer() const {
  Footer footer = totals_;
  footer.numbering = head_.numbering();
  footer.first_time = first_time_.value_or(footer.numbering.last_time);
  footer.last_wall = head_.wall_of(footer.numbering.last_time);
  footer.first_wall = first_wall_.value_or(footer.last_wall);
  if (end_wall_) footer.last_wall = std::max(footer.last_wall, *end_wall_);
  footer.digest = digest_.value();
  return footer;
}

}  // namespace sluice::record
