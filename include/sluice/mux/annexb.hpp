// H.264 from length-prefixed NAL units (ISO/IEC 14496-15) to the byte stream of Annex B, as MPEG-TS wants it: an access
// unit delimiter first, parameter sets before every IDR picture, start codes (ISO/IEC 13818-1 section 2.14).
#pragma once

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"

namespace sluice::mux {

struct AvcParameters {
  std::size_t nal_length_size = 4;
  Bytes parameter_sets;  // every SPS and PPS of the record, each behind a start code
};

// From an AVCDecoderConfigurationRecord.
Result<AvcParameters> parse_avc_record(ByteView record);

// Appends `unit` to `out`. With `key`, the record's parameter sets are put in front unless the unit brings its own.
// Error, with nothing appended, when a NAL length overruns the unit.
Result<void> append_annexb(Bytes& out, const AvcParameters& parameters, ByteView unit, bool key);

}  // namespace sluice::mux
