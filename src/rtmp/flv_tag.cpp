#include "sluice/rtmp/flv_tag.hpp"

#include <utility>

#include "composition_time.hpp"
#include "sluice/rtmp/enhanced_tag.hpp"

namespace sluice::rtmp {
namespace {

using media::Codec;
using media::SourcePacket;
using media::TrackKind;

// SoundFormat, FLV E.4.2.1.
namespace sound_format {
constexpr std::uint8_t kMp3 = 2;
constexpr std::uint8_t kEnhanced = 9;
constexpr std::uint8_t kAac = 10;
constexpr std::uint8_t kReserved12 = 12;
constexpr std::uint8_t kReserved13 = 13;
constexpr std::uint8_t kMp3At8Khz = 14;
}  // namespace sound_format

// CodecID and FrameType, FLV E.4.3.1.
namespace video_codec {
constexpr std::uint8_t kSorenson = 2;
constexpr std::uint8_t kScreen2 = 6;
constexpr std::uint8_t kAvc = 7;
constexpr std::uint8_t kHevc = 12;  // in no specification
}  // namespace video_codec
constexpr std::uint8_t kEnhancedVideoBit = 0x80;
constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kCommandFrame = 5;

// AACPacketType and AVCPacketType.
constexpr std::uint8_t kConfig = 0;
constexpr std::uint8_t kFrame = 1;
constexpr std::uint8_t kEndOfSequence = 2;

void ignore(MediaSink& sink, TrackKind kind, IgnoredReason reason) { sink.on_ignored({reason, kind, 0, 0}); }

void read_aac(SourcePacket packet, const Payload& body, MediaSink& sink) {
  if (body.size() < 2) return ignore(sink, TrackKind::audio, IgnoredReason::truncated);
  const std::uint8_t packet_type = body.data()[1];
  packet.codec = Codec::aac;
  packet.data = body.slice(2);
  if (packet_type > kFrame) return ignore(sink, TrackKind::audio, IgnoredReason::unknown_packet_type);
  if (packet.data.empty()) return ignore(sink, TrackKind::audio, IgnoredReason::empty);
  if (packet_type == kConfig) packet.type = SourcePacket::Type::config;
  sink.on_media(std::move(packet));
}

// AVC, and HEVC written in AVC's clothes: packet type, composition time, data.
void read_avc_like(SourcePacket packet, const Payload& body, MediaSink& sink) {
  ByteReader reader(body.view());
  reader.skip(1);
  const std::uint8_t packet_type = reader.u8();
  packet.composition_ms = read_composition_time(reader);
  if (!reader.ok()) return ignore(sink, TrackKind::video, IgnoredReason::truncated);
  packet.data = body.slice(body.size() - reader.remaining());
  if (packet_type > kEndOfSequence) return ignore(sink, TrackKind::video, IgnoredReason::unknown_packet_type);
  if (packet_type == kEndOfSequence) {
    packet.type = SourcePacket::Type::end_of_sequence;
    packet.data = Payload();
  } else if (packet.data.empty()) {
    return ignore(sink, TrackKind::video, IgnoredReason::empty);
  }
  if (packet_type == kConfig) packet.type = SourcePacket::Type::config;
  // Only a frame has a composition time; what others write there means nothing.
  if (packet_type != kFrame) packet.composition_ms = 0;
  sink.on_media(std::move(packet));
}

}  // namespace

void read_audio_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink) {
  if (body.empty()) return ignore(sink, TrackKind::audio, IgnoredReason::silence);
  const std::uint8_t format = body.data()[0] >> 4;
  if (format == sound_format::kEnhanced) return read_enhanced_audio_tag(timestamp_ms, body, sink);
  SourcePacket packet;
  packet.kind = TrackKind::audio;
  packet.key = true;
  packet.timestamp_ms = timestamp_ms;
  if (format == sound_format::kAac) return read_aac(std::move(packet), body, sink);
  if (format == sound_format::kReserved12 || format == sound_format::kReserved13) {
    return ignore(sink, TrackKind::audio, IgnoredReason::unknown_codec);
  }
  if (body.size() < 2) return ignore(sink, TrackKind::audio, IgnoredReason::empty);
  const bool mp3 = format == sound_format::kMp3 || format == sound_format::kMp3At8Khz;
  packet.codec = mp3 ? Codec::mp3 : Codec::other_audio;
  packet.data = mp3 ? body.slice(1) : body;
  sink.on_media(std::move(packet));
}

void read_video_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink) {
  if (body.empty()) return ignore(sink, TrackKind::video, IgnoredReason::empty);
  const std::uint8_t first = body.data()[0];
  if ((first & kEnhancedVideoBit) != 0) return read_enhanced_video_tag(timestamp_ms, body, sink);
  const std::uint8_t codec = first & 0x0F;
  if (first >> 4 == kCommandFrame) return ignore(sink, TrackKind::video, IgnoredReason::command_frame);
  SourcePacket packet;
  packet.kind = TrackKind::video;
  packet.key = first >> 4 == kKeyFrame;
  packet.timestamp_ms = timestamp_ms;
  if (codec == video_codec::kAvc || codec == video_codec::kHevc) {
    packet.codec = codec == video_codec::kAvc ? Codec::h264 : Codec::hevc;
    return read_avc_like(std::move(packet), body, sink);
  }
  if (codec < video_codec::kSorenson || codec > video_codec::kScreen2) {
    return ignore(sink, TrackKind::video, IgnoredReason::unknown_codec);
  }
  if (body.size() < 2) return ignore(sink, TrackKind::video, IgnoredReason::truncated);
  packet.codec = Codec::other_video;
  packet.data = body;
  sink.on_media(std::move(packet));
}

}  // namespace sluice::rtmp
