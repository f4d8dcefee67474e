// Fragmented MP4 from hostile bytes: what stands before the first moof as the initialisation section, all else as a
// piece that comes twice, so that nothing may go on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/check/media_judge.hpp"

namespace {

using namespace sluice;

void expect_sane(const check::MediaFacts& facts, ByteView bytes) {
  // No more is counted than there is: bytes, or samples without any, of which there is a limit.
  constexpr std::uint64_t kSamplesMax = 200'000;
  for (const check::TrackFacts& track : facts.tracks) {
    if (track.samples > kSamplesMax || track.sync_samples > track.samples) std::abort();
    if (track.timescale == 0 && track.samples > 0) std::abort();
  }
  if (facts.format == check::MediaFormat::mp4 && bytes.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const std::size_t mark = as_text(bytes).find("moof");
  const std::size_t split = mark == std::string_view::npos || mark < 4 ? 0 : mark - 4;
  const auto report = [](const check::Finding& finding) {
    if (finding.rule == nullptr || finding.what.empty()) std::abort();
  };
  check::MediaJudge judge;
  if (split > 0) judge.on_init("init", bytes.first(split), report);
  check::MediaPiece piece;
  piece.url = "segment";
  piece.bytes = bytes.subspan(split);
  expect_sane(judge.on_piece(piece, report), piece.bytes);
  piece.follows = true;
  expect_sane(judge.on_piece(piece, report), piece.bytes);
  return 0;
}
