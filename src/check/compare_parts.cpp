// A segment against its parts: the same samples with the same times, in whatever boxes.
#include <algorithm>

#include "any_rules.hpp"
#include "piece_findings.hpp"
#include "sluice/check/media_judge.hpp"

namespace sluice::check {
namespace {

struct Sum {
  std::uint64_t samples = 0;
  std::uint64_t bytes = 0;
  std::uint64_t digest = 0;
};

Sum sum_of(std::span<const MediaFacts> pieces, std::uint32_t track_id) {
  Sum sum;
  for (const MediaFacts& piece : pieces) {
    for (const TrackFacts& track : piece.tracks) {
      if (track.id != track_id) continue;
      sum.samples += track.samples;
      sum.bytes += track.bytes;
      sum.digest += track.digest;
    }
  }
  return sum;
}

std::string describe(const Sum& sum) {
  return std::to_string(sum.samples) + " samples of " + std::to_string(sum.bytes) + " bytes";
}

std::vector<std::uint32_t> track_ids(std::span<const MediaFacts> pieces) {
  std::vector<std::uint32_t> ids;
  for (const MediaFacts& piece : pieces) {
    for (const TrackFacts& track : piece.tracks) {
      if (std::find(ids.begin(), ids.end(), track.id) == ids.end()) ids.push_back(track.id);
    }
  }
  return ids;
}

}  // namespace

void compare_with_parts(std::string_view segment_url, const MediaFacts& segment, std::span<const MediaFacts> parts,
                        const Report& report) {
  PieceFindings findings(segment_url);
  std::vector<MediaFacts> all(parts.begin(), parts.end());
  all.push_back(segment);
  for (const std::uint32_t id : track_ids(all)) {
    const Sum whole = sum_of({&segment, 1}, id);
    const Sum of_parts = sum_of(parts, id);
    if (whole.digest == of_parts.digest && whole.samples == of_parts.samples) continue;
    findings.add(kPartsMakeSegment, "track " + std::to_string(id) + " has " + describe(whole) + ", and " +
                                        describe(of_parts) + " in its " + std::to_string(parts.size()) +
                                        " parts: they differ in number, time or content");
  }
  findings.tell(report);
}

}  // namespace sluice::check
