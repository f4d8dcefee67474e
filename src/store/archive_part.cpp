#include "archive_part.hpp"

#include <algorithm>
#include <utility>

#include "archive_locate.hpp"

namespace sluice::store {
namespace {

using hls::ArchiveFault;
using Part = std::shared_ptr<const hls::Part>;

// The last of [low, high) for which `tell` says true, which it does for all before it; none when there is none. Those
// that cannot tell (none) are passed over.
template <class Tell>
std::optional<std::size_t> last_true(std::size_t low, std::size_t high, Tell tell) {
  std::optional<std::size_t> answer;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    std::size_t probe = middle;
    std::optional<bool> told;
    while (probe < high && !(told = tell(probe))) ++probe;
    if (told == true) {
      answer = probe;
      low = probe + 1;
    } else {
      high = middle;
    }
  }
  return answer;
}

class PartFinder {
 public:
  PartFinder(ArchiveStore& store, ArchiveStore::Stream& stream, ListedSession& session, const hls::PartName& name)
      : store_(store), stream_(stream), session_(session), name_(name) {}

  Result<PartSearch> find() {
    const auto number = name_.period;
    const std::size_t files = session_.files.size();
    const auto periods_of = [](auto reached) {
      return [reached](const FileContents& contents) -> std::optional<bool> {
        if (contents.periods.empty()) return std::nullopt;
        return reached(contents.periods);
      };
    };
    const std::size_t first =
        first_file(store_, stream_, session_,
                   periods_of([number](const auto& periods) { return periods.back()->period.number >= number; }));
    const std::size_t behind =
        first_file(store_, stream_, session_,
                   periods_of([number](const auto& periods) { return periods.front()->period.number > number; }));
    beyond_ = behind < files;
    Part part = name_.added ? find_added(first, behind) : find_cut(first, behind);
    if (part != nullptr) return PartSearch{std::move(part), {}, false};
    if (fault_) return *fault_;
    if (store_.fault()) return *store_.fault();
    return PartSearch{nullptr, missing(&stream_, session_.id, beyond_), changed_};
  }

 private:
  // The Period's segments in a file that have media.
  std::vector<Located> segments_in(std::size_t file) {
    std::vector<Located> segments;
    const auto contents = store_.load_readable(stream_, session_, session_.files[file]);
    if (contents == nullptr) return segments;
    for (const SegmentPlace& place : contents->segments) {
      if (place.gap || contents->period_of(place).period.number != name_.period) continue;
      segments.push_back({&stream_, &session_, file, contents, place});
    }
    return segments;
  }

  // Recovery adds to the end of what there is.
  Part find_added(std::size_t first, std::size_t behind) {
    for (std::size_t file = behind; file-- > first;) {
      const std::vector<Located> segments = segments_in(file);
      if (segments.empty()) continue;
      if (!segments.back().place.added) return nullptr;
      return part_in(segments.back());
    }
    return nullptr;
  }

  Part find_cut(std::size_t first, std::size_t behind) {
    const auto file = last_true(first, behind, [this](std::size_t one) -> std::optional<bool> {
      for (const Located& segment : segments_in(one)) {
        if (const auto told = reaches(segment)) return told;
      }
      return std::nullopt;
    });
    if (!file) return nullptr;
    const std::vector<Located> segments = segments_in(*file);
    const auto segment =
        last_true(0, segments.size(), [&](std::size_t one) -> std::optional<bool> { return reaches(segments[one]); });
    return segment ? part_in(segments[*segment]) : nullptr;
  }

  // Whether a segment begins with the part or before it; none when it cannot be read, or begins with a part that
  // recovery had to number for itself.
  std::optional<bool> reaches(const Located& segment) {
    const std::optional<std::uint64_t> begin = first_part_of(segment);
    if (!begin) return std::nullopt;
    beyond_ = beyond_ || *begin > name_.fragment;
    return *begin <= name_.fragment;
  }

  // Read once: a search passes by many segments.
  std::optional<std::uint64_t> first_part_of(const Located& segment) {
    auto& known = segment.contents->first_parts;
    if (const auto found = known.find(segment.place.offset); found != known.end()) return found->second;
    const auto parts = read(segment);
    if (parts.empty()) return std::nullopt;
    const auto& cut = parts.front()->cut;
    return known.emplace(segment.place.offset, cut.added ? std::nullopt : std::optional(cut.fragment)).first->second;
  }

  Part part_in(const Located& segment) {
    for (const Part& part : read(segment)) {
      beyond_ = beyond_ || part->cut.fragment >= name_.fragment;
      if (part->cut.fragment == name_.fragment && part->cut.added == name_.added) return part;
    }
    return nullptr;
  }

  ArchivedParts read(const Located& segment) {
    auto parts = read_located(store_, segment);
    if (!parts) {
      if (!fault_) fault_ = parts.error();
      return {};
    }
    if (*parts) return std::move(**parts);
    changed_ = true;
    return {};
  }

  ArchiveStore& store_;
  ArchiveStore::Stream& stream_;
  ListedSession& session_;
  const hls::PartName& name_;
  bool beyond_ = false;  // something is there that comes behind the part, or would have to be it
  bool changed_ = false;
  std::optional<Error> fault_;
};

}  // namespace

Result<PartSearch> find_part(ArchiveStore& store, ArchiveStore::Stream* stream, const hls::PartName& name) {
  ListedSession* session = stream != nullptr ? stream->listing.find(name.session) : nullptr;
  if (session == nullptr) return PartSearch{nullptr, missing(stream, name.session, false), false};
  return PartFinder(store, *stream, *session, name).find();
}

}  // namespace sluice::store
