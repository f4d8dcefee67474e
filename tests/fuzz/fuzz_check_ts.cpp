// MPEG-TS, packed audio and WebVTT from hostile bytes: as one segment, and cut in two that follow each other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/check/media_judge.hpp"

namespace {

using namespace sluice;

void judge(check::MediaJudge& judge, ByteView bytes, bool follows) {
  check::MediaPiece piece;
  piece.url = "segment";
  piece.bytes = bytes;
  piece.follows = follows;
  std::size_t findings = 0;
  const auto facts = judge.on_piece(piece, [&findings](const check::Finding& finding) {
    if (finding.rule == nullptr || finding.what.empty()) std::abort();
    ++findings;
  });
  if (findings > check::media_rules().size()) std::abort();
  for (const check::TrackFacts& track : facts.tracks) {
    if (track.bytes > 2 * bytes.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check::MediaJudge whole;
  judge(whole, bytes, false);
  // Between packets, when there are any.
  const std::size_t half = size / 2 / 188 * 188;
  check::MediaJudge halves;
  judge(halves, bytes.first(half), false);
  judge(halves, bytes.subspan(half), true);
  return 0;
}
