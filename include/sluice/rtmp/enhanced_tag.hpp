// Tag bodies of Enhanced RTMP v2 ("Enhanced Audio", "Enhanced Video"): FourCC codecs, ModEx, multitrack, colorInfo.
//
// Accepted whether or not the client advertised them when it connected: OBS does not. flv_tag.hpp calls these once it
// has seen the mark of an enhanced tag in the first byte.
#pragma once

#include <cstdint>

#include "sluice/base/payload.hpp"
#include "sluice/rtmp/media_sink.hpp"

namespace sluice::rtmp {

// `body` begins with the byte that marks it as enhanced.
void read_enhanced_audio_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink);
void read_enhanced_video_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink);

// The FourCCs sluice knows, four characters each, for the connect result.
inline constexpr const char* kVideoFourCcs[] = {"avc1", "hvc1", "av01", "vp09", "vp08", "vvc1"};
inline constexpr const char* kAudioFourCcs[] = {"mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"};

}  // namespace sluice::rtmp
