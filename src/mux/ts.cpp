#include "ts.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "muxer.hpp"
#include "sluice/mux/annexb.hpp"
#include "sluice/mux/continuity.hpp"

namespace sluice::mux {
namespace {

using media::Codec;
using media::Container;
using media::TrackKind;
using Parts = std::span<const std::shared_ptr<const hls::Part>>;

// Every time stamp is so much later than its packet's own, so that PCR can run before it and nothing is negative.
constexpr Ticks90k kOffset = Millis(500);
// libavformat's max_delay: PCR runs so much before the time stamps, and an audio PES holds frames of half of it. Beside
// video the PES are long, to waste little. Alone they carry the PCR, which is due every 100 ms: 60 ms are three frames
// of AAC or two of MP3.
constexpr int kMaxDelayMicros = 400'000;
constexpr int kMaxDelayAudioOnlyMicros = 120'000;
constexpr std::uint64_t kTableVersions = 32;

struct Lane {
  const media::Track* track = nullptr;
  int stream = 0;
  std::optional<AvcParameters> avc;
  Ticks90k lead{};  // decoding is earlier by this much, so that no frame is presented before it is decoded
  std::int64_t last_dts = INT64_MIN;
  std::optional<std::int64_t> next_dts;  // of sound, where the last frame ends
};

struct Item {
  Lane* lane = nullptr;
  const media::Packet* packet = nullptr;
  std::int64_t dts = 0;
};

Result<std::vector<Lane>> lanes_of(const hls::PeriodInfo& period, Muxer& muxer) {
  std::vector<Lane> lanes;
  for (const media::Track& track : period.tracks) {
    if (!hls::is_packaged(Container::ts, track)) continue;
    Lane lane{&track, static_cast<int>(lanes.size()), {}, {}, INT64_MIN, {}};
    ByteView record;
    if (track.config.codec == Codec::h264) {
      auto avc = parse_avc_record(track.config.record.view());
      if (!avc) return avc.error();
      lane.avc = std::move(*avc);
    } else {
      record = track.config.record.view();
    }
    const auto stream = muxer.add_stream(track, record);
    if (!stream) return stream.error();
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

void find_leads(std::vector<Lane>& lanes, Parts parts) {
  for (Lane& lane : lanes) {
    std::int32_t lowest = 0;
    for (const auto& part : parts) {
      for (const media::Packet& packet : part->packets) {
        if (packet.track == lane.track->index) lowest = std::min(lowest, packet.cts);
      }
    }
    lane.lead = -ticks_from(lowest, lane.track->timescale);
  }
}

// In decoding order: PCR, taken from one track, must not be ahead of the others.
std::vector<Item> sorted_items(std::vector<Lane>& lanes, Parts parts) {
  std::vector<Item> items;
  for (const auto& part : parts) {
    for (const media::Packet& packet : part->packets) {
      const auto lane =
          std::find_if(lanes.begin(), lanes.end(), [&](const Lane& one) { return one.track->index == packet.track; });
      if (lane == lanes.end()) continue;
      const Ticks90k dts = ticks_from(packet.dts, lane->track->timescale) + kOffset - lane->lead;
      items.push_back({&*lane, &packet, dts.count()});
    }
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.dts < b.dts; });
  return items;
}

// A PES has the time of its first frame, and readers count on from there. Sound that came late is put closer together,
// or behind a hole; a frame that does not begin where the last one ended begins a PES.
Result<void> keep_frames_in_line(Muxer& muxer, Lane& lane, std::int64_t dts) {
  constexpr std::int64_t kInLine = 90;  // a millisecond
  const media::AudioFormat& audio = lane.track->config.audio;
  if (audio.samples_per_frame == 0 || audio.sample_rate == 0) return {};
  const std::optional<std::int64_t> expected = lane.next_dts;
  lane.next_dts = dts + ticks_from(audio.samples_per_frame, audio.sample_rate).count();
  if (!expected || std::abs(dts - *expected) <= kInLine) return {};
  return muxer.flush();
}

Result<void> write_item(Muxer& muxer, const Item& item, Bytes& scratch) {
  Lane& lane = *item.lane;
  if (const auto kept = keep_frames_in_line(muxer, lane, item.dts); !kept) return kept;
  const media::Packet& packet = *item.packet;
  const Ticks90k pts = ticks_from(packet.dts + packet.cts, lane.track->timescale) + kOffset;
  Sample sample{lane.stream, std::max(item.dts, lane.last_dts + 1), pts.count(), 0, packet.key, packet.data.view()};
  sample.pts = std::max(sample.pts, sample.dts);
  lane.last_dts = sample.dts;
  if (lane.avc) {
    scratch.clear();
    if (const auto made = append_annexb(scratch, *lane.avc, packet.data.view(), packet.key); !made) return made;
    sample.data = scratch;
  }
  return muxer.write(sample);
}

// The PCR of a packet that is decoded when the last one of the PCR's track ends: the first of the segment that follows.
std::optional<std::int64_t> pcr_at_end(const std::vector<Lane>& lanes, Parts parts, int max_delay_micros) {
  const auto is_video = [](const Lane& lane) { return media::kind_of(lane.track->config.codec) == TrackKind::video; };
  const auto video = std::find_if(lanes.begin(), lanes.end(), is_video);
  const Lane& lane = video != lanes.end() ? *video : lanes.front();
  for (const media::TrackEnd& end : parts.back()->cut.ends) {
    if (end.track != lane.track->index) continue;
    const Ticks90k dts = ticks_from(end.end, lane.track->timescale) + kOffset - lane.lead;
    return std::max<std::int64_t>(0, (dts - to_ticks(Micros(max_delay_micros))).count() * 300);
  }
  return {};
}

}  // namespace

Result<Payload> render_ts_segment(Parts parts) {
  if (parts.empty()) return Error{"TS: a segment without parts"};
  const hls::PeriodInfo& period = *parts.front()->period;
  const media::Cut& first = parts.front()->cut;
  auto muxer = Muxer::open("mpegts");
  if (!muxer) return muxer.error();
  auto lanes = lanes_of(period, *muxer);
  if (!lanes) return lanes.error();
  if (lanes->empty()) return Error{"TS: the period has no track it can carry"};
  find_leads(*lanes, parts);

  const bool has_video = hls::packaged_video(Container::ts, period) != nullptr;
  const int max_delay = has_video ? kMaxDelayMicros : kMaxDelayAudioOnlyMicros;
  muxer->context()->max_delay = max_delay;
  const auto header = muxer->write_header(
      "mpegts_copyts=1:pat_period=100000:sdt_period=100000:pcr_period=30:mpegts_pmt_start_pid=" +
      std::to_string(kPmtPid) + ":tables_version=" + std::to_string(period.period.number % kTableVersions) +
      (first.fragment == 1 ? ":mpegts_flags=initial_discontinuity" : ""));
  if (!header) return header.error();
  Bytes scratch;
  for (const Item& item : sorted_items(*lanes, parts)) {
    if (const auto written = write_item(*muxer, item, scratch); !written) return written.error();
  }
  if (const auto finished = muxer->finish(); !finished) return finished.error();
  const auto continuous = make_continuous(muxer->output(), first.msn, pcr_at_end(*lanes, parts, max_delay));
  if (!continuous) return continuous.error();
  return Payload::copy_of(*continuous);
}

}  // namespace sluice::mux
