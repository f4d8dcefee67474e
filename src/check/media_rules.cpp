// The one list of what a MediaJudge finds broken.
#include <array>

#include "any_rules.hpp"
#include "sluice/check/media_judge.hpp"

namespace sluice::check {

std::span<const Rule* const> media_rules() {
  static constexpr std::array kRules = {
      &kFormatKnown,     &kFormatConstant, &kIndependentStart, &kKeyFrameFirst,   &kIndependentStated, &kTracksOverlap,
      &kPackedTimestamp, &kPackedFrames,   &kPackedContinuous, &kVttTimestampMap, &kPartsMakeSegment,
  };
  return kRules;
}

}  // namespace sluice::check
