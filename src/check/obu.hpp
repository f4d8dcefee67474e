// The OBUs of one AV1 sample (AV1 bitstream specification 5.3), as far as telling a key frame needs.
#pragma once

#include "sluice/base/bytes.hpp"

namespace sluice::check {

struct ObuUnit {
  bool is_whole = false;  // sizes add up to the sample
  bool has_delimiter = false;
  bool has_key_frame = false;  // the first frame is one
};

ObuUnit read_obus(ByteView bytes);

}  // namespace sluice::check
