#include "archive_scan.hpp"

#include <utility>

#include "sluice/record/cut.hpp"

namespace sluice::store {
namespace {

constexpr std::size_t kChunk = 256 * 1024;

}  // namespace

ArchiveScan::ArchiveScan(SessionId session)
    : session_(std::move(session)), contents_(std::make_shared<FileContents>()), gatherer_(contents_->segments) {}

Result<void> ArchiveScan::read_on(ArchiveInput& input) {
  contents_->inode = input.inode();
  while (offset_ < input.size()) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, input.size() - offset_));
    const auto bytes = input.read(offset_, size);
    if (!bytes) return bytes.error();
    offset_ += bytes->size();
    reader_.feed(*bytes);
    drain();
    if (bytes->size() < size) break;
  }
  contents_->size = offset_;
  return {};
}

void ArchiveScan::finish() {
  reader_.finish();
  drain();
  contents_->segments.shrink_to_fit();
}

void ArchiveScan::drain() {
  while (const auto item = reader_.next()) {
    if (const auto* found = std::get_if<record::Found>(&*item)) {
      pass(*found);
    } else {
      pass(std::get<record::Damage>(*item));
    }
  }
}

void ArchiveScan::pass(const record::Damage& damage) {
  const bool one_record = damage.header && damage.size == record::kHeaderSize + damage.header->body_size;
  if (tracks_follow_ && !(one_record && damage.header->type != record::RecordType::track)) period_.reset();
  // Where the part ended is still known.
  const bool cut = one_record && damage.header->type == record::RecordType::cut;
  part_damaged_ = !cut;
  if (cut) part_offset_ = damage.offset + damage.size;
}

void ArchiveScan::pass(const record::Found& found) {
  contents_->mark = found.header.mark;
  if (const auto* header = std::get_if<record::FileHeader>(&found.record)) {
    contents_->epoch = header->session.epoch;
    contents_->target_duration = header->before.target_duration;
    last_time_before_ = header->before.last_time;
  }
  if (const auto* entry = std::get_if<media::Entry>(&found.record)) pass(found, *entry);
}

void ArchiveScan::pass(const record::Found& found, const media::Entry& entry) {
  if (const auto* period = std::get_if<media::Period>(&entry)) {
    period_ = *period;
    tracks_.clear();
    slot_.reset();
    repeated_ = (found.header.flags & record::flags::kRepeated) != 0;
    tracks_follow_ = true;
    begins_period_ = !repeated_ || last_time_before_ <= period->media_start;
    last_fragment_ = 0;
    part_offset_ = found.offset;
    part_damaged_ = false;
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    tracks_.push_back(*track);
  } else if (repeated_) {
    tracks_follow_ = false;
  }
  if (const auto* cut = std::get_if<media::Cut>(&entry)) {
    contents_->target_duration = cut->target_duration;
    close_part(found, *cut);
  } else if (const auto* gap = std::get_if<media::Gap>(&entry)) {
    contents_->target_duration = gap->target_duration;
    gatherer_.add({.offset = found.offset,
                   .end = found.end,
                   .msn = gap->msn,
                   .start = gap->start,
                   .duration = gap->duration,
                   .gap = true},
                  0, false, {});
    part_offset_ = found.end;
    part_damaged_ = false;
  }
}

void ArchiveScan::close_part(const record::Found& found, const media::Cut& cut) {
  tracks_follow_ = false;
  const record::IndexEntry entry{.offset = std::exchange(part_offset_, found.end),
                                 .end = found.end,
                                 .msn = cut.msn,
                                 .start = cut.start,
                                 .duration = cut.duration,
                                 .part = cut.part,
                                 .ends_segment = cut.ends_segment,
                                 .independent = cut.independent,
                                 .added = cut.added};
  // The Period this belongs to was damaged.
  const std::uint64_t fragment = record::is_part(cut) ? cut.fragment : cut.fragment - 1;
  if (std::exchange(last_fragment_, fragment) >= cut.fragment) period_.reset();
  // A part that is left out makes its segment incomplete.
  if (std::exchange(part_damaged_, false) || !period_) return;
  if (!slot_) {
    slot_ = static_cast<std::uint32_t>(contents_->periods.size());
    contents_->periods.push_back(
        std::make_shared<const hls::PeriodInfo>(hls::PeriodInfo{session_, *period_, tracks_, {}}));
  }
  if (gatherer_.add(entry, *slot_, begins_period_, carried_by(tracks_, cut.ends))) begins_period_ = false;
}

}  // namespace sluice::store
