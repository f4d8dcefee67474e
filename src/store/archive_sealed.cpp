// Reading a sealed file from its two ends: docs/recording-format.md.
#include <algorithm>
#include <utility>

#include "archive_contents.hpp"
#include "sluice/base/crc32c.hpp"
#include "sluice/record/reader.hpp"

namespace sluice::store {
namespace {

// The Header and, in nearly every file, its first Period with its Tracks.
constexpr std::size_t kHeadSize = 4096;
// What is read at once while going from header to header.
constexpr std::size_t kStepSize = 1024;

// The record at the start of `bytes`, when it is whole and good.
std::optional<record::Found> record_in(ByteView bytes, std::uint32_t mark, std::uint64_t offset) {
  record::Reader reader(mark, offset);
  reader.feed(bytes);
  auto item = reader.next();
  if (!item || !std::holds_alternative<record::Found>(*item)) return std::nullopt;
  return std::move(std::get<record::Found>(*item));
}

template <class T>
const T* get_entry(const std::optional<record::Found>& found) {
  if (!found) return nullptr;
  const auto* entry = std::get_if<media::Entry>(&found->record);
  return entry == nullptr ? nullptr : std::get_if<T>(entry);
}

class SealedFile {
 public:
  SealedFile(ArchiveInput& input, const SessionId& session) : input_(input), session_(session) {}

  Result<std::shared_ptr<const FileContents>> read() {
    const std::shared_ptr<const FileContents> unreadable;
    if (input_.size() < record::kSignature.size() + record::kFooterSize) return unreadable;
    entries_end_ = input_.size() - record::kFooterSize;
    for (const auto step :
         {&SealedFile::read_footer, &SealedFile::read_index, &SealedFile::read_header, &SealedFile::read_segments}) {
      const Result<bool> good = (this->*step)();
      if (!good) return good.error();
      if (!*good) return unreadable;
    }
    contents_.size = input_.size();
    contents_.inode = input_.inode();
    contents_.segments.shrink_to_fit();
    return std::make_shared<const FileContents>(std::move(contents_));
  }

 private:
  struct KnownPeriod {
    std::uint64_t offset = 0;
    bool begins_here = false;  // its first segment is the file's first of it
    bool readable = false;
    std::uint32_t slot = 0;
  };

  Result<bool> read_footer() {
    const auto bytes = input_.read(entries_end_, record::kFooterSize);
    if (!bytes) return bytes.error();
    const auto found = record_in(*bytes, 0, entries_end_);
    if (!found || found->end != input_.size() || !std::holds_alternative<record::Footer>(found->record)) return false;
    footer_ = std::get<record::Footer>(found->record);
    contents_.mark = found->header.mark;
    contents_.target_duration = footer_.numbering.target_duration;
    return footer_.index_offset < entries_end_;
  }

  Result<bool> read_index() {
    const std::uint64_t size = entries_end_ - footer_.index_offset;
    if (size > record::kHeaderSize + record::kBodyMax) return false;
    const auto bytes = input_.read(footer_.index_offset, static_cast<std::size_t>(size));
    if (!bytes) return bytes.error();
    auto found = record_in(*bytes, contents_.mark, footer_.index_offset);
    if (!found || found->end != entries_end_) return false;
    auto* index = std::get_if<record::Index>(&found->record);
    if (index == nullptr) return false;
    entries_end_ = footer_.index_offset;
    index_ = std::move(*index);
    return std::all_of(index_.entries.begin(), index_.entries.end(), [this](const record::IndexEntry& entry) {
      return entry.offset < entry.end && entry.end <= entries_end_ && entry.period_offset <= entry.offset;
    });
  }

  // Without it the file is of use all the same.
  Result<bool> read_header() {
    if (const auto done = fill(0, kHeadSize); !done) return done.error();
    const auto found = record_at(record::kSignature.size());
    if (!found) return found.error();
    if (!*found) return true;
    if (const auto* header = std::get_if<record::FileHeader>(&(*found)->record)) {
      contents_.epoch = header->session.epoch;
      last_time_before_ = header->before.last_time;
    }
    return true;
  }

  Result<bool> read_segments() {
    SegmentGatherer gatherer(contents_.segments);
    std::optional<KnownPeriod> period;
    for (const record::IndexEntry& entry : index_.entries) {
      if (entry.gap) {
        gatherer.add(entry, 0, false, {});
        continue;
      }
      if (!period || period->offset != entry.period_offset) {
        auto read = read_period(entry.period_offset, entry.end);
        if (!read) return read.error();
        if (!read->readable) return false;
        period = *read;
      }
      const auto carried = carried_in(contents_.periods[period->slot]->tracks, entry);
      if (!carried) return carried.error();
      if (gatherer.add(entry, period->slot, period->begins_here, *carried)) period->begins_here = false;
    }
    return true;
  }

