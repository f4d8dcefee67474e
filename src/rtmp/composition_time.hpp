// SI24, the composition time of FLV video tags. Private to the tag readers.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice::rtmp {

// Milliseconds; negative values are legal and sent by OBS.
inline std::int32_t read_composition_time(ByteReader& reader) {
  return static_cast<std::int32_t>(reader.u24() << 8) >> 8;
}

}  // namespace sluice::rtmp
