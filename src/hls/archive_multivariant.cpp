// The multivariant playlist of what is recorded: rates and formats of a span.
#include <algorithm>

#include "sluice/hls/archive_playlist.hpp"
#include "sluice/hls/bandwidth_meter.hpp"
#include "sluice/hls/frame_rate_meter.hpp"

namespace sluice::hls {
namespace {

using media::Container;

// A recorded byte count covers each packet with its 32 bytes of header, which is more than fMP4 spends on a sample; a
// segment has its own boxes besides. MPEG-TS: headers of packets and frames, tables, and packets that are not full.
constexpr std::uint64_t kFmp4SegmentBytes = 512;
constexpr std::uint64_t kTsPercent = 112;
constexpr std::uint64_t kTsTablesBytes = 2 * 188;
constexpr std::uint64_t kTsTrackBytes = 16 * 188;

std::size_t index_of(Container container) { return container == Container::fmp4 ? 0 : 1; }

std::uint64_t size_in(Container container, const ArchivedSegment& segment) {
  if (container == Container::fmp4) return segment.bytes + kFmp4SegmentBytes;
  return segment.bytes * kTsPercent / 100 + kTsTablesBytes + kTsTrackBytes * segment.period->tracks.size();
}

bool is_of(const ArchivedSegment& segment, const PeriodInfo& period) {
  return segment.period->period.number == period.period.number && segment.period->session == period.session;
}

// Newest first, gaps left out.
template <class Visit>
void for_each_backwards(const ArchivedSpan& span, Container container, Visit visit) {
  for (auto epoch = span.rbegin(); epoch != span.rend(); ++epoch) {
    for (auto segment = epoch->segments.rbegin(); segment != epoch->segments.rend(); ++segment) {
      if (segment->carried[index_of(container)] && !visit(*segment)) return;
    }
  }
}

const PeriodInfo* newest_video_period(const ArchivedSpan& span, Container container) {
  const PeriodInfo* found = nullptr;
  for_each_backwards(span, container, [&](const ArchivedSegment& segment) {
    if (packaged_video(container, *segment.period) != nullptr) found = segment.period.get();
    return found == nullptr;
  });
  return found;
}

}  // namespace

std::vector<const ArchivedSegment*> frame_rate_samples(const ArchivedSpan& span, Container container) {
  std::vector<const ArchivedSegment*> samples;
  const PeriodInfo* period = newest_video_period(span, container);
  if (period == nullptr || packaged_video(container, *period)->config.video.frame_rate) return samples;
  for (const ArchivedEpoch& epoch : span) {
    for (const ArchivedSegment& segment : epoch.segments) {
      if (samples.size() == FrameRateMeter::kSegments) return samples;
      if (segment.carried[index_of(container)] && is_of(segment, *period)) samples.push_back(&segment);
    }
  }
  return samples;
}

MultivariantPlaylist archive_multivariant(const ArchivedSpan& span, Container container, media::FrameRate measured) {
  MultivariantPlaylist playlist;
  BandwidthMeter meter;
  for (const ArchivedEpoch& epoch : span) {
    meter.break_run();
    const ArchivedSegment* last = nullptr;
    for (const ArchivedSegment& segment : epoch.segments) {
      if (last != nullptr && segment.msn != last->msn + 1) meter.break_run();
      last = &segment;
      if (segment.carried[index_of(container)]) {
        meter.add(size_in(container, segment), segment.duration, segment.target_duration);
      } else {
        meter.break_run();
      }
    }
  }
  playlist.bandwidth = meter.bandwidth();
  playlist.average_bandwidth = meter.average_bandwidth();

  const PeriodInfo* seen = nullptr;
  for_each_backwards(span, container, [&](const ArchivedSegment& segment) {
    if (seen == segment.period.get()) return true;
    seen = segment.period.get();
    add_codecs(container, *seen, playlist.codecs);
    return true;
  });
  if (const PeriodInfo* period = newest_video_period(span, container)) {
    const media::VideoFormat& format = packaged_video(container, *period)->config.video;
    playlist.video = VideoAttributes{format.width, format.height, format.frame_rate.value_or(measured), format.range};
  }
  return playlist;
}

}  // namespace sluice::hls
