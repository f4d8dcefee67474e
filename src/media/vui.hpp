// The beginning of the video usability information, which H.264 (E.1.1) and HEVC (E.2.1) write alike.
#pragma once

#include "sluice/media/bit_reader.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::media {

// Reads the pixels' shape and the colours into `video`, and leaves `bits` behind the chroma location.
void parse_picture_vui(BitReader& bits, VideoFormat& video);

}  // namespace sluice::media
