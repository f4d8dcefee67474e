// AMF3 (Adobe's AMF 3 specification) as far as a publisher's commands use it: all plain values, strings and traits by
// reference. Integers become numbers, byte arrays, vectors and dictionaries Unsupported, and a reference to an earlier
// object Undefined: nothing that is read from a command lies there. Externalizable objects are errors, because only
// their class knows where they end.
#pragma once

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/rtmp/amf_value.hpp"

namespace sluice::rtmp::amf3 {

// Decodes one value from the front of `reader`, with reference tables of its own.
Result<amf::Value> decode(ByteReader& reader, amf::DecodeBudget& budget);

}  // namespace sluice::rtmp::amf3
