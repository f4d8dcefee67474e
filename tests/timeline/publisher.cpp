#include "publisher.hpp"

#include <cmath>

#include "hex.hpp"

namespace sluice::timeline {

using media::Codec;
using media::SourcePacket;
using media::TrackKind;

const char* const kAvc720 =
    "0164001fffe100186764001facd9405005bb011000003e90000ea600f183196001000668ebe3cb22c0fdf8f800";
const char* const kAvc1080 = "0142c028ffe100196742c028da01e0089f97011000000300100000030320f1832a01000468ce0fc8";
const char* const kAac44100 = "1210";
const char* const kAac48000 = "1190";

SourcePacket video_frame(std::int64_t ms, bool key, std::int32_t composition_ms) {
  SourcePacket packet;
  packet.kind = TrackKind::video;
  packet.codec = Codec::h264;
  packet.key = key;
  packet.timestamp_ms = static_cast<std::uint32_t>(ms);
  packet.composition_ms = composition_ms;
  static const Payload kIdr = test::hex_payload("00000003 658884");
  static const Payload kInter = test::hex_payload("00000003 419A24");
  packet.data = key ? kIdr : kInter;
  return packet;
}

SourcePacket audio_frame(std::int64_t ms) {
  SourcePacket packet;
  packet.kind = TrackKind::audio;
  packet.codec = Codec::aac;
  packet.timestamp_ms = static_cast<std::uint32_t>(ms);
  static const Payload kRaw = test::hex_payload("210049900219");
  packet.data = kRaw;
  return packet;
}

Publisher::Publisher(const Options& options, const Start& start) : timeline(options, start) {}

void Publisher::take() {
  entries.check(out_);
  out_.clear();
}

void Publisher::packet(SourcePacket packet) {
  timeline.on_packet(packet, now(), out_);
  take();
}

void Publisher::video_config(const char* record, std::uint8_t track) {
  SourcePacket config;
  config.type = SourcePacket::Type::config;
  config.kind = TrackKind::video;
  config.codec = Codec::h264;
  config.track_id = track;
  config.data = test::hex_payload(record);
  packet(std::move(config));
}

void Publisher::audio_config(const char* record, std::uint8_t track) {
  SourcePacket config;
  config.type = SourcePacket::Type::config;
  config.kind = TrackKind::audio;
  config.codec = Codec::aac;
  config.track_id = track;
  config.data = test::hex_payload(record);
  packet(std::move(config));
}

void Publisher::video(std::int64_t ms, bool key, std::int32_t composition_ms) {
  packet(video_frame(ms, key, composition_ms));
}

void Publisher::audio(std::int64_t ms) { packet(audio_frame(ms)); }

void Publisher::data(std::int64_t ms, const char* text) {
  timeline.on_data(static_cast<std::uint32_t>(ms), Payload::copy_of(as_bytes(text)), now(), out_);
  take();
}

void Publisher::time(std::int64_t at_ms) {
  arrival_ms = at_ms;
  timeline.on_time(now(), out_);
  take();
}

void Publisher::end() {
  timeline.end_publish(now(), out_);
  take();
  entries.check_ended();
}

void Publisher::run(const Stream& stream) {
  int frame = 0;
  int samples = 0;
  const double span = static_cast<double>(stream.to_ms - stream.from_ms);
  const double never = span + 1;
  while (true) {
    const double video_at = stream.fps > 0 ? frame * 1000.0 / stream.fps : never;
    const double audio_at = stream.rate > 0 ? samples * 1024000.0 / stream.rate : never;
    const double at = std::min(video_at, audio_at);
    if (at >= span) break;
    arrival_ms = stream.from_ms + static_cast<std::int64_t>(at);
    const auto stamp = stream.from_ms + stream.offset + static_cast<std::int64_t>(std::llround(at * stream.clock));
    if (video_at <= audio_at) {
      video(stamp, frame % stream.gop == 0 && (stream.key_first || frame > 0));
      ++frame;
    } else {
      audio(stamp);
      ++samples;
    }
  }
  arrival_ms = stream.to_ms;
}

}  // namespace sluice::timeline
