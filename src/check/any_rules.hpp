// The rules for all kinds of media, and for packed audio and WebVTT.
#pragma once

#include "sluice/check/finding.hpp"

namespace sluice::check {

inline constexpr Rule kFormatKnown{"MA-01", Severity::must,
                                   "A segment is MPEG-TS, fragmented MP4, packed audio or WebVTT.", "rfc8216bis 3.1"};
inline constexpr Rule kFormatConstant{"MA-02", Severity::must,
                                      "The format of segments changes only at a discontinuity.", "rfc8216bis 4.4.4.3"};
inline constexpr Rule kIndependentStart{
    "MA-03", Severity::must,
    "A part of video with INDEPENDENT=YES has a key frame; with EXT-X-INDEPENDENT-SEGMENTS a segment begins with one.",
    "rfc8216bis 4.4.2.1, 4.4.4.9"};
inline constexpr Rule kKeyFrameFirst{"MA-04", Severity::should, "A segment with video begins with a key frame.",
                                     "Apple 7.4"};
inline constexpr Rule kIndependentStated{
    "MA-05", Severity::should, "A part that begins with a key frame, or has audio alone, says INDEPENDENT=YES.",
    "rfc8216bis 4.4.4.9"};
inline constexpr Rule kTracksOverlap{"MA-06", Severity::should,
                                     "Audio and video of a segment cover the same time, but for half a second.",
                                     "rfc8216bis 3"};
inline constexpr Rule kPackedTimestamp{"MA-07", Severity::must,
                                       "Packed audio begins with an ID3 tag that has its timestamp, of 33 bits.",
                                       "rfc8216bis 3.1.3"};
inline constexpr Rule kPackedFrames{"MA-08", Severity::must,
                                    "Packed audio is whole frames of one kind, rate and number of channels.",
                                    "rfc8216bis 3.1.3"};
inline constexpr Rule kPackedContinuous{
    "MA-09", Severity::must,
    "Timestamps of packed audio go on within a frame of the end of the segment before, except at a discontinuity.",
    "rfc8216bis 3, 4.4.4.3"};
inline constexpr Rule kVttTimestampMap{"MA-10", Severity::should, "A WebVTT header has an X-TIMESTAMP-MAP.",
                                       "rfc8216bis 3.1.4"};
inline constexpr Rule kPartsMakeSegment{
    "MA-11", Severity::must, "A segment has exactly the samples, with the times, of its parts.", "rfc8216bis 3.2"};

}  // namespace sluice::check
