#include "archive_locate.hpp"

#include <algorithm>
#include <utility>

namespace sluice::store {

using hls::ArchiveFault;

ArchiveFault missing(ArchiveStore::Stream* stream, const SessionId& session, bool passed) {
  if (stream == nullptr) return ArchiveFault::unknown;
  const SessionId& newest = stream->listing.sessions().back().id;
  return session < newest || (session == newest && passed) ? ArchiveFault::gone : ArchiveFault::unknown;
}

std::optional<Error> fault_before(ArchiveStore& store, ArchiveStore::Stream& stream, const ListedSession& session,
                                  std::size_t end) {
  while (end-- > 0) {
    const auto contents = store.load(stream, session, session.files[end]);
    if (!contents) return contents.error();
    if (*contents != nullptr && !(*contents)->segments.empty()) break;
  }
  return std::nullopt;
}

Result<Search> find_segment(ArchiveStore& store, ArchiveStore::Stream* stream, const SessionId& id, std::uint64_t msn,
                            bool added) {
  ListedSession* session = stream != nullptr ? stream->listing.find(id) : nullptr;
  if (session == nullptr) return Search{std::nullopt, missing(stream, id, false)};
  const auto file = first_file(store, *stream, *session, [msn](const FileContents& contents) -> std::optional<bool> {
    if (contents.segments.empty()) return std::nullopt;
    return contents.segments.back().msn >= msn;
  });
  if (file == session->files.size()) {
    if (auto fault = fault_before(store, *stream, *session, file)) return *fault;
    return Search{std::nullopt, missing(stream, id, false)};
  }
  auto contents = store.load(*stream, *session, session->files[file]);
  if (!contents) return contents.error();
  if (*contents == nullptr) return Search{std::nullopt, missing(stream, id, true)};
  const auto& segments = (*contents)->segments;
  if (segments.empty() || segments.front().msn > msn) {
    if (auto fault = fault_before(store, *stream, *session, file)) return *fault;
  }
  const auto place = std::lower_bound(segments.begin(), segments.end(), msn,
                                      [](const SegmentPlace& one, std::uint64_t number) { return one.msn < number; });
  if (place == segments.end() || place->msn != msn) return Search{std::nullopt, missing(stream, id, true)};
  if (place->gap || (added && !place->added)) return Search{std::nullopt, ArchiveFault::unknown};
  // What the process that was killed may have listed under the number.
  if (!added && place->added) return Search{std::nullopt, ArchiveFault::gone};
  return Search{Located{stream, session, file, *contents, *place}, {}};
}

Result<std::optional<ArchivedParts>> read_located(ArchiveStore& store, const Located& located) {
  auto input = store.open(*located.stream, *located.session, located.listed());
  if (!input) return input.error();
  if (!*input) return std::optional<ArchivedParts>();
  const bool same = (*input)->inode() == located.contents->inode && (*input)->size() >= located.place.end;
  if (!same) {
    store.forget(*located.stream, *located.session, located.listed());
    return std::optional<ArchivedParts>();
  }
  auto parts = read_parts(**input, *located.contents, located.place);
  if (!parts) return parts.error();
  return std::optional(std::move(*parts));
}

Result<Search> find_period(ArchiveStore& store, ArchiveStore::Stream* stream, const SessionId& id,
                           std::uint64_t number) {
  ListedSession* session = stream != nullptr ? stream->listing.find(id) : nullptr;
  if (session == nullptr) return Search{std::nullopt, missing(stream, id, false)};
  const auto file = first_file(store, *stream, *session, [number](const FileContents& contents) -> std::optional<bool> {
    if (contents.periods.empty()) return std::nullopt;
    return contents.periods.back()->period.number >= number;
  });
  if (file == session->files.size()) {
    if (auto fault = fault_before(store, *stream, *session, file)) return *fault;
    return Search{std::nullopt, missing(stream, id, false)};
  }
  auto contents = store.load(*stream, *session, session->files[file]);
  if (!contents) return contents.error();
  if (*contents == nullptr) return Search{std::nullopt, missing(stream, id, true)};
  for (const SegmentPlace& place : (*contents)->segments) {
    if (place.gap || (*contents)->period_of(place).period.number != number) continue;
    return Search{Located{stream, session, file, *contents, place}, {}};
  }
  if (auto fault = fault_before(store, *stream, *session, file)) return *fault;
  return Search{std::nullopt, missing(stream, id, true)};
}

}  // namespace sluice::store
