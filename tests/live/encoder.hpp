// Encoder: an audio publisher in a few lines, for tests of streams and of the hub: AAC, 20 ms a packet.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/hls/renderer.hpp"
#include "sluice/live/hub.hpp"

namespace sluice::live::testing {

inline constexpr WallTime kWallStart{Seconds(1795233312)};

inline media::Arrival at(std::int64_t ms) { return {MonoTime(Millis(1'000'000 + ms)), kWallStart + Millis(ms)}; }

inline media::SourcePacket audio_config() {
  media::SourcePacket packet;
  packet.type = media::SourcePacket::Type::config;
  packet.kind = media::TrackKind::audio;
  packet.codec = media::Codec::aac;
  const std::uint8_t stereo_48k[] = {0x11, 0x90};
  packet.data = Payload::copy_of(stereo_48k);
  return packet;
}

inline media::SourcePacket audio_frame(std::int64_t ms) {
  media::SourcePacket packet;
  packet.kind = media::TrackKind::audio;
  packet.codec = media::Codec::aac;
  packet.timestamp_ms = static_cast<std::uint32_t>(ms);
  packet.data = Payload::copy_of(as_bytes("a frame of sound"));
  return packet;
}

// Renders every part and segment as one byte.
class OneByteRenderer : public hls::Renderer {
 public:
  Result<Payload> fmp4_init(const hls::PeriodInfo&) override { return Payload::copy_of(as_bytes("i")); }
  Result<Payload> fmp4_part(const hls::Part&) override { return Payload::copy_of(as_bytes("p")); }
  Result<Payload> ts_segment(std::span<const std::shared_ptr<const hls::Part>>) override {
    return Payload::copy_of(as_bytes("s"));
  }
};

// Keeps what it is given.
class KeepingSink : public record::Sink {
 public:
  Lane begin(const record::SessionInfo& info) override {
    begun.push_back(info);
    of_session.emplace_back();
    return Lane(begun.size() - 1);
  }
  void append(Lane lane, const media::Entry& entry) override {
    entries.push_back(entry);
    of_session[static_cast<std::size_t>(lane)].push_back(entry);
  }
  void end(Lane lane) override { ended.push_back(begun[static_cast<std::size_t>(lane)].session); }

  std::vector<record::SessionInfo> begun;
  std::vector<media::Entry> entries;
  std::vector<std::vector<media::Entry>> of_session;  // beside `begun`
  std::vector<SessionId> ended;
};

class Encoder : public Publisher {
 public:
  void on_end_wanted(EndWish wish) override { wishes.push_back(wish); }

  // Sends sound from `from_ms` up to `to_ms`, its configuration first.
  void run(Publish& publish, std::int64_t from_ms, std::int64_t to_ms) {
    publish.on_packet(audio_config(), at(from_ms));
    go_on(publish, from_ms, to_ms);
  }
  void go_on(Publish& publish, std::int64_t from_ms, std::int64_t to_ms) {
    // 48 kHz: three packets are 64 ms.
    for (std::int64_t i = 0; from_ms + i * 64 / 3 < to_ms; ++i) {
      publish.on_packet(audio_frame(from_ms + i * 64 / 3), at(from_ms + i * 64 / 3));
    }
  }

  std::vector<EndWish> wishes;
};

}  // namespace sluice::live::testing
