// The one list of what a MediaJudge finds broken.
#include <array>

#include "any_rules.hpp"
#include "mp4_rules.hpp"
#include "sluice/check/media_judge.hpp"
#include "ts_rules.hpp"

namespace sluice::check {

std::span<const Rule* const> media_rules() {
  static constexpr std::array kRules = {
      &kFormatKnown,        &kFormatConstant,      &kIndependentStart,
      &kKeyFrameFirst,      &kIndependentStated,   &kTracksOverlap,
      &kPackedTimestamp,    &kPackedFrames,        &kPackedContinuous,
      &kVttTimestampMap,    &kPartsMakeSegment,    &ts::kPackets,
      &ts::kHasTables,      &ts::kTablesFirst,     &ts::kOneProgram,
      &ts::kTablesSound,    &ts::kTableVersion,    &ts::kTracksConstant,
      &ts::kCounters,       &ts::kClear,           &ts::kDeclared,
      &ts::kStreamTypes,    &ts::kPcrInterval,     &ts::kPcrFirst,
      &ts::kPcrForward,     &ts::kDtsAfterPcr,     &ts::kPesHeader,
      &ts::kPesLength,      &ts::kDtsGrows,        &ts::kVideoBorder,
      &ts::kAudioHole,      &ts::kPtsAfterDts,     &ts::kStartCodes,
      &ts::kDelimiter,      &ts::kOneUnit,         &ts::kParameterSets,
      &ts::kRandomAccess,   &ts::kAudioFrames,     &ts::kParametersConstant,
      &ts::kStuffing,       &mp4::kBoxes,          &mp4::kBrand,
      &mp4::kMovie,         &mp4::kNoSamples,      &mp4::kNoDurations,
      &mp4::kSampleEntry,   &mp4::kSetsInEntry,    &mp4::kTimescale,
      &mp4::kPictureSize,   &mp4::kPictureLook,    &mp4::kAudioEntry,
      &mp4::kEditList,      &mp4::kOwnMedia,       &mp4::kStructure,
      &mp4::kOneFragment,   &mp4::kSequenceGrows,  &mp4::kSequenceByOne,
      &mp4::kKnownTrack,    &mp4::kEachTrack,      &mp4::kBase,
      &mp4::kHasDecodeTime, &mp4::kLongDecodeTime, &mp4::kContinuous,
      &mp4::kDataInside,    &mp4::kDataCovered,    &mp4::kSyncFlags,
      &mp4::kUnits,         &mp4::kSameSets,       &mp4::kTimes,
      &mp4::kDurations,     &mp4::kHasInit,        &mp4::kNoDelimiters,
      &mp4::kExact,
  };
  return kRules;
}

}  // namespace sluice::check
