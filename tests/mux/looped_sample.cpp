#include "mux/looped_sample.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "mux/demux.hpp"

namespace sluice::mux::testing {
namespace {

using media::Codec;

constexpr std::uint32_t kVideoTimescale = 90000;

Codec codec_of(const std::string& name) {
  static const std::map<std::string, Codec> kCodecs = {
      {"h264", Codec::h264}, {"hevc", Codec::hevc}, {"av1", Codec::av1},   {"vp9", Codec::vp9}, {"aac", Codec::aac},
      {"mp3", Codec::mp3},   {"opus", Codec::opus}, {"flac", Codec::flac}, {"ac3", Codec::ac3}, {"eac3", Codec::eac3}};
  return kCodecs.at(name);
}

// The record as a publisher sends it, from what the MP4 demuxer gives.
Bytes record_of(Codec codec, const DemuxedStream& stream) {
  ByteWriter record;
  if (codec == Codec::flac) {
    record.append("fLaC");
    record.u32(0x80000000u | static_cast<std::uint32_t>(stream.extradata.size()));
  }
  if (codec == Codec::vp9) {
    for (const int byte : {stream.profile, 10, 8 << 4 | 1 << 1, 1, 1, 1, 0, 0})
      record.u8(static_cast<std::uint8_t>(byte));
  }
  record.append(stream.extradata);
  return std::move(record).take();
}

media::CodecConfig config_of(const DemuxedStream& stream, ByteView first_frame) {
  const Codec codec = codec_of(stream.codec);
  const bool has_record = codec != Codec::mp3 && codec != Codec::ac3 && codec != Codec::eac3;
  media::CodecConfig config = has_record
                                  ? media::parse_codec_config(codec, Payload::copy_of(record_of(codec, stream))).value()
                                  : media::describe_from_frame(codec, first_frame).value();
  config.video.width = static_cast<std::uint32_t>(stream.width);
  config.video.height = static_cast<std::uint32_t>(stream.height);
  return config;
}

}  // namespace

std::int64_t LoopedSample::Lane::total() const {
  return std::accumulate(durations.begin(), durations.end(), std::int64_t{0});
}

media::Packet LoopedSample::Lane::packet(std::int64_t index) const {
  const auto count = static_cast<std::int64_t>(packets.size());
  media::Packet packet = packets[static_cast<std::size_t>(index % count)];
  packet.dts += first_dts + index / count * total();
  return packet;
}

std::int64_t LoopedSample::Lane::end_of(std::int64_t index) const {
  const auto count = static_cast<std::int64_t>(packets.size());
  return packet(index).dts + durations[static_cast<std::size_t>(index % count)];
}

LoopedSample::LoopedSample(const std::string& name, const Options& options) : options_(options) {
  const Demuxed sample = demux("mp4", read_file(SLUICE_TESTS_DIR "data/" + name + ".mp4"));
  hls::PeriodInfo period{SessionId::parse("20261121T035512Z-3f9a2c").value(), {}, {}, {}};
  period.period.number = options.period;
  period.period.media_start = options.start;
  for (std::size_t i = 0; i < sample.streams.size(); ++i) {
    const std::vector<DemuxedPacket> packets = sample.packets_of(static_cast<int>(i));
    Lane lane;
    lane.track.index = static_cast<media::TrackIndex>(i);
    lane.track.config = config_of(sample.streams[i], packets.front().data);
    const bool is_video = media::kind_of(lane.track.config.codec) == media::TrackKind::video;
    if (is_video ? !options.video : !options.audio) continue;
    lane.track.timescale = is_video ? kVideoTimescale : lane.track.config.audio.sample_rate;
    lane.first_dts = ticks_in(options.start, lane.track.timescale);
    const std::int64_t from = sample.streams[i].timescale;
    std::int64_t dts = 0;
    for (const DemuxedPacket& packet : packets) {
      // Every frame lasts as long as the first, whatever an edit list did to the sample's last one.
      const std::int64_t duration = packets[1].dts - packets[0].dts;
      lane.packets.push_back({lane.track.index, packet.key, false, dts,
                              static_cast<std::int32_t>((packet.pts - packet.dts) * lane.track.timescale / from),
                              Payload::copy_of(packet.data)});
      lane.durations.push_back(duration * lane.track.timescale / from);
      dts += lane.durations.back();
    }
    period.tracks.push_back(lane.track);
    period.first_frames.push_back(lane.track.config.record.empty() ? lane.packets.front().data : Payload());
    lanes_.push_back(std::move(lane));
  }
  period_ = std::make_shared<const hls::PeriodInfo>(std::move(period));
}

std::vector<Parts> LoopedSample::segments(int count) const {
  std::vector<Parts> segments;
  std::vector<std::int64_t> next(lanes_.size(), 0);
  Ticks90k part_start = options_.start;
  for (int index = 0; index < count * options_.parts; ++index) {
    const Ticks90k part_end = options_.start + Ticks90k(Seconds(1)) * (index + 1) / options_.parts;
    hls::Part part{period_, {}, {}};
    part.cut.msn = options_.first_msn + static_cast<std::uint64_t>(index / options_.parts);
    part.cut.part = static_cast<std::uint32_t>(index % options_.parts);
    part.cut.fragment = static_cast<std::uint64_t>(index) + 1;
    part.cut.ends_segment = (index + 1) % options_.parts == 0;
    part.cut.independent = part.cut.part == 0;
    part.cut.start = part_start;
    part.cut.duration = part_end - part_start;
    part.cut.target_duration = Seconds(1);
    part_start = part_end;
    for (;;) {
      // The lane whose next packet comes first, in arrival order.
      std::size_t lane = 0;
      const auto time = [&](std::size_t i) {
        return ticks_from(lanes_[i].packet(next[i]).dts, lanes_[i].track.timescale);
      };
      for (std::size_t i = 1; i < lanes_.size(); ++i) lane = time(i) < time(lane) ? i : lane;
      if (time(lane) >= part_end) break;
      part.packets.push_back(lanes_[lane].packet(next[lane]++));
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      part.cut.ends.push_back({lanes_[i].track.index, lanes_[i].end_of(next[i] - 1)});
    }
    if (part.cut.part == 0) segments.emplace_back();
    segments.back().push_back(std::make_shared<const hls::Part>(std::move(part)));
  }
  return segments;
}

}  // namespace sluice::mux::testing
