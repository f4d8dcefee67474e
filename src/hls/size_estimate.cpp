#include "sluice/hls/size_estimate.hpp"

#include <algorithm>

namespace sluice::hls {
namespace {

using media::Container;
using media::TrackKind;

// ISO BMFF: moof, mfhd and mdat headers a part; traf, tfhd, tfdt and trun headers a track; a full trun entry a sample.
constexpr std::uint64_t kFragmentBytes = 32;
constexpr std::uint64_t kTrackFragmentBytes = 88;
constexpr std::uint64_t kSampleBytes = 16;

// MPEG-TS: PAT and PMT a segment; a PID's count of packets filled up to a multiple of 16; PES header, adaptation field
// and access unit delimiter a frame; an ADTS header and its share of a PES packet an audio frame.
constexpr std::uint64_t kTsPacket = 188;
constexpr std::uint64_t kTsPayload = 184;
constexpr std::uint64_t kTablesBytes = 2 * kTsPacket;
constexpr std::uint64_t kPidBytes = 16 * kTsPacket;
constexpr std::uint64_t kVideoFrameBytes = 48;
constexpr std::uint64_t kAudioFrameBytes = 7 + kTsPayload / 2;

const media::Track* find_track(Container container, const PeriodInfo& period, media::TrackIndex index) {
  for (const media::Track& track : period.tracks) {
    if (track.index == index && is_packaged(container, track)) return &track;
  }
  return nullptr;
}

std::uint64_t fmp4_size(const Part& part) {
  std::uint64_t bytes = kFragmentBytes + part.period->tracks.size() * kTrackFragmentBytes;
  for (const media::Packet& packet : part.packets) {
    if (find_track(Container::fmp4, *part.period, packet.track) != nullptr) bytes += kSampleBytes + packet.data.size();
  }
  return bytes;
}

std::uint64_t ts_size(const Part& part) {
  std::uint64_t bytes = 0;
  for (const media::Packet& packet : part.packets) {
    const media::Track* track = find_track(Container::ts, *part.period, packet.track);
    if (track == nullptr) continue;
    if (media::kind_of(track->config.codec) == TrackKind::audio) {
      bytes += (packet.data.size() + kAudioFrameBytes) * kTsPacket / kTsPayload;
      continue;
    }
    const std::uint64_t unit = packet.data.size() + kVideoFrameBytes + (packet.key ? track->config.record.size() : 0);
    bytes += (unit + kTsPayload - 1) / kTsPayload * kTsPacket;
  }
  return bytes;
}

}  // namespace

std::uint64_t estimate_size(Container container, std::span<const std::shared_ptr<const Part>> parts) {
  if (parts.empty()) return 0;
  std::uint64_t bytes = 0;
  if (container == Container::fmp4) {
    for (const auto& part : parts) bytes += fmp4_size(*part);
    return bytes;
  }
  for (const auto& part : parts) bytes += ts_size(*part);
  return bytes + kTablesBytes + kPidBytes * parts.front()->period->tracks.size();
}

}  // namespace sluice::hls
