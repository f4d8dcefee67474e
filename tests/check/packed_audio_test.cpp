// Packed audio and WebVTT.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/judged.hpp"
#include "hex.hpp"

namespace sluice::check::testing {
namespace {

using test::hex;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kFrameTicks = 1920;  // 1024 samples at 48 kHz

Bytes tag(std::uint64_t time, std::string_view owner = "com.apple.streaming.transportStreamTimestamp") {
  ByteWriter writer;
  writer.append("ID3");
  writer.append(hex("0400 00"));
  writer.u32(static_cast<std::uint32_t>(10 + owner.size() + 9));
  writer.append("PRIV");
  writer.u32(static_cast<std::uint32_t>(owner.size() + 9));
  writer.u16(0);
  writer.append(owner);
  writer.u8(0);
  writer.u64(time);
  return std::move(writer).take();
}

// AAC LC, 48 kHz, stereo: a header, and one byte of content.
Bytes frames(int count, std::string_view header = "fff14c80011ffc00") {
  Bytes bytes;
  for (int i = 0; i < count; ++i) {
    const Bytes frame = hex(header);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Judged judge_pieces(std::vector<Bytes> pieces) {
  Given given;
  given.pieces = std::move(pieces);
  return judge(given);
}

TEST(PackedAudio, SegmentsThatGoOnHaveNoFindings) {
  const Judged judged = judge_pieces({tag(900) + frames(10), tag(900 + 10 * kFrameTicks) + frames(5)});
  EXPECT_THAT(judged.findings, IsEmpty());
  const MediaFacts& facts = judged.facts.at(0);
  EXPECT_EQ(facts.format, MediaFormat::packed_audio);
  ASSERT_EQ(facts.tracks.size(), 1U);
  EXPECT_EQ(facts.tracks[0].rfc6381, "mp4a.40.2");
  EXPECT_EQ(facts.tracks[0].sample_rate, 48000U);
  EXPECT_EQ(facts.tracks[0].channels, 2U);
  EXPECT_EQ(facts.tracks[0].samples, 10U);
  EXPECT_EQ(facts.start, Ticks90k(900));
  EXPECT_EQ(facts.end, Ticks90k(900 + 10 * kFrameTicks));
}

TEST(PackedAudio, TheTimestampIsOf33BitsAndOfApplesName) {
  EXPECT_THAT(judge_pieces({frames(3)}).rules, ElementsAre("MA-07"));
  EXPECT_THAT(judge_pieces({tag(0, "org.example.time") + frames(3)}).rules, ElementsAre("MA-07"));
  EXPECT_THAT(judge_pieces({tag(std::uint64_t{1} << 33) + frames(3)}).rules, ElementsAre("MA-07"));
}

TEST(PackedAudio, FramesAreWholeAndOfOneKind) {
  EXPECT_THAT(judge_pieces({tag(0) + frames(3) + hex("fff14c8001")}).rules, ElementsAre("MA-08"));
  EXPECT_THAT(judge_pieces({tag(0) + frames(3) + hex("0000000000000000")}).rules, ElementsAre("MA-08"));
  // 44.1 kHz.
  EXPECT_THAT(judge_pieces({tag(0) + frames(3) + frames(1, "fff15080011ffc00")}).rules, ElementsAre("MA-08"));
  EXPECT_THAT(judge_pieces({tag(0)}).rules, ElementsAre("MA-08"));
}

TEST(PackedAudio, TimesGoOnWithinAFrame) {
  const Bytes first = tag(0) + frames(10);
  EXPECT_THAT(judge_pieces({first, tag(11 * kFrameTicks) + frames(1)}).findings, IsEmpty());
  EXPECT_THAT(judge_pieces({first, tag(12 * kFrameTicks) + frames(1)}).rules, ElementsAre("MA-09"));
  EXPECT_THAT(judge_pieces({first, tag(8 * kFrameTicks) + frames(1)}).rules, ElementsAre("MA-09"));
}

TEST(PackedAudio, TimesMayWrap) {
  constexpr std::uint64_t kNearWrap = (std::uint64_t{1} << 33) - 10 * kFrameTicks;
  const Judged judged = judge_pieces({tag(kNearWrap) + frames(10), tag(0) + frames(1)});
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.at(1).start, judged.facts.at(0).end);
}

TEST(WebVtt, SaysHowItsTimesMapToTheOthers) {
  const auto text = [](std::string_view t) { return Bytes(as_bytes(t).begin(), as_bytes(t).end()); };
  EXPECT_THAT(judge_pieces({text("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n")}).findings, IsEmpty());
  EXPECT_THAT(judge_pieces({text("WEBVTT\n\n00:00.000 --> 00:01.000\nX-TIMESTAMP-MAP=\n")}).rules,
              ElementsAre("MA-10"));
}

TEST(WebVtt, ItsHeaderMayStandInTheInitialisationSection) {
  const auto text = [](std::string_view t) { return Bytes(as_bytes(t).begin(), as_bytes(t).end()); };
  Given given;
  given.init = text("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n");
  given.pieces = {text("00:00.000 --> 00:01.000\nHello\n"), text("")};
  const Judged judged = judge(given);
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.at(1).format, MediaFormat::webvtt);
  given.init = text("WEBVTT\n\n");
  EXPECT_THAT(judge(given).rules, ElementsAre("MA-10"));
  given.init.clear();
  EXPECT_THAT(judge(given).rules, ElementsAre("MA-01"));
}

}  // namespace
}  // namespace sluice::check::testing
