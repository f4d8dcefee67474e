#include "sluice/store/archive_reader.hpp"

#include <algorithm>
#include <utility>

#include "archive_locate.hpp"
#include "archive_part.hpp"
#include "archive_span.hpp"

namespace sluice::store {
namespace {

using hls::ArchiveAnswer;
using hls::ArchiveFault;

// How many segments are searched for the first frame of a track.
constexpr std::size_t kFirstFrameSegmentsMax = 16;
constexpr int kAttempts = 3;

template <class T>
ArchiveAnswer<T> failed(const Error& error) {
  return {std::nullopt, ArchiveFault::failed, error.message};
}

bool has_no_record(const media::Track& track) {
  return track.config.codec == media::Codec::ac3 || track.config.codec == media::Codec::eac3;
}

// Puts the first frames of tracks that need one and lack it; true when none lacks it any more.
bool add_first_frames(hls::PeriodInfo& period, const ArchivedParts& parts) {
  bool complete = true;
  for (std::size_t i = 0; i < period.tracks.size(); ++i) {
    if (!has_no_record(period.tracks[i]) || !period.first_frames[i].empty()) continue;
    for (const auto& part : parts) {
      const auto first = std::find_if(part->packets.begin(), part->packets.end(), [&](const media::Packet& packet) {
        return packet.track == period.tracks[i].index;
      });
      if (first == part->packets.end()) continue;
      period.first_frames[i] = first->data;
      break;
    }
    complete = complete && !period.first_frames[i].empty();
  }
  return complete;
}

// Reads segments from `first` on until all frames are there that the initialisation section needs.
Result<std::shared_ptr<const hls::PeriodInfo>> with_first_frames(ArchiveStore& store, Located first) {
  hls::PeriodInfo period = first.contents->period_of(first.place);
  period.first_frames.resize(period.tracks.size());
  std::uint64_t msn = first.place.msn;
  std::size_t budget = add_first_frames(period, {}) ? 0 : kFirstFrameSegmentsMax;
  for (std::size_t file = first.file; budget > 0 && file < first.session->files.size(); ++file) {
    auto contents = store.load(*first.stream, *first.session, first.session->files[file]);
    if (!contents) return contents.error();
    if (*contents == nullptr) continue;
    for (const SegmentPlace& place : (*contents)->segments) {
      if (place.gap || place.msn < msn) continue;
      if ((*contents)->period_of(place).period.number != period.period.number) {
        budget = 0;
        break;
      }
      Located located{first.stream, first.session, file, *contents, place};
      const auto parts = read_located(store, located);
      if (!parts) return parts.error();
      if ((*parts && add_first_frames(period, **parts)) || --budget == 0) {
        budget = 0;
        break;
      }
    }
  }
  return std::make_shared<const hls::PeriodInfo>(std::move(period));
}

}  // namespace

ArchiveReader::ArchiveReader(ArchiveReaderOptions options)
    : store_(std::make_unique<ArchiveStore>(std::move(options))) {}
ArchiveReader::~ArchiveReader() = default;

ArchiveCounts ArchiveReader::counts() const { return store_->counts(); }
std::size_t ArchiveReader::memory_bytes() const { return store_->memory_bytes(); }

ArchiveAnswer<hls::ArchivedSpan> ArchiveReader::span(const StreamName& name, const hls::ArchiveQuery& query) {
  using Span = hls::ArchivedSpan;
  store_->begin_question();
  const auto stream = store_->current(name);
  if (!stream) return failed<Span>(stream.error());
  if (*stream == nullptr) return {std::nullopt, ArchiveFault::unknown, {}};
  auto span = ArchiveSpanReader(*store_, **stream, query).read();
  if ((!span || span->empty()) && store_->fault()) return failed<Span>(*store_->fault());
  if (span) return {std::move(*span), {}, {}};
  const SessionId& named = query.session ? *query.session : *query.epoch;
  return {std::nullopt, missing(*stream, named, false), {}};
}

// A directory may change while it is read: what is not where it was listed is looked for again.
ArchiveAnswer<std::vector<std::shared_ptr<const hls::Part>>> ArchiveReader::segment(const StreamName& name,
                                                                                    const SessionId& session,
                                                                                    std::uint64_t msn, bool added) {
  store_->begin_question();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto stream = attempt == 0 ? store_->known(name) : store_->current(name);
    if (!stream) return failed<ArchivedParts>(stream.error());
    const auto search = find_segment(*store_, *stream, session, msn, added);
    if (!search) return failed<ArchivedParts>(search.error());
    if (search->found) {
      auto parts = read_located(*store_, *search->found);
      if (!parts) return failed<ArchivedParts>(parts.error());
      if (*parts) return {std::move(**parts), {}, {}};
    } else if (attempt > 0) {
      return {std::nullopt, search->fault, {}};
    }
  }
  return {std::nullopt, ArchiveFault::gone, {}};
}

ArchiveAnswer<std::shared_ptr<const hls::Part>> ArchiveReader::part(const StreamName& name,
                                                                    const hls::PartName& wanted) {
  using Part = std::shared_ptr<const hls::Part>;
  store_->begin_question();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto stream = attempt == 0 ? store_->known(name) : store_->current(name);
    if (!stream) return failed<Part>(stream.error());
    auto search = find_part(*store_, *stream, wanted);
    if (!search) return failed<Part>(search.error());
    if (search->found != nullptr) return {std::move(search->found), {}, {}};
    if (attempt > 0 && !search->changed) return {std::nullopt, search->fault, {}};
  }
  return {std::nullopt, ArchiveFault::gone, {}};
}

ArchiveAnswer<std::shared_ptr<const hls::PeriodInfo>> ArchiveReader::period(const StreamName& name,
                                                                            const SessionId& session,
                                                                            std::uint64_t number) {
  using Period = std::shared_ptr<const hls::PeriodInfo>;
  store_->begin_question();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto stream = attempt == 0 ? store_->known(name) : store_->current(name);
    if (!stream) return failed<Period>(stream.error());
    const auto search = find_period(*store_, *stream, session, number);
    if (!search) return failed<Period>(search.error());
    if (search->found) {
      auto period = with_first_frames(*store_, *search->found);
      if (!period) return failed<Period>(period.error());
      return {std::move(*period), {}, {}};
    }
    if (attempt > 0) return {std::nullopt, search->fault, {}};
  }
  return {std::nullopt, ArchiveFault::gone, {}};
}

}  // namespace sluice::store
