#include "sluice/store/window_reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <iterator>

#include "sluice/store/recording_file.hpp"

namespace sluice::store {
namespace {

using Entries = std::vector<media::Entry>;

// A playlist lists six segments at least; one more shows that nothing before them is missing.
constexpr std::size_t kSegmentsMin = 7;

bool begins_segment(const record::IndexEntry& entry) { return entry.gap || entry.part == 0; }

// What is still to be read.
struct Wanted {
  Ticks90k media{};
  std::size_t segments = 0;

  bool any() const { return media > Ticks90k(0) || segments > 0; }
  void take(const record::IndexEntry& entry) {
    if (entry.gap) return;
    media -= entry.duration;
    if (entry.ends_segment && segments > 0) --segments;
  }
};

// The first entry of a file's end that has what is wanted, at the start of a segment.
std::size_t first_within(const std::vector<record::IndexEntry>& entries, Wanted& wanted) {
  std::size_t first = entries.size();
  while (first > 0 && (wanted.any() || !begins_segment(entries[first]))) wanted.take(entries[--first]);
  return first;
}

// Appends what a playlist is made of. A segment that is damaged anywhere is left out: under its name there were other
// bytes. So is all up to the next Period when it may have been a Period or a Track.
class Collector {
 public:
  Collector(Entries& to, bool heads_only) : to_(to), heads_only_(heads_only) {}

  void operator()(const record::Reader::Item& item) {
    if (const auto* damage = std::get_if<record::Damage>(&item)) return on_damage(*damage);
    const auto* entry = std::get_if<media::Entry>(&std::get<record::Found>(item).record);
    if (entry != nullptr) on_entry(*entry);
  }

 private:
  static bool is_head(const media::Entry& entry) {
    return std::holds_alternative<media::Period>(entry) || std::holds_alternative<media::Track>(entry);
  }

  void on_damage(const record::Damage& damage) {
    damaged_ = true;
    const bool known = damage.header && (damage.header->type == record::RecordType::packet ||
                                         damage.header->type == record::RecordType::cut ||
                                         damage.header->type == record::RecordType::data);
    lost_head_ = lost_head_ || !known;
    const auto segment = to_.begin() + static_cast<std::ptrdiff_t>(segment_begin_);
    to_.erase(std::remove_if(segment, to_.end(), [](const media::Entry& entry) { return !is_head(entry); }), to_.end());
  }

  void on_entry(const media::Entry& entry) {
    const auto* cut = std::get_if<media::Cut>(&entry);
    if (std::holds_alternative<media::Period>(entry)) damaged_ = lost_head_ = false;
    const bool wanted = is_head(entry) || (!heads_only_ && !damaged_ && is_shown(entry));
    if (wanted && !lost_head_) to_.push_back(entry);
    if (std::holds_alternative<media::Gap>(entry) || (cut != nullptr && cut->ends_segment)) {
      damaged_ = lost_head_;
      segment_begin_ = to_.size();
    }
  }

  static bool is_shown(const media::Entry& entry) {
    const auto* packet = std::get_if<media::Packet>(&entry);
    return packet != nullptr ? !packet->hidden : !std::holds_alternative<media::Data>(entry);
  }

  Entries& to_;
  bool heads_only_;
  std::size_t segment_begin_ = 0;
  bool damaged_ = false;
  bool lost_head_ = false;
};

// The entries of the segments from `first` on, with the Period they begin in.
std::optional<Entries> read_segments(int fd, const std::vector<record::IndexEntry>& index, std::size_t first,
                                     std::uint64_t end) {
  Entries entries;
  const record::IndexEntry& from = index[first];
  if (from.offset != from.period_offset) {
    // The Tracks stand before the Period's first Cut.
    const auto head = std::find_if(index.begin(), index.end(), [&](const record::IndexEntry& one) {
      return one.period_offset == from.period_offset;
    });
    if (read_range(fd, from.period_offset, head->end, Collector(entries, true))) return std::nullopt;
  }
  if (read_range(fd, from.offset, end, Collector(entries, false))) return std::nullopt;
  return entries;
}

std::optional<Entries> read_whole(int fd) {
  Entries entries;
  Collector collector(entries, false);
  if (!read_all(fd, [&collector](const record::Reader::Item& item) { collector(item); })) return std::nullopt;
  return entries;
}

struct FileEnd {
  SessionId session;
  Entries entries;
  bool whole = false;  // nothing of the file was left out
};

// What there is in a file, by its end or, of one that could not be sealed, by all of it.
struct Contents {
  record::FileHeader header;
  std::vector<record::IndexEntry> index;
  std::uint64_t entries_end = 0;
  std::optional<media::Cut> closing;  // that sealing will add
};

std::optional<Contents> read_contents(const Descriptor& file, const std::filesystem::path& path, bool sealed) {
  if (!sealed) {
    const auto scanned = scan(file.get());
    if (!scanned || !scanned->header) return std::nullopt;
    return Contents{*scanned->header, scanned->ledger.index().entries, scanned->entries_end,
                    scanned->open_part.closing()};
  }
  const auto summary = read_summary(path);
  if (!summary || !summary->footer || !summary->header) return std::nullopt;
  auto index = read_index(file.get(), *summary->footer);
  if (!index) return std::nullopt;
  return Contents{*summary->header, std::move(index->entries), summary->footer->index_offset, std::nullopt};
}

std::optional<FileEnd> read_end(const std::filesystem::path& path, bool sealed, const SessionId& epoch,
                                Wanted& wanted) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  const auto contents = read_contents(file, path, sealed);
  if (!contents || contents->header.session.epoch != epoch) return std::nullopt;
  FileEnd result{contents->header.session.session, {}, true};
  if (contents->index.empty() && !contents->closing) return result;
  const std::size_t first = first_within(contents->index, wanted);
  auto entries = first < contents->index.size()
                     ? read_segments(file.get(), contents->index, first, contents->entries_end)
                     : read_whole(file.get());
  if (!entries) return std::nullopt;
  result.entries = std::move(*entries);
  if (contents->closing) result.entries.emplace_back(*contents->closing);
  result.whole = first == 0;
  return result;
}

}  // namespace

std::vector<live::RecordedSession> read_window(const std::filesystem::path& directory,
                                               const std::vector<RecordingName>& names, const SessionId& epoch,
                                               Ticks90k window) {
  std::vector<live::RecordedSession> newest_first;
  Wanted wanted{window, kSegmentsMin};
  for (auto name = names.rbegin(); name != names.rend() && wanted.any(); ++name) {
    auto end = read_end(directory / name->filename(), name->sealed, epoch, wanted);
    if (!end) break;
    if (newest_first.empty() || newest_first.back().session != end->session) {
      newest_first.push_back({end->session, {}});
    }
    Entries& entries = newest_first.back().entries;
    end->entries.insert(end->entries.end(), std::make_move_iterator(entries.begin()),
                        std::make_move_iterator(entries.end()));
    entries = std::move(end->entries);
    if (!end->whole) break;
  }
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

}  // namespace sluice::store
