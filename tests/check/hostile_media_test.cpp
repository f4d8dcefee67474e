// Media cut at every byte and with bits turned: whatever is in it, a judge comes to an end, and stays within its bytes
// (which the sanitizers see) and its rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "check/judged.hpp"
#include "check/mp4_editor.hpp"

namespace sluice::check::testing {
namespace {

// A finding names a rule of the list, and one is told once a piece.
void expect_sane(const Judged& judged) {
  EXPECT_LE(judged.findings.size(), 3 * media_rules().size());
  for (const std::string& id : judged.rules) {
    const auto rules = media_rules();
    EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [&id](const Rule* rule) { return rule->id == id; })) << id;
  }
}

// A block of exactly its size, so that one byte too many is seen.
Given cut(const Given& given, std::size_t size) {
  Given result = given;
  Bytes& last = result.pieces.back();
  last = Bytes(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(size));
  return result;
}

void judge_at_every_cut(const Given& given) {
  const std::size_t size = given.pieces.back().size();
  // Each cut near the ends, where the headers are, and a step that is no multiple of anything between them.
  for (std::size_t at = 0; at < size; at += at < 1200 || size - at < 300 ? 1 : 37) expect_sane(judge(cut(given, at)));
}

void judge_with_bits_turned(const Given& given, std::uint32_t seed) {
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    Given damaged = given;
    for (std::uint32_t count = 1 + random() % 8; count > 0; --count) {
      Bytes& bytes =
          random() % 4 == 0 && !damaged.init.empty() ? damaged.init : damaged.pieces[random() % damaged.pieces.size()];
      bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
    expect_sane(judge(damaged));
  }
}

Given ts_pair() {
  Given given;
  given.pieces = {read_sample("h264_aac-0.ts"), read_sample("h264_aac-1.ts")};
  return given;
}

TEST(HostileTs, CutAnywhere) { judge_at_every_cut(ts_pair()); }

TEST(HostileTs, BitsTurned) { judge_with_bits_turned(ts_pair(), 1); }

TEST(HostileTs, OtherAudioCut) {
  for (const char* name : {"h264_mp3.ts", "h264_ac3.ts", "h264_eac3.ts"}) {
    Given given;
    given.pieces = {read_sample(name)};
    judge_with_bits_turned(given, 2);
  }
}

TEST(HostileMp4, PieceCutAnywhere) {
  Given given = read_fragmented("h264_aac.mp4");
  given.pieces.erase(given.pieces.begin());
  judge_at_every_cut(given);
}

TEST(HostileMp4, InitialisationSectionCutAnywhere) {
  const Given given = read_fragmented("h264_aac.mp4");
  for (std::size_t size = 1; size < given.init.size(); ++size) {
    Given cut_short = given;
    cut_short.init = Bytes(given.init.begin(), given.init.begin() + static_cast<std::ptrdiff_t>(size));
    expect_sane(judge(cut_short));
  }
}

TEST(HostileMp4, BitsTurned) {
  for (const char* name : {"h264_aac.mp4", "hevc_aac.mp4", "av1_opus.mp4", "vp9_opus.mp4", "h264_eac3.mp4"}) {
    judge_with_bits_turned(read_fragmented(name), 3);
  }
}

}  // namespace
}  // namespace sluice::check::testing
