#include "sluice/rtmp/enhanced_tag.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "color_info.hpp"
#include "composition_time.hpp"

namespace sluice::rtmp {
namespace {

using media::Codec;
using media::SourcePacket;
using media::TrackKind;

// VideoPacketType; audio uses the numbers that AudioPacketType names below.
namespace video_packet {
constexpr std::uint8_t kSequenceStart = 0;
constexpr std::uint8_t kCodedFrames = 1;
constexpr std::uint8_t kSequenceEnd = 2;
constexpr std::uint8_t kCodedFramesX = 3;
constexpr std::uint8_t kMetadata = 4;
constexpr std::uint8_t kMultitrack = 6;
}  // namespace video_packet
namespace audio_packet {
constexpr std::uint8_t kSequenceStart = 0;
constexpr std::uint8_t kCodedFrames = 1;
constexpr std::uint8_t kSequenceEnd = 2;
constexpr std::uint8_t kMultichannelConfig = 4;
constexpr std::uint8_t kMultitrack = 5;
}  // namespace audio_packet
constexpr std::uint8_t kModEx = 7;  // in both
constexpr std::uint8_t kModExNanoOffset = 0;
constexpr std::uint32_t kNanoOffsetMax = 999'999;
constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kCommandFrame = 5;

enum class MultitrackKind : std::uint8_t { one_track = 0, many_tracks = 1, many_tracks_many_codecs = 2 };

constexpr std::uint32_t fourcc(const char (&text)[5]) {
  return static_cast<std::uint32_t>(text[0]) << 24 | static_cast<std::uint32_t>(text[1]) << 16 |
         static_cast<std::uint32_t>(text[2]) << 8 | static_cast<std::uint32_t>(text[3]);
}

std::optional<Codec> codec_of(TrackKind kind, std::uint32_t code) {
  struct Row {
    std::uint32_t code;
    Codec codec;
  };
  static constexpr Row kRows[] = {
      {fourcc("avc1"), Codec::h264}, {fourcc("hvc1"), Codec::hevc}, {fourcc("av01"), Codec::av1},
      {fourcc("vp09"), Codec::vp9},  {fourcc("vp08"), Codec::vp8},  {fourcc("vvc1"), Codec::vvc},
      {fourcc("mp4a"), Codec::aac},  {fourcc("Opus"), Codec::opus}, {fourcc("fLaC"), Codec::flac},
      {fourcc("ac-3"), Codec::ac3},  {fourcc("ec-3"), Codec::eac3}, {fourcc(".mp3"), Codec::mp3},
  };
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.code == code; });
  if (row == std::end(kRows) || media::kind_of(row->codec) != kind) return std::nullopt;
  return row->codec;
}

// A tag on its way through the headers to its tracks.
class TagReader {
 public:
  TagReader(TrackKind kind, std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink)
      : body_(body), sink_(sink), reader_(body.view()) {
    packet_.kind = kind;
    packet_.timestamp_ms = timestamp_ms;
  }

  void read() {
    const std::uint8_t first = reader_.u8();
    packet_type_ = first & 0x0F;
    const std::uint8_t frame_type = first >> 4 & 0x07;
    packet_.key = !is_video() || frame_type == kKeyFrame;
    while (reader_.ok() && packet_type_ == kModEx) read_mod_ex();
    if (is_video() && frame_type == kCommandFrame && packet_type_ != video_packet::kMetadata) {
      return ignore(IgnoredReason::command_frame);
    }
    if (packet_type_ == (is_video() ? video_packet::kMultitrack : audio_packet::kMultitrack)) return read_multitrack();
    fourcc_ = reader_.u32();
    if (!reader_.ok()) return ignore(IgnoredReason::truncated);
    read_track(reader_.remaining());
  }

 private:
  bool is_video() const { return packet_.kind == TrackKind::video; }

  void ignore(IgnoredReason reason) { sink_.on_ignored({reason, packet_.kind, packet_.track_id, fourcc_}); }

  // The data of a modifier, then what it is and the packet type behind it. Only the nanosecond offset is known.
  void read_mod_ex() {
    std::size_t size = reader_.u8() + 1u;
    if (size == 256) size = reader_.u16() + 1u;
    ByteReader data(reader_.take(size));
    const std::uint8_t types = reader_.u8();
    packet_type_ = types & 0x0F;
    if (types >> 4 != kModExNanoOffset) return;
    const std::uint32_t nano_offset = data.u24();
    if (data.ok() && nano_offset <= kNanoOffsetMax) packet_.nano_offset = nano_offset;
  }

