// colorInfo of an Enhanced RTMP metadata frame. Private to the tag reader.
#pragma once

#include <optional>

#include "sluice/base/bytes.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::rtmp {

// The range that the colorInfo among the AMF0 pairs of a metadata frame states; SDR when it is undefined (a reset) or
// names no HDR transfer function. None when there is no colorInfo.
std::optional<media::VideoRange> read_color_range(ByteView pairs);

}  // namespace sluice::rtmp
