// A track as libavcodec describes one.
#pragma once

extern "C" {
#include <libavcodec/codec_par.h>
}

#include "sluice/base/bytes.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::mux {

// `record` becomes the extradata: the configuration in the form libavformat's muxer wants it.
void set_parameters(AVCodecParameters& parameters, const media::Track& track, ByteView record);

// The track's configuration record in the form libavformat's MP4 muxer wants it: FLAC's bare STREAMINFO, an OpusHead
// where the publisher sent none; the record itself for all others.
Bytes mp4_record(const media::CodecConfig& config);

}  // namespace sluice::mux