  void read_multitrack() {
    const std::uint8_t types = reader_.u8();
    if (!reader_.ok()) return ignore(IgnoredReason::truncated);
    packet_type_ = types & 0x0F;
    if (types >> 4 > static_cast<std::uint8_t>(MultitrackKind::many_tracks_many_codecs)) {
      return ignore(IgnoredReason::unknown_multitrack_kind);
    }
    if (packet_type_ == (is_video() ? video_packet::kMultitrack : audio_packet::kMultitrack)) {
      return ignore(IgnoredReason::nested_multitrack);
    }
    const auto kind = static_cast<MultitrackKind>(types >> 4);
    if (kind != MultitrackKind::many_tracks_many_codecs) fourcc_ = reader_.u32();
    do {
      if (kind == MultitrackKind::many_tracks_many_codecs) fourcc_ = reader_.u32();
      packet_.track_id = reader_.u8();
      const std::size_t size = kind == MultitrackKind::one_track ? reader_.remaining() : reader_.u24();
      if (!reader_.ok() || size > reader_.remaining()) return ignore(IgnoredReason::truncated);
      read_track(size);
      reader_.skip(size);
    } while (!reader_.at_end());
  }

  // One track's part of the tag: the next `size` bytes, which are left for the caller to skip.
  void read_track(std::size_t size) {
    const std::size_t offset = body_.size() - reader_.remaining();
    const Payload part = body_.slice(offset, size);
    SourcePacket packet = packet_;
    if (is_video() && packet_type_ == video_packet::kMetadata) return read_metadata(std::move(packet), part);
    const std::optional<Codec> codec = codec_of(packet.kind, fourcc_);
    if (!codec) return ignore(IgnoredReason::unknown_fourcc);
    packet.codec = *codec;
    if (is_video()) {
      read_video(std::move(packet), part);
    } else {
      read_audio(std::move(packet), part);
    }
  }

  void read_video(SourcePacket packet, const Payload& part) {
    switch (packet_type_) {
      case video_packet::kSequenceStart:
        return deliver_config(std::move(packet), part);
      case video_packet::kCodedFrames: {
        ByteReader reader(part.view());
        if (packet.codec == Codec::h264 || packet.codec == Codec::hevc || packet.codec == Codec::vvc) {
          packet.composition_ms = read_composition_time(reader);
        }
        if (!reader.ok()) return ignore(IgnoredReason::truncated);
        return deliver_frame(std::move(packet), part.slice(part.size() - reader.remaining()));
      }
      case video_packet::kCodedFramesX:
        return deliver_frame(std::move(packet), part);
      case video_packet::kSequenceEnd:
        return deliver_end(std::move(packet));
      default:  // a number of the wire: MPEG2TSSequenceStart, which nobody sends over RTMP, and those not assigned
        return ignore(IgnoredReason::unknown_packet_type);
    }
  }

  void read_audio(SourcePacket packet, const Payload& part) {
    switch (packet_type_) {
      case audio_packet::kSequenceStart:
        return deliver_config(std::move(packet), part);
      case audio_packet::kCodedFrames:
        return deliver_frame(std::move(packet), part);
      case audio_packet::kSequenceEnd:
        return deliver_end(std::move(packet));
      case audio_packet::kMultichannelConfig:
        return ignore(IgnoredReason::channel_layout);
      default:  // a number of the wire
        return ignore(IgnoredReason::unknown_packet_type);
    }
  }

  void read_metadata(SourcePacket packet, const Payload& part) {
    const auto range = read_color_range(part.view());
    if (!range) return ignore(IgnoredReason::metadata);
    packet.type = SourcePacket::Type::color_info;
    packet.codec = codec_of(packet.kind, fourcc_).value_or(Codec::unknown);
    packet.range = static_cast<std::uint8_t>(*range);
    sink_.on_media(std::move(packet));
  }

  // An empty configuration is legal: Opus needs none.
  void deliver_config(SourcePacket packet, const Payload& part) {
    packet.type = SourcePacket::Type::config;
    packet.data = part;
    sink_.on_media(std::move(packet));
  }

  void deliver_frame(SourcePacket packet, const Payload& part) {
    if (part.empty()) return ignore(is_video() ? IgnoredReason::empty : IgnoredReason::silence);
    packet.data = part;
    sink_.on_media(std::move(packet));
  }

  void deliver_end(SourcePacket packet) {
    packet.type = SourcePacket::Type::end_of_sequence;
    sink_.on_media(std::move(packet));
  }

  const Payload& body_;
  MediaSink& sink_;
  ByteReader reader_;
  std::uint8_t packet_type_ = 0;
  std::uint32_t fourcc_ = 0;
  SourcePacket packet_;  // what all tracks of the tag have in common
};

}  // namespace

void read_enhanced_audio_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink) {
  TagReader(TrackKind::audio, timestamp_ms, body, sink).read();
}

void read_enhanced_video_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink) {
  TagReader(TrackKind::video, timestamp_ms, body, sink).read();
}

}  // namespace sluice::rtmp
