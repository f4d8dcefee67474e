// The body of an audio or video message: an FLV tag body (FLV 10.1, annex E.4), legacy or Enhanced RTMP.
//
// One message gives one packet, several (multitrack), or a reason why it gives none. Payloads are slices of the
// message's, nothing is copied.
//
// Packaged or not, what a decoder could use is delivered. Legacy codecs that sluice does not know by name come as
// other_audio and other_video with the whole tag body, whose first byte says the codec; legacy codec 12 is taken for
// HEVC, as some encoders write it.
#pragma once

#include <cstdint>

#include "sluice/base/payload.hpp"
#include "sluice/rtmp/media_sink.hpp"

namespace sluice::rtmp {

void read_audio_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink);
void read_video_tag(std::uint32_t timestamp_ms, const Payload& body, MediaSink& sink);

}  // namespace sluice::rtmp
