// The rules for MPEG-TS.
#pragma once

#include "sluice/check/finding.hpp"

namespace sluice::check::ts {

inline constexpr Rule kPackets{"TS-01", Severity::must,
                               "A segment is whole packets of 188 bytes, each with its sync byte and a sound header.",
                               "ISO 13818-1 2.4.3.2"};
inline constexpr Rule kHasTables{"TS-02", Severity::must, "A segment has a PAT and a PMT.", "rfc8216bis 3.1.1"};
inline constexpr Rule kTablesFirst{"TS-03", Severity::should, "Its first two packets are the PAT and the PMT.",
                                   "rfc8216bis 3.1.1"};
inline constexpr Rule kOneProgram{"TS-04", Severity::must, "The PAT names one program.", "rfc8216bis 3.1.1"};
inline constexpr Rule kTablesSound{"TS-05", Severity::must, "PAT and PMT are whole and their CRC is right.",
                                   "ISO 13818-1 2.4.4"};
inline constexpr Rule kTableVersion{"TS-06", Severity::must,
                                    "A PMT that changes has another version number, except at a discontinuity.",
                                    "ISO 13818-1 2.4.4.9"};
inline constexpr Rule kTracksConstant{"TS-07", Severity::must,
                                      "Number, types and PIDs of the streams change only at a discontinuity.",
                                      "rfc8216bis 4.4.4.3"};
inline constexpr Rule kCounters{"TS-08", Severity::must,
                                "Continuity counters run on within and across segments, except at a discontinuity.",
                                "ISO 13818-1 2.4.3.3; Apple 7.2"};
inline constexpr Rule kClear{"TS-09", Severity::must, "No packet is marked as damaged or scrambled.",
                             "ISO 13818-1 2.4.3.3"};
inline constexpr Rule kDeclared{"TS-10", Severity::should, "Every PID with packets is named by a table.",
                                "ISO 13818-1 2.4.4.8"};
inline constexpr Rule kStreamTypes{"TS-11", Severity::must,
                                   "Video and audio are of types that HLS plays in MPEG-TS; HEVC is for fragmented "
                                   "MP4 alone.",
                                   "Apple 1.1, 1.5, 2.1"};
inline constexpr Rule kPcrInterval{"TS-12", Severity::must, "A PCR comes every 100 ms at least.", "ISO 13818-1 2.7.2"};
inline constexpr Rule kPcrFirst{"TS-13", Severity::should, "The first packet of the PCR's PID in a segment has a PCR.",
                                "ISO 13818-1 2.4.2.1"};
inline constexpr Rule kPcrForward{"TS-14", Severity::must,
                                  "The PCR only goes forward, without a leap, except at a discontinuity.",
                                  "ISO 13818-1 2.4.2.1"};
inline constexpr Rule kDtsAfterPcr{"TS-15", Severity::must,
                                   "Decode times lie between the PCR that precedes them and ten seconds after it.",
                                   "ISO 13818-1 2.4.2.3, 2.14.3.1"};
inline constexpr Rule kPesHeader{"TS-16", Severity::must,
                                 "A PES packet has a sound header and, of video or audio, the stream id of its kind, "
                                 "and a PTS, unless it only goes on.",
                                 "ISO 13818-1 2.4.3.7"};
inline constexpr Rule kPesLength{
    "TS-17", Severity::must,
    "A PES packet of video or audio is whole within its segment and as long as it says; only video may say nothing.",
    "ISO 13818-1 2.4.3.7"};
inline constexpr Rule kDtsGrows{
    "TS-18", Severity::must,
    "Decode times of video and audio grow, within and across segments, except at a discontinuity.",
    "ISO 13818-1 2.4.3.7; rfc8216bis 4.4.4.3"};
inline constexpr Rule kVideoBorder{"TS-19", Severity::should,
                                   "Between the last picture of a segment and the first of the next is no more than a "
                                   "frame, except at a discontinuity.",
                                   "Apple 7.3"};
inline constexpr Rule kAudioHole{"TS-20", Severity::should,
                                 "Audio frames follow one another without a hole or overlap of more than a frame, "
                                 "except at a discontinuity.",
                                 "Apple 7.3"};
inline constexpr Rule kPtsAfterDts{"TS-21", Severity::must, "A PTS is not before its DTS.", "ISO 13818-1 2.7.5"};
inline constexpr Rule kStartCodes{"TS-22", Severity::must, "H.264 is a byte stream: NAL units behind start codes.",
                                  "ISO 13818-1 2.14.1; H.264 B.1"};
inline constexpr Rule kDelimiter{"TS-23", Severity::must, "An H.264 access unit begins with an access unit delimiter.",
                                 "ISO 13818-1 2.14.1"};
inline constexpr Rule kOneUnit{"TS-24", Severity::should, "A PES packet has one H.264 access unit.",
                               "ISO 13818-1 2.14.1"};
inline constexpr Rule kParameterSets{"TS-25", Severity::must,
                                     "An IDR picture has its sequence and picture parameter sets before it.",
                                     "ISO 13818-1 2.14.1; rfc8216bis 3.1.1"};
inline constexpr Rule kRandomAccess{"TS-26", Severity::should,
                                    "The random access indicator is set where an IDR picture begins, and on no video "
                                    "that cannot be decoded from there.",
                                    "ISO 13818-1 2.4.3.5"};
inline constexpr Rule kAudioFrames{"TS-27", Severity::must, "Audio is whole frames, one right behind the other.",
                                   "ISO 13818-1 2.11; ISO 13818-7 6.2"};
inline constexpr Rule kParametersConstant{
    "TS-28", Severity::should,
    "Picture size, profile, sample rate and number of channels change only at a discontinuity.", "rfc8216bis 4.4.4.3"};
inline constexpr Rule kStuffing{"TS-29", Severity::should, "No more than one packet in twenty is a null packet.",
                                "Apple 1.28, 1.29"};

}  // namespace sluice::check::ts
