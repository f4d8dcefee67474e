#include "sluice/hls/archive_playlist.hpp"

#include <algorithm>
#include <utility>

#include "sluice/base/check.hpp"
#include "sluice/hls/route.hpp"

namespace sluice::hls {
namespace {

using media::Container;

// More missing numbers than any publisher's absence makes: the recording is damaged, or most of it was removed.
constexpr std::int64_t kHoleMax = 100'000;
// EXTINF of a gap for which no time is left.
constexpr Ticks90k kTiny = Millis(1);

constexpr std::size_t kListedMin = 6;
constexpr int kListedTargetDurationsMin = 3;

std::size_t index_of(Container container) { return container == Container::fmp4 ? 0 : 1; }

bool same_period(const ArchivedSegment& left, const ArchivedSegment& right) {
  return left.period->period.number == right.period->period.number && left.period->session == right.period->session;
}

WallTime end_of(const ArchivedSegment& segment) { return segment.date() + to_micros(segment.duration); }
std::int64_t number_of(const ArchivedSegment& segment) { return static_cast<std::int64_t>(segment.msn); }
std::int64_t period_of(const ArchivedSegment& segment) {
  return static_cast<std::int64_t>(segment.period->period.number);
}

EpochPlace place_before(const ArchivedEpoch& next, const EpochPlace& next_place, const ArchivedEpoch& epoch) {
  const ArchivedSegment& last = epoch.segments.back();
  const ArchivedSegment& first = next.segments.front();
  const Micros room = first.date() + next_place.date - end_of(last);
  return {static_cast<std::int64_t>(next.first_msn) + next_place.msn - 1 - number_of(last),
          period_of(first) + next_place.discontinuities - 1 - period_of(last), std::min(room, Micros(0))};
}

EpochPlace place_behind(const ArchivedEpoch& previous, const EpochPlace& previous_place, const ArchivedEpoch& epoch) {
  const ArchivedSegment& last = previous.segments.back();
  const ArchivedSegment& first = epoch.segments.front();
  const Micros overlap = end_of(last) + previous_place.date - first.date();
  return {number_of(last) + previous_place.msn + 1 - number_of(first),
          period_of(last) + previous_place.discontinuities + 1 - period_of(first), std::max(overlap, Micros(0))};
}

std::optional<EpochPlace> remembered_place(const ArchiveMemory& memory, const SessionId& epoch) {
  const auto found = std::find_if(memory.places.begin(), memory.places.end(),
                                  [&epoch](const auto& entry) { return entry.first == epoch; });
  return found != memory.places.end() ? std::optional(found->second) : std::nullopt;
}

std::vector<EpochPlace> place_epochs(const ArchivedSpan& span, bool anchored_at_last, ArchiveMemory& memory) {
  std::vector<EpochPlace> places(span.size());
  decltype(memory.places) known;
  for (std::size_t step = 0; step < span.size(); ++step) {
    const std::size_t i = anchored_at_last ? span.size() - 1 - step : step;
    if (const auto place = remembered_place(memory, span[i].epoch)) {
      places[i] = *place;
    } else if (step > 0) {
      places[i] = anchored_at_last ? place_before(span[i + 1], places[i + 1], span[i])
                                   : place_behind(span[i - 1], places[i - 1], span[i]);
    }
    known.emplace_back(span[i].epoch, places[i]);
  }
  memory.places = std::move(known);
  return places;
}

Seconds target_duration_of(const ArchivedSpan& span) {
  Seconds longest(1);
  for (const ArchivedEpoch& epoch : span) {
    for (const ArchivedSegment& segment : epoch.segments) {
      longest = std::max({longest, segment.target_duration, std::chrono::round<Seconds>(segment.duration)});
    }
  }
  return longest;
}

// A line of the playlist to be.
struct Line {
  const ArchivedSegment* segment = nullptr;  // of a filled hole: the one before it
  std::uint64_t name = 0;                    // the recorded number
  std::int64_t msn = 0;
  std::int64_t discontinuities = 0;
  WallTime date;
  Ticks90k duration{};
  bool gap = false;
  WallTime end() const { return date + to_micros(duration); }
};

// The lines of a playlist, whose numbers follow one another without a hole.
class Lines {
 public:
  Lines(Container container, Seconds target_duration) : container_(container), target_duration_(target_duration) {}

  void add(const ArchivedSegment& segment, const EpochPlace& place) {
    Line line;
    line.segment = &segment;
    line.name = segment.msn;
    line.msn = number_of(segment) + place.msn;
    line.discontinuities = period_of(segment) + place.discontinuities;
    line.date = segment.date() + place.date;
    line.duration = segment.duration;
    line.gap = segment.gap || !segment.carried[index_of(container_)];
    if (line.msn < 0 || line.discontinuities < 0) return;  // counted backwards beyond the first number there is
    if (!lines_.empty() && !bridge(line)) lines_.clear();
    lines_.push_back(line);
  }

