#include "archive_span.hpp"

#include <algorithm>
#include <utility>

namespace sluice::store {
namespace {

// A session's media does not begin before the session, as far as the clock was not set back meanwhile; by up to so much
// it may have been.
constexpr Micros kClockSlack = std::chrono::minutes(10);

}  // namespace

std::optional<SessionId> epoch_of(ArchiveStore& store, ArchiveStore::Stream& stream, ListedSession& session) {
  if (session.epoch) return session.epoch;
  bool any_readable = false;
  for (const ListedFile& file : session.files) {
    const auto contents = store.load_readable(stream, session, file);
    if (contents == nullptr) continue;
    any_readable = true;
    if (!contents->epoch) continue;
    session.epoch = contents->epoch;
    return session.epoch;
  }
  return any_readable ? std::optional(session.id) : std::nullopt;
}

ArchiveSpanReader::ArchiveSpanReader(ArchiveStore& store, ArchiveStore::Stream& stream, const hls::ArchiveQuery& query)
    : store_(store), stream_(stream), query_(query), from_(query.from) {}

std::optional<hls::ArchivedSpan> ArchiveSpanReader::read() {
  if (!find_sessions()) return std::nullopt;
  apply_last();
  for (auto index = sessions_.rbegin(); index != sessions_.rend(); ++index) {
    const bool older_may_overlap = collect(*index);
    if (!older_may_overlap) break;
  }
  for (auto overlap = overlaps_.rbegin(); overlap != overlaps_.rend(); ++overlap) {
    if (const auto epoch = epoch_of(store_, stream_, session(overlap->session))) list(*overlap, *epoch);
  }
  number_epochs();
  mark_open();
  return std::move(span_);
}

// False when there is no such session or epoch.
bool ArchiveSpanReader::find_sessions() {
  bool has_epoch = !query_.epoch;
  bool has_session = !query_.session;
  for (std::size_t index = 0; index < stream_.listing.sessions().size(); ++index) {
    ListedSession& one = session(index);
    // An epoch is named after its first session, so only a later session may be of a later one.
    if (query_.epoch && one.id >= *query_.epoch) {
      const auto epoch = epoch_of(store_, stream_, one);
      if (!epoch) continue;
      if (*epoch > *query_.epoch) break;
      has_epoch = has_epoch || *epoch == *query_.epoch;
    }
    if (query_.session && one.id != *query_.session) continue;
    has_session = true;
    // Names are UTC: "20261121T035512Z-3f9a2c".
    if (query_.to && one.id.text() > to_compact_utc(*query_.to + kClockSlack)) continue;
    sessions_.push_back(index);
  }
  return has_epoch && has_session;
}

void ArchiveSpanReader::apply_last() {
  if (!query_.last) return;
  for (auto index = sessions_.rbegin(); index != sessions_.rend(); ++index) {
    const auto newest = newest_media(*index);
    if (newest == nullptr) continue;
    const WallTime from = newest->end_of(*newest->last_media()) - *query_.last;
    from_ = from_ ? std::max(*from_, from) : from;
    break;
  }
}

// Null when the session has no media.
ArchiveStore::Contents ArchiveSpanReader::newest_media(std::size_t index) {
  const auto& files = session(index).files;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    auto contents = store_.load_readable(stream_, session(index), *file);
    if (contents != nullptr && contents->last_media() != nullptr) return contents;
  }
  return nullptr;
}

// False when the session ended before the span, and so did those before it.
bool ArchiveSpanReader::collect(std::size_t index) {
  std::size_t first = 0;
  const auto& files = session(index).files;
  if (from_) {
    first = first_file(store_, stream_, session(index), [this](const FileContents& contents) {
      const SegmentPlace* media = contents.last_media();
      return media == nullptr ? std::nullopt : std::optional(contents.end_of(*media) > *from_);
    });
    if (first == files.size()) return newest_media(index) == nullptr;
  }
  Overlap overlap{index, {}};
  for (std::size_t i = first; i < files.size(); ++i) {
    auto contents = store_.load_readable(stream_, session(index), files[i]);
    if (contents == nullptr || contents->segments.empty()) continue;
    const SegmentPlace* media = contents->first_media();
    if (query_.to && media != nullptr && contents->start_of(*media) >= *query_.to) break;
    overlap.files.push_back(std::move(contents));
  }
  overlaps_.push_back(std::move(overlap));
  return true;
}

void ArchiveSpanReader::list(const Overlap& overlap, const SessionId& epoch) {
  if (span_.empty() || span_.back().epoch != epoch) span_.push_back({epoch, 0, {}});
  auto& segments = span_.back().segments;
  for (const ArchiveStore::Contents& file : overlap.files) {
    for (const SegmentPlace& place : file->segments) {
      // A playlist does not begin with what it lacks. A gap is told in terms of the Period before it, as the publisher
      // may have been away.
      if (place.gap && segments.empty()) continue;
      if (!segments.empty() && place.msn <= segments.back().msn) continue;
      hls::ArchivedSegment segment;
      segment.period = place.gap ? segments.back().period : file->periods[place.period];
      segment.msn = place.msn;
      segment.start = place.start;
      segment.duration = place.duration;
      segment.bytes = place.end - place.offset;
      segment.target_duration = file->target_duration;
      segment.independent = place.independent;
      segment.gap = place.gap;
      segment.added = place.added;
      segment.begins_period = place.begins_period;
      segment.carried = place.carried;
      if (from_ && segment.date() + to_micros(segment.duration) <= *from_) continue;
      if (query_.to && segment.date() >= *query_.to) continue;
      segments.push_back(std::move(segment));
    }
  }
  if (segments.empty()) span_.pop_back();
}

void ArchiveSpanReader::number_epochs() {
  auto& all = stream_.listing.sessions();
  for (hls::ArchivedEpoch& epoch : span_) {
    epoch.first_msn = epoch.segments.front().msn;
    auto one = std::lower_bound(all.begin(), all.end(), epoch.epoch,
                                [](const ListedSession& session, const SessionId& id) { return session.id < id; });
    for (; one != all.end(); ++one) {
      const auto its_epoch = epoch_of(store_, stream_, *one);
      if (!its_epoch) continue;
      if (*its_epoch != epoch.epoch) break;
      const auto first = first_msn(static_cast<std::size_t>(one - all.begin()));
      if (!first) continue;
      epoch.first_msn = std::min(epoch.first_msn, *first);
      break;
    }
  }
}

// A file whose Header cannot be read does not count: nobody goes on writing it.
void ArchiveSpanReader::mark_open() {
  for (ListedSession& one : stream_.listing.sessions()) {
    if (query_.session && one.id != *query_.session) continue;
    for (const ListedFile& file : one.files) {
      if (file.sealed) continue;
      const auto id = epoch_of(store_, stream_, one);
      if (!id) break;
      const auto epoch = std::find_if(span_.begin(), span_.end(),
                                      [&id](const hls::ArchivedEpoch& listed) { return listed.epoch == *id; });
      if (epoch == span_.end() || epoch->open) break;
      const auto contents = store_.load_readable(stream_, one, file);
      epoch->open = contents != nullptr && contents->epoch;
    }
  }
}

// None when the session has no media.
std::optional<std::uint64_t> ArchiveSpanReader::first_msn(std::size_t index) {
  for (const ListedFile& file : session(index).files) {
    const auto contents = store_.load_readable(stream_, session(index), file);
    const SegmentPlace* media = contents != nullptr ? contents->first_media() : nullptr;
    if (media != nullptr) return media->msn;
  }
  return std::nullopt;
}

}  // namespace sluice::store
