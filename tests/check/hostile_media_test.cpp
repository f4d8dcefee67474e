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

// An hvcC that lists as many parameter sets as its lengths allow for, and samples of nothing but parameter sets.
TEST(HostileMp4, MillionsOfParameterSets) {
  for (const std::size_t sets : {std::size_t{10'000}, std::size_t{5'000'000}}) {
    Given given = read_fragmented("hevc_aac.mp4");
    Mp4Editor init(given.init);
    const std::string box = "moov/trak/mdia/minf/stbl/stsd/hvc1/hvcC";
    Bytes more;
    std::uint8_t arrays = 0;
    for (std::size_t left = sets; left > 0; ++arrays) {
      const std::size_t count = std::min<std::size_t>(left, 0xFFFF);
      more.insert(more.end(), {34, static_cast<std::uint8_t>(count >> 8), static_cast<std::uint8_t>(count)});
      for (std::size_t i = 0; i < count; ++i) {
        more.insert(more.end(), {0, 3, 34 << 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
      }
      left -= count;
    }
    init.content(box)[22] = static_cast<std::uint8_t>(init.content(box)[22] + arrays);
    init.insert(box, init.content_size(box), more);
    given.init = init.bytes();
    // The first picture is nothing but 300,000 sets of one byte, which are not among them.
    Mp4Editor piece(given.pieces.at(0));
    Bytes units;
    for (int i = 0; i < 300'000; ++i) units.insert(units.end(), {0, 0, 0, 1, 34 << 1});
    piece.insert("mdat", 0, units);
    piece.shift_data(static_cast<std::uint32_t>(units.size()));
    const std::uint32_t moof = static_cast<std::uint32_t>(piece.content_size("moof") + 16);
    piece.set_u32("moof/traf/trun", 8, moof);
    piece.set_u32("moof/traf/trun", 16, static_cast<std::uint32_t>(units.size()));
    given.pieces = {piece.bytes()};
    const Judged judged = judge(given);
    expect_sane(judged);
    EXPECT_EQ(judged.rules.count(sets > 100'000 ? "MF-06" : "MF-28"), 1U) << ::testing::PrintToString(judged.findings);
  }
}

}  // namespace
}  // namespace sluice::check::testing