  // Drops what lies `window` before the end, as far as rfc8216bis section 6.2.2 and Apple's rules let it go.
  void trim(Micros window) {
    Ticks90k rest{};
    for (const Line& line : lines_) rest += line.duration;
    const WallTime from = lines_.back().end() - window;
    std::size_t count = 0;
    while (lines_[count].end() <= from && lines_.size() - count > kListedMin &&
           rest - lines_[count].duration >= kListedTargetDurationsMin * target_duration_) {
      rest -= lines_[count++].duration;
    }
    lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  const std::vector<Line>& get() const { return lines_; }

 private:
  // Fills the numbers between the last line and `next`; false when they cannot stand in one playlist.
  bool bridge(const Line& next) {
    const Line last = lines_.back();
    const std::int64_t hole = next.msn - last.msn - 1;
    const std::int64_t steps = next.discontinuities - last.discontinuities;
    if (hole < 0 || hole > kHoleMax) return false;
    if (same_period(*last.segment, *next.segment) ? steps != 0 : steps < 1 || steps - 1 > hole) return false;
    const Ticks90k missing = std::max(to_ticks(next.date - last.end()), Ticks90k(0));
    for (std::int64_t i = 0; i < hole; ++i) {
      const Ticks90k begin = std::min<Ticks90k>(missing * i / hole, target_duration_ * i);
      Line gap = last;
      gap.name = last.name + static_cast<std::uint64_t>(i) + 1;
      gap.msn = last.msn + 1 + i;
      // The discontinuities of Periods of which nothing is left; the next line has its own.
      gap.discontinuities = last.discontinuities + std::min(i + 1, std::max<std::int64_t>(steps - 1, 0));
      gap.date = last.end() + to_micros(begin);
      gap.duration = std::clamp<Ticks90k>(missing * (i + 1) / hole - begin, kTiny, target_duration_);
      gap.gap = true;
      lines_.push_back(gap);
    }
    return true;
  }

  Container container_;
  Seconds target_duration_;
  std::vector<Line> lines_;
};

}  // namespace

bool carries(const ArchivedSpan& span, Container container) {
  return std::any_of(span.begin(), span.end(), [container](const ArchivedEpoch& epoch) {
    return std::any_of(epoch.segments.begin(), epoch.segments.end(),
                       [container](const ArchivedSegment& segment) { return segment.carried[index_of(container)]; });
  });
}

MediaPlaylist archive_playlist(const ArchivedSpan& span, const ArchivePlaylistOptions& options, ArchiveMemory& memory) {
  SLUICE_CHECK(!span.empty());
  memory.target_duration = std::max(memory.target_duration, target_duration_of(span));
  memory.ended = memory.ended || options.ended;
  const std::vector<EpochPlace> places = place_epochs(span, options.anchored_at_last, memory);
  // What was out of the window before the last epoch began never comes into it, not even to make up the numbers.
  const WallTime earliest = options.window && options.anchored_at_last
                                ? span.back().segments.front().date() - *options.window
                                : WallTime::min();
  Lines lines(options.container, memory.target_duration);
  for (std::size_t i = 0; i < span.size(); ++i) {
    for (const ArchivedSegment& segment : span[i].segments) {
      if (end_of(segment) + places[i].date > earliest) lines.add(segment, places[i]);
    }
  }
  MediaPlaylist playlist;
  if (lines.get().empty()) return playlist;
  if (options.window) lines.trim(*options.window);
  playlist.target_duration = memory.target_duration;
  playlist.ended = memory.ended;
  playlist.vod = playlist.ended && options.vod;
  playlist.segments.reserve(lines.get().size());
  playlist.media_sequence = static_cast<std::uint64_t>(lines.get().front().msn);
  playlist.discontinuity_sequence = static_cast<std::uint64_t>(lines.get().front().discontinuities);
  std::int64_t discontinuities = lines.get().front().discontinuities;
  const ArchivedSegment* mapped = nullptr;
  for (const Line& line : lines.get()) {
    const PeriodInfo& period = *line.segment->period;
    const bool added = line.segment->added && line.name == line.segment->msn;
    PlaylistSegment out;
    out.uri = options.media_prefix + uri_of(SegmentName{options.container, period.session, line.name, added});
    out.duration = line.duration;
    out.date = line.date;
    out.gap = line.gap;
    out.discontinuity = std::exchange(discontinuities, line.discontinuities) != line.discontinuities;
    const bool needs_map = options.container == Container::fmp4 && !line.gap;
    if (needs_map && (mapped == nullptr || !same_period(*mapped, *line.segment))) {
      mapped = line.segment;
      out.map_uri = options.media_prefix + uri_of(InitName{period.session, period.period.number});
    }
    if (line.segment->msn == line.name && !line.segment->gap && !line.segment->independent) {
      memory.independent_segments = false;
    }
    playlist.segments.push_back(std::move(out));
  }
  playlist.independent_segments = memory.independent_segments;
  return playlist;
}

}  // namespace sluice::hls
