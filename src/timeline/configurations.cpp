// Timeline: what each track's frames are coded with, and whether that has changed.
#include <algorithm>
#include <utility>

#include "sluice/timeline/timeline.hpp"

namespace sluice::timeline {

using media::PeriodCause;
using media::SourcePacket;
using media::TrackKind;

void Timeline::on_config(TrackState& track, const SourcePacket& packet) {
  const ByteView record = packet.data.view();
  const ByteView last = track.received.view();
  const bool repeated = track.config && track.config->codec == packet.codec && track.received_codec == packet.codec &&
                        std::equal(record.begin(), record.end(), last.begin(), last.end());
  if (repeated) return;
  Result<media::CodecConfig> config = media::parse_codec_config(packet.codec, packet.data);
  if (config.has_error()) {
    ++counters_.bad_configs;
    return;
  }
  track.received_codec = packet.codec;
  track.received = packet.data;
  adopt(track, std::move(*config));
}

void Timeline::adopt(TrackState& track, media::CodecConfig config) {
  if (track.range) config.video.range = *track.range;
  if (track.config && media::same_config(*track.config, config)) return;
  if (track.config) ++counters_.config_changes;
  const bool was_main = track.is_main();
  track.config = std::move(config);
  if (track.announced && (was_main || track.is_main())) {
    track.changed = true;
    pending_ = PeriodCause::codec;
    return;
  }
  // Not announced yet, or only recorded: then it is announced once more under another index.
  track.announced = false;
  refresh_clock(track);
}

void Timeline::refresh_clock(TrackState& track) {
  constexpr std::int64_t kUsualRate = 30;
  const bool is_audio = track.kind == TrackKind::audio;
  const std::uint32_t rate = track.config->audio.sample_rate;
  const std::uint32_t timescale = is_audio && rate > 0 ? rate : 90000;
  if (track.clock && track.clock->timescale() == timescale) return;
  std::int64_t frame = timescale / kUsualRate;
  if (track.config->video.frame_rate) {
    frame = std::int64_t{timescale} * track.config->video.frame_rate->denominator /
            track.config->video.frame_rate->numerator;
  }
  track.clock.emplace(timescale, frame);
}

bool Timeline::ensure_config(TrackState& track, const SourcePacket& packet) {
  if (track.config && track.config->codec == packet.codec) {
    // Codecs without a record may change with any frame.
    const bool described =
        packet.codec == media::Codec::mp3 || packet.codec == media::Codec::ac3 || packet.codec == media::Codec::eac3;
    if (!described) return true;
    Result<media::CodecConfig> now = media::describe_from_frame(packet.codec, packet.data.view());
    if (now.has_value()) adopt(track, std::move(*now));
    return true;
  }
  Result<media::CodecConfig> config = Error{};
  switch (packet.codec) {
    case media::Codec::mp3:
    case media::Codec::ac3:
    case media::Codec::eac3:
    case media::Codec::opus:
      config = media::describe_from_frame(packet.codec, packet.data.view());
      break;
    case media::Codec::vp8:
    case media::Codec::other_video:
    case media::Codec::other_audio:
    case media::Codec::unknown:
      config = media::parse_codec_config(packet.codec, {});
      break;
    case media::Codec::h264:
    case media::Codec::hevc:
    case media::Codec::vvc:
    case media::Codec::av1:
    case media::Codec::vp9:
    case media::Codec::aac:
    case media::Codec::flac:
      return false;
  }
  if (config.has_error()) return false;
  adopt(track, std::move(*config));
  return true;
}

void Timeline::note_key_frame(TrackState& track, ByteView frame) {
  if (!track.announced) media::describe_picture(*track.config, frame);
  const Payload record = media::changed_record(*track.config, frame);
  if (record.empty()) return;
  Result<media::CodecConfig> config = media::parse_codec_config(track.config->codec, record);
  if (config.has_value()) adopt(track, std::move(*config));
}

}  // namespace sluice::timeline
