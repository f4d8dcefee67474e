// What stands in one PES packet of H.264: the NAL units of its byte stream (ITU-T H.264 annex B).
#pragma once

#include "sluice/base/bytes.hpp"

namespace sluice::check {

struct AnnexbUnit {
  bool begins_with_start_code = false;
  bool begins_with_delimiter = false;
  std::size_t delimiters = 0;
  bool has_picture = false;
  bool has_idr = false;
  bool has_sets_before_idr = false;  // a sequence and a picture parameter set
  // A decoder can start here, if not as cleanly as at an IDR picture: the recovery point of an SEI message.
  bool has_recovery_point = false;
  ByteView sequence_set;  // the first of each, its start code left out
  ByteView picture_set;
};

AnnexbUnit read_annexb_unit(ByteView bytes);

}  // namespace sluice::check
