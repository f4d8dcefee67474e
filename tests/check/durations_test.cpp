// What a segment lasts against what its playlist says: by whatever a packager may count, and by the segment behind it.
#include <gtest/gtest.h>

#include "check/judged.hpp"
#include "check/mp4_editor.hpp"
#include "check/ts_editor.hpp"
#include "fake_origin.hpp"

namespace sluice::check::testing {
namespace {

struct Listed {
  std::string duration;  // EXTINF
  Bytes bytes;
};

bool is_found(const std::vector<Listed>& segments, const Bytes& init = {}) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:5\n#EXT-X-PLAYLIST-TYPE:VOD\n";
  if (!init.empty()) text += "#EXT-X-MAP:URI=\"init.mp4\"\n";
  for (std::size_t i = 0; i < segments.size(); ++i) {
    text += "#EXTINF:" + segments[i].duration + ",\nseg-" + std::to_string(i) + "\n";
  }
  text += "#EXT-X-ENDLIST\n";
  FakeOrigin origin(Kind::vod, [&](const Asked& asked, Reply& reply) {
    if (!is_get(asked)) return;
    if (asked.is_playlist) reply.answer.body.assign(text.begin(), text.end());
    if (asked.is_segment) reply.answer.body = segments.at(asked.path.back() - '0').bytes;
    if (!asked.path.ends_with("init.mp4")) return;
    reply.answer.status = 200;
    reply.answer.body = init;
  });
  const Checked checked = run_check(origin);
  EXPECT_EQ(checked.summary.segments, segments.size()) << checked.findings.text;
  return checked.findings.rules.count("MD-01") > 0;
}

Bytes later(const std::string& name, std::int64_t ticks) {
  TsEditor editor(read_sample(name));
  editor.shift_pcr(ticks);
  editor.shift_times(kVideoPid, ticks);
  editor.shift_times(kAudioPid, ticks);
  return editor.bytes();
}

TEST(Durations, TheLastPictureOfATransportStreamLastsUntilTheNextSegment) {
  // 25 pictures of a second altogether; the next one comes three seconds after the first.
  const Bytes first = read_sample("h264_aac-0.ts");
  const Bytes next = later("h264_aac-1.ts", 180000);
  EXPECT_FALSE(is_found({{"3.0", first}, {"1.0", next}}));
  EXPECT_TRUE(is_found({{"4.0", first}, {"1.0", next}}));
  EXPECT_TRUE(is_found({{"2.0", first}, {"1.0", next}}));
  EXPECT_TRUE(is_found({{"0.5", first}, {"1.0", next}}));
  EXPECT_TRUE(is_found({{"2.0", first}, {"1.0", read_sample("h264_aac-1.ts")}}));
  // Behind the last one nothing says it.
  EXPECT_FALSE(is_found({{"3.0", first}}));
  EXPECT_TRUE(is_found({{"0.5", first}}));
}

TEST(Durations, AFragmentSaysWhatItsLastPictureLastsUnlessTheNextSaysMore) {
  const Given given = read_fragmented("h264_aac.mp4");
  const auto next = [&given](std::uint32_t seconds) {
    Mp4Editor piece(given.pieces.at(1));
    piece.set_u32("moof/traf/tfdt", 8, piece.u32("moof/traf/tfdt", 8) + 12800 * seconds);
    piece.set_u32("moof/traf#1/tfdt", 8, piece.u32("moof/traf#1/tfdt", 8) + 48000 * seconds);
    return piece.bytes();
  };
  const Bytes& first = given.pieces.at(0);
  EXPECT_FALSE(is_found({{"3.0", first}, {"0.28", next(2)}}, given.init));
  EXPECT_TRUE(is_found({{"3.0", first}, {"0.28", next(0)}}, given.init));
  EXPECT_TRUE(is_found({{"3.0", first}}, given.init));
}

TEST(Durations, TheTrackThatGoesOnForLongerCounts) {
  const Given given = read_fragmented("h264_aac.mp4");
  Mp4Editor piece(given.pieces.at(0));
  piece.set_u32("moof/traf/trun", 4, 5);  // pictures: a fifth of a second
  EXPECT_FALSE(is_found({{"0.2", piece.bytes()}}, given.init));
  EXPECT_FALSE(is_found({{"0.96", piece.bytes()}}, given.init));
  EXPECT_TRUE(is_found({{"0.6", piece.bytes()}}, given.init));
}

}  // namespace
}  // namespace sluice::check::testing
