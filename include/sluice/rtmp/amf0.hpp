// AMF0 (Adobe's AMF 0 specification): the encoding of commands and metadata.
#pragma once

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/rtmp/amf_value.hpp"

namespace sluice::rtmp::amf0 {

// Decodes one value from the front of `reader`; a marker 0x11 switches to AMF3 for it. Movie clips, record sets and
// references are errors, as is what exceeds the budget. An ECMA array's count is only a hint: OBS always writes 20.
Result<amf::Value> decode(ByteReader& reader, amf::DecodeBudget& budget);

// Typed objects are written with their class name, strings above 65535 bytes as long strings.
void encode(ByteWriter& writer, const amf::Value& value);

}  // namespace sluice::rtmp::amf0
