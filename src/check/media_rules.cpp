// The one list of what a MediaJudge finds broken.
#include <array>

#include "any_rules.hpp"
#include "sluice/check/media_judge.hpp"
#include "ts_rules.hpp"

namespace sluice::check {

std::span<const Rule* const> media_rules() {
  static constexpr std::array kRules = {
      &kFormatKnown,       &kFormatConstant,   &kIndependentStart,   &kKeyFrameFirst,          &kIndependentStated,
      &kTracksOverlap,     &kPackedTimestamp,  &kPackedFrames,       &kPackedContinuous,       &kVttTimestampMap,
      &kPartsMakeSegment,  &ts::kPackets,      &ts::kHasTables,      &ts::kTablesFirst,        &ts::kOneProgram,
      &ts::kTablesSound,   &ts::kTableVersion, &ts::kTracksConstant, &ts::kCounters,           &ts::kClear,
      &ts::kDeclared,      &ts::kStreamTypes,  &ts::kPcrInterval,    &ts::kPcrFirst,           &ts::kPcrForward,
      &ts::kDtsAfterPcr,   &ts::kPesHeader,    &ts::kPesLength,      &ts::kDtsGrows,           &ts::kVideoBorder,
      &ts::kAudioHole,     &ts::kPtsAfterDts,  &ts::kStartCodes,     &ts::kDelimiter,          &ts::kOneUnit,
      &ts::kParameterSets, &ts::kRandomAccess, &ts::kAudioFrames,    &ts::kParametersConstant, &ts::kStuffing,
  };
  return kRules;
}

}  // namespace sluice::check