  // Its Tracks stand before `first_cut`, the end of its first part in this file. At the head of a file they follow it
  // at once; where a Period begins, packets may lie between them.
  Result<KnownPeriod> read_period(std::uint64_t offset, std::uint64_t first_cut) {
    KnownPeriod known{.offset = offset};
    auto found = record_at(offset);
    if (!found) return found.error();
    const auto* period = get_entry<media::Period>(*found);
    if (period == nullptr) return known;
    hls::PeriodInfo info{session_, *period, {}, {}};
    const bool repeated = ((*found)->header.flags & record::flags::kRepeated) != 0;
    known.begins_here = !repeated || last_time_before_ <= period->media_start;
    for (std::uint64_t at = (*found)->end; at < first_cut;) {
      const auto header = header_at(at);
      if (!header) return header.error();
      if (!*header) return known;
      if ((*header)->type == record::RecordType::track) {
        found = record_at(at);
        if (!found) return found.error();
        const auto* track = get_entry<media::Track>(*found);
        if (track == nullptr) return known;
        info.tracks.push_back(*track);
      } else if (repeated) {
        break;
      }
      at += record::kHeaderSize + (*header)->body_size;
    }
    known.readable = true;
    known.slot = static_cast<std::uint32_t>(contents_.periods.size());
    contents_.periods.push_back(std::make_shared<const hls::PeriodInfo>(std::move(info)));
    return known;
  }

  // Where a container can carry some of the tracks only, the Cut tells which of them the part has.
  Result<std::array<bool, 2>> carried_in(const std::vector<media::Track>& tracks, const record::IndexEntry& entry) {
    std::vector<media::TrackEnd> shown;
    for (const media::Track& track : tracks) {
      const media::TrackEnd end{track.index, 0};
      const auto packaged = carried_by(tracks, {&end, 1});
      if (packaged[0] || packaged[1]) shown.push_back(end);
    }
    const auto some = carried_by(tracks, shown);
    const bool mixed = std::any_of(shown.begin(), shown.end(), [&](const media::TrackEnd& end) {
      return carried_by(tracks, {&end, 1}) != some;
    });
    if (!mixed) return some;
    return carried_in_cut(tracks, entry);
  }

  Result<std::array<bool, 2>> carried_in_cut(const std::vector<media::Track>& tracks, const record::IndexEntry& entry) {
    constexpr std::size_t kFixed = record::kHeaderSize + 33;
    constexpr std::size_t kTrackEnd = 9;
    constexpr std::size_t kPartTarget = 4;  // not in older recordings
    const std::uint64_t size =
        std::min<std::uint64_t>(kFixed + tracks.size() * kTrackEnd + kPartTarget, entry.end - entry.offset);
    const auto bytes = input_.read(entry.end - size, static_cast<std::size_t>(size));
    if (!bytes) return bytes.error();
    for (std::size_t from = 0; from + kFixed <= bytes->size(); ++from) {
      const std::uint64_t offset = entry.end - size + from;
      const ByteView rest = ByteView(*bytes).subspan(from);
      const auto header = record::decode_header(rest);
      if (!header || header->mark != contents_.mark || header->type != record::RecordType::cut) continue;
      const auto found = record_in(rest, contents_.mark, offset);
      const auto* cut = get_entry<media::Cut>(found);
      if (cut != nullptr && found->end == entry.end) return carried_by(tracks, cut->ends);
    }
    // Damaged: whoever asks for the segment is told.
    std::vector<media::TrackEnd> all;
    for (const media::Track& track : tracks) all.push_back({track.index, 0});
    return carried_by(tracks, all);
  }

  Result<void> fill(std::uint64_t offset, std::size_t size) {
    auto bytes = input_.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(size, entries_end_ - offset)));
    if (!bytes) return bytes.error();
    window_ = std::move(*bytes);
    window_offset_ = offset;
    return {};
  }

  // `size` bytes from `offset` on, fewer at the end of the entries.
  Result<ByteView> view(std::uint64_t offset, std::size_t size) {
    const auto inside = [&] { return offset >= window_offset_ && offset + size <= window_offset_ + window_.size(); };
    if (offset >= entries_end_) return ByteView();
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, entries_end_ - offset));
    if (!inside()) {
      if (const auto done = fill(offset, std::max(size, kStepSize)); !done) return done.error();
      size = std::min(size, window_.size());
    }
    return ByteView(window_).subspan(static_cast<std::size_t>(offset - window_offset_), size);
  }

  Result<std::optional<record::RecordHeader>> header_at(std::uint64_t offset) {
    const auto bytes = view(offset, record::kHeaderSize);
    if (!bytes) return bytes.error();
    if (bytes->size() < record::kHeaderSize) return std::optional<record::RecordHeader>();
    auto header = record::decode_header(*bytes);
    if (header && header->mark != contents_.mark) header.reset();
    return header;
  }

  Result<std::optional<record::Found>> record_at(std::uint64_t offset) {
    const auto header = header_at(offset);
    if (!header) return header.error();
    if (!*header) return std::optional<record::Found>();
    const auto bytes = view(offset, record::kHeaderSize + (*header)->body_size);
    if (!bytes) return bytes.error();
    return record_in(*bytes, contents_.mark, offset);
  }

  ArchiveInput& input_;
  const SessionId& session_;
  FileContents contents_;
  record::Footer footer_;
  record::Index index_;
  std::uint64_t entries_end_ = 0;  // what lies before Index and Footer
  Ticks90k last_time_before_{};
  Bytes window_;  // of the file
  std::uint64_t window_offset_ = 0;
};

}  // namespace

Result<std::shared_ptr<const FileContents>> read_sealed(ArchiveInput& input, const SessionId& session) {
  return SealedFile(input, session).read();
}

}  // namespace sluice::store
