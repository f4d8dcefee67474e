// What FFmpeg's libraries complain about, as Errors.
#pragma once

#include <string_view>

#include "sluice/base/result.hpp"

namespace sluice::mux {

// Takes over libavutil's log, process-wide: nothing is printed, the last error becomes part of libav_fault().
// Idempotent.
void capture_libav_log();
// Forgets what was complained about on this thread so far.
void forget_libav_log();
// The Error for the return code `code` of an FFmpeg function that did `what`.
Error libav_fault(std::string_view what, int code);

}  // namespace sluice::mux
