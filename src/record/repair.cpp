#include "sluice/record/repair.hpp"

#include <algorithm>
#include <utility>

#include "sluice/record/writer.hpp"

namespace sluice::record {

Repair::Repair(const RepairPlan& plan, const FileHeader& header) : plan_(plan), header_(header) {
  append(kSignature);
  if (!plan.header()) write(draft(header), header);
}

void Repair::append(ByteView bytes) {
  if (pieces_.empty() || !std::holds_alternative<Bytes>(pieces_.back())) pieces_.emplace_back(Bytes());
  Bytes& last = std::get<Bytes>(pieces_.back());
  last.insert(last.end(), bytes.begin(), bytes.end());
  offset_ += bytes.size();
}

template <class T>
void Repair::write(const Draft& record, const T& value) {
  const HeaderBytes header = finish_header(record.header, plan_.mark(), record.body);
  const Place place{offset_, offset_ + kHeaderSize + record.body.size(), header};
  append(header);
  append(record.body);
  ledger_.pass(place, value);
}

void Repair::write_entry(const media::Entry& entry) { write(draft(entry), entry); }

template <class T>
void Repair::copy(const Found& found, const T& value) {
  const std::uint64_t size = found.end - found.offset;
  auto* last = pieces_.empty() ? nullptr : std::get_if<CopiedRange>(&pieces_.back());
  if (last != nullptr && last->end == found.offset) {
    last->end = found.end;
  } else {
    pieces_.emplace_back(CopiedRange{found.offset, found.end});
  }
  ledger_.pass({offset_, offset_ + size, found.header_bytes}, value);
  offset_ += size;
}

void Repair::pass(const Reader::Item& item) {
  if (const auto* damage = std::get_if<Damage>(&item)) return leave_out(*damage);
  const auto& found = std::get<Found>(item);
  if (const auto* header = std::get_if<FileHeader>(&found.record)) {
    // A file has one, at its start.
    if (offset_ == kSignature.size()) copy(found, *header);
  } else if (const auto* lost = std::get_if<Lost>(&found.record)) {
    copy(found, *lost);
  } else if (const auto* unknown = std::get_if<UnknownRecord>(&found.record)) {
    copy(found, *unknown);
  } else if (const auto* entry = std::get_if<media::Entry>(&found.record)) {
    const auto change = plan_.changes_.find(found.offset);
    if (change == plan_.changes_.end()) {
      copy(found, *entry);
    } else if (change->second) {
      write_entry(*change->second);
    }
  }
}

// Whether the span held nothing but what the copy has anew: signature, Header, Index, Footer.
bool Repair::is_only_frame(const Damage& damage) const {
  if (damage.header && damage.header->type >= RecordType::index && damage.header->type <= RecordType::footer)
    return true;
  const std::uint64_t end = damage.offset + damage.size;
  if (damage.offset <= kSignature.size()) {
    return end <= kSignature.size() ||
           (!plan_.header() && end <= kSignature.size() + kHeaderSize + draft(header_).body.size());
  }
  if (plan_.footer() && damage.offset >= plan_.footer()->index_offset) return true;
  return plan_.index_ && damage.at_end;
}

void Repair::leave_out(const Damage& damage) {
  if (!is_only_frame(damage)) {
    Lost lost;
    lost.since = std::clamp(ledger_.head().numbering().last_time, Ticks90k(-kTicksMax), Ticks90k(kTicksMax));
    lost.entries = 1;
    if (damage.size > kHeaderSize) lost.media_bytes = damage.size - kHeaderSize;
    if (damage.header && damage.header->type != RecordType::packet) lost.media_bytes = 0;
    entries_lost_ += lost.entries;
    write(draft(lost), lost);
  }
  const auto insertion = plan_.insertions_.find(damage.offset);
  if (insertion == plan_.insertions_.end()) return;
  for (const media::Entry& entry : insertion->second) write_entry(entry);
}

void Repair::seal(bool recovered) {
  const Bytes bytes = encode_seal(plan_.mark(), offset_, ledger_, recovered);
  append(bytes);
}

std::vector<RepairPiece> Repair::take() { return std::exchange(pieces_, {}); }

}  // namespace sluice::record
