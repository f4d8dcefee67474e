#include "sluice/store/window_reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <iterator>

#include "sluice/store/recording_file.hpp"

namespace sluice::store {
namespace {

using Entries = std::vector<media::Entry>;

bool begins_segment(const record::IndexEntry& entry) { return entry.gap || entry.part == 0; }

// The first entry of a file's end that lasts `window`, at the start of a segment.
std::size_t first_within(const std::vector<record::IndexEntry>& entries, Ticks90k window) {
  Ticks90k covered{};
  std::size_t first = entries.size();
  while (first > 0 && (covered < window || !begins_segment(entries[first]))) covered += entries[--first].duration;
  return first;
}

// Appends what a playlist is made of.
class Collector {
 public:
  Collector(Entries& to, bool heads_only) : to_(to), heads_only_(heads_only) {}

  void operator()(const record::Reader::Item& item) const {
    const auto* found = std::get_if<record::Found>(&item);
    const auto* entry = found == nullptr ? nullptr : std::get_if<media::Entry>(&found->record);
    if (entry == nullptr || std::holds_alternative<media::Data>(*entry)) return;
    const bool head = std::holds_alternative<media::Period>(*entry) || std::holds_alternative<media::Track>(*entry);
    if (heads_only_ && !head) return;
    if (const auto* packet = std::get_if<media::Packet>(entry); packet != nullptr && packet->hidden) return;
    to_.push_back(*entry);
  }

 private:
  Entries& to_;
  bool heads_only_;
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

struct FileEnd {
  SessionId session;
  Entries entries;
  bool whole = false;  // nothing of the file was left out
  Ticks90k duration{};
};

std::optional<FileEnd> read_end(const std::filesystem::path& path, const SessionId& epoch, Ticks90k window) {
  const auto summary = read_summary(path);
  if (!summary || !summary->footer || !summary->header || summary->header->session.epoch != epoch) return std::nullopt;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  const auto index = read_index(file.get(), *summary->footer);
  if (!index) return std::nullopt;
  FileEnd result{summary->header->session.session, {}, true, {}};
  if (index->entries.empty()) return result;
  const std::size_t first = first_within(index->entries, window);
  auto entries = read_segments(file.get(), index->entries, first, summary->footer->index_offset);
  if (!entries) return std::nullopt;
  result.entries = std::move(*entries);
  result.whole = first == 0;
  for (std::size_t i = first; i < index->entries.size(); ++i) result.duration += index->entries[i].duration;
  return result;
}

}  // namespace

std::vector<live::RecordedSession> read_window(const std::filesystem::path& directory,
                                               const std::vector<RecordingName>& names, const SessionId& epoch,
                                               Ticks90k window) {
  std::vector<live::RecordedSession> newest_first;
  for (auto name = names.rbegin(); name != names.rend() && window > Ticks90k(0); ++name) {
    if (!name->sealed) break;
    auto end = read_end(directory / name->filename(), epoch, window);
    if (!end) break;
    if (newest_first.empty() || newest_first.back().session != end->session) {
      newest_first.push_back({end->session, {}});
    }
    Entries& entries = newest_first.back().entries;
    end->entries.insert(end->entries.end(), std::make_move_iterator(entries.begin()),
                        std::make_move_iterator(entries.end()));
    entries = std::move(end->entries);
    window -= end->duration;
    if (!end->whole) break;
  }
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

}  // namespace sluice::store
