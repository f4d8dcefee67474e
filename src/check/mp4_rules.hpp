// The rules for fragmented MP4.
#pragma once

#include "sluice/check/finding.hpp"

namespace sluice::check::mp4 {

inline constexpr Rule kBoxes{"MF-01", Severity::must,
                             "Every box lies within the one that holds it, and holds its fields.", "ISO 14496-12 4.2"};

// The initialisation section.
inline constexpr Rule kBrand{"MF-02", Severity::must,
                             "An initialisation section begins with a ftyp box that has a brand of iso6 or later.",
                             "rfc8216bis 3.1.2"};
inline constexpr Rule kMovie{"MF-03", Severity::must,
                             "It has a moov with mvhd, whole tracks, and behind them an mvex with a trex for each.",
                             "rfc8216bis 3.1.2"};
inline constexpr Rule kNoSamples{"MF-04", Severity::must, "It has no samples: empty tables, no moof and no mdat.",
                                 "rfc8216bis 3.1.2"};
inline constexpr Rule kNoDurations{"MF-05", Severity::must, "The durations in mvhd and tkhd are zero.",
                                   "rfc8216bis 3.1.2"};
inline constexpr Rule kSampleEntry{
    "MF-06", Severity::must, "Each track has one sample entry; when its codec is known, its configuration is sound.",
    "ISO 14496-12 8.5.2; ISO 14496-15 5.4.2, 8.4.1"};
inline constexpr Rule kSetsInEntry{
    "MF-07", Severity::should,
    "H.264 and HEVC are avc1 and hvc1 (dva1, dvh1): parameter sets stand in the sample entry.", "Apple 1.10"};
inline constexpr Rule kTimescale{
    "MF-08", Severity::should,
    "The timescale holds the frames: of audio it is the sample rate, of video it is not 1000 "
    "and fits the frame rate.",
    "ISO 14496-12 8.4.2"};
inline constexpr Rule kPictureSize{"MF-09", Severity::must,
                                   "The picture's size in the sample entry is that of the sequence parameter set.",
                                   "ISO 14496-12 12.1.3"};
inline constexpr Rule kPictureLook{"MF-10", Severity::should,
                                   "colr and pasp boxes say what the sequence parameter set says, when it says any.",
                                   "Apple 1.8, 1.35; ISO 14496-12 12.1.4, 12.1.5"};
inline constexpr Rule kAudioEntry{"MF-11", Severity::should,
                                  "Sample rate and channels in the sample entry are those of the configuration.",
                                  "ISO 14496-12 12.2.3"};
inline constexpr Rule kEditList{
    "MF-12", Severity::should,
    "An edit list is one edit at the normal rate, without an end, behind an empty one at most.", "ISO 14496-12 8.6.6"};
inline constexpr Rule kOwnMedia{"MF-13", Severity::must, "The media is in the same file.", "ISO 14496-12 8.7.2"};

// Segments and parts.
inline constexpr Rule kStructure{"MF-14", Severity::must,
                                 "A segment is moof boxes, each with its mdat behind it, and has no moov.",
                                 "rfc8216bis 3.1.2; ISO BMFF byte stream format 5"};
inline constexpr Rule kOneFragment{"MF-15", Severity::should, "A part is one moof and one mdat.", "rfc8216bis 3.2"};
inline constexpr Rule kSequenceGrows{
    "MF-16", Severity::must, "The sequence number in mfhd grows, except at a discontinuity.", "ISO 14496-12 8.8.5"};
inline constexpr Rule kSequenceByOne{"MF-17", Severity::should, "It grows by one.", "ISO 14496-12 8.8.5"};
inline constexpr Rule kKnownTrack{"MF-18", Severity::must,
                                  "A moof has track fragments, each of a track of the initialisation section.",
                                  "ISO 14496-12 8.8.7"};
inline constexpr Rule kEachTrack{"MF-19", Severity::should,
                                 "A segment of more than half a second has samples of every track.",
                                 "ISO BMFF byte stream format 5"};
inline constexpr Rule kBase{"MF-20", Severity::must,
                            "A track fragment sets default-base-is-moof and has no base-data-offset.",
                            "ISO BMFF byte stream format 5; rfc8216bis 3.1.2"};
inline constexpr Rule kHasDecodeTime{"MF-21", Severity::must, "A track fragment has a tfdt box.", "rfc8216bis 3.1.2"};
inline constexpr Rule kLongDecodeTime{"MF-22", Severity::should, "The tfdt box is of version 1: 64 bits.",
                                      "ISO 14496-12 8.8.12"};
inline constexpr Rule kContinuous{"MF-23", Severity::must,
                                  "Except at a discontinuity, a track fragment begins no more than a millisecond "
                                  "before the end of the one before it, "
                                  "and no more after it than a frame of audio, or ten seconds of video.",
                                  "rfc8216bis 3, 4.4.4.3; ISO 14496-12 8.8.12"};
inline constexpr Rule kDataInside{"MF-24", Severity::must, "Every sample lies within the mdat behind its moof.",
                                  "ISO BMFF byte stream format 5; ISO 14496-12 8.8.8"};
inline constexpr Rule kDataCovered{"MF-25", Severity::should,
                                   "Samples cover the mdat: none of its bytes is in two of them or in none.",
                                   "ISO 14496-12 8.8.8"};
inline constexpr Rule kSyncFlags{
    "MF-26", Severity::must,
    "Samples are flagged as sync samples that are key frames (IDR, IRAP), and no others; so is all audio of a known "
    "codec but xHE-AAC.",
    "ISO 14496-12 8.8.3.1; ISO 14496-15 5.4.1, 8.4.3"};
inline constexpr Rule kUnits{"MF-27", Severity::must,
                             "A video sample is whole units: NAL lengths, or OBU sizes, add up to the sample.",
                             "ISO 14496-15 5.3.3; AV1-ISOBMFF 2.4"};
inline constexpr Rule kSameSets{"MF-28", Severity::must,
                                "Parameter sets in samples of avc1 and hvc1 (dva1, dvh1) are ones of the sample entry.",
                                "ISO 14496-15 5.4.2, 8.4.1"};
inline constexpr Rule kTimes{"MF-29", Severity::must,
                             "Composition times differ from sample to sample, and are within ten seconds of decoding.",
                             "ISO 14496-12 8.6.1.3"};
inline constexpr Rule kDurations{"MF-30", Severity::must, "Every sample lasts longer than nothing.",
                                 "ISO 14496-12 8.8.8"};
inline constexpr Rule kHasInit{"MF-31", Severity::must,
                               "Segments of fragmented MP4 have an initialisation section (EXT-X-MAP).",
                               "rfc8216bis 3.1.2"};
inline constexpr Rule kNoDelimiters{"MF-32", Severity::should, "AV1 samples have no temporal delimiters.",
                                    "AV1-ISOBMFF 2.4"};
inline constexpr Rule kExact{
    "MF-33", Severity::should,
    "Except at a discontinuity, a track fragment begins, to the tick, where the one before it ended.",
    "Apple 7.3; rfc8216bis 3"};

}  // namespace sluice::check::mp4
