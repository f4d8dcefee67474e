// What a MediaJudge says is in MPEG-TS segments, as ffprobe reads them, and how it takes what is not broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/judged.hpp"
#include "check/ts_editor.hpp"

namespace sluice::check::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kWrap = std::int64_t{1} << 33;

Given segments(const std::vector<Bytes>& pieces) {
  Given given;
  given.pieces = pieces;
  given.promise.independent = true;
  return given;
}

// FFmpeg's own order of tables is "TS-03", and it counts anew in each file.
Bytes sound(const std::string& name) {
  TsEditor editor(read_sample(name));
  while (!editor.of(17).empty()) editor.remove(editor.of(17).back());
  return editor.bytes();
}

Bytes shifted(const std::string& name, std::int64_t ticks) {
  TsEditor editor(sound(name));
  editor.shift_pcr(ticks);
  editor.shift_times(kVideoPid, ticks);
  editor.shift_times(kAudioPid, ticks);
  return editor.bytes();
}

TEST(TsFacts, PicturesAndAudioAreCountedAndPlaced) {
  const MediaFacts facts = judge(segments({sound("h264_aac-0.ts")})).facts.at(0);
  EXPECT_EQ(facts.format, MediaFormat::ts);
  ASSERT_EQ(facts.tracks.size(), 2U);
  const TrackFacts& video = *facts.track(media::TrackKind::video);
  EXPECT_EQ(video.id, 256U);
  EXPECT_EQ(video.rfc6381, "avc1.64000b");
  EXPECT_EQ(video.width, 160U);
  EXPECT_EQ(video.height, 90U);
  EXPECT_EQ(video.samples, 25U);
  EXPECT_EQ(video.sync_samples, 1U);
  EXPECT_TRUE(video.starts_with_sync);
  EXPECT_DOUBLE_EQ(video.frame_rate, 25);
  EXPECT_EQ(video.end_dts - video.first_dts, 90000);
  const TrackFacts& audio = *facts.track(media::TrackKind::audio);
  EXPECT_EQ(audio.rfc6381, "mp4a.40.2");
  EXPECT_EQ(audio.sample_rate, 48000U);
  EXPECT_EQ(audio.channels, 1U);
  EXPECT_EQ(facts.end - facts.start, Ticks90k(90000));
}

TEST(TsFacts, OtherAudioIsReadFromItsFrames) {
  const auto audio_of = [](const std::string& name) {
    const Judged judged = judge(segments({sound(name)}));
    EXPECT_THAT(judged.findings, IsEmpty());
    return *judged.facts.at(0).track(media::TrackKind::audio);
  };
  const TrackFacts mp3 = audio_of("h264_mp3.ts");
  EXPECT_EQ(mp3.rfc6381, "mp4a.40.34");
  EXPECT_EQ(mp3.sample_rate, 48000U);
  EXPECT_EQ(mp3.channels, 1U);
  const TrackFacts ac3 = audio_of("h264_ac3.ts");
  EXPECT_EQ(ac3.rfc6381, "ac-3");
  EXPECT_EQ(ac3.sample_rate, 48000U);
  const TrackFacts eac3 = audio_of("h264_eac3.ts");
  EXPECT_EQ(eac3.rfc6381, "ec-3");
}

TEST(TsJudge, TimesMayWrap) {
  TsEditor second(shifted("h264_aac-1.ts", kWrap - 180000));
  const TsEditor first(shifted("h264_aac-0.ts", kWrap - 180000));
  for (const std::uint16_t pid : {std::uint16_t{0}, kPmtPid, kVideoPid, kAudioPid}) second.count_on(pid, first);
  const Judged judged = judge(segments({TsEditor(first).bytes(), second.bytes()}));
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.at(1).start - judged.facts.at(0).start, Ticks90k(90000));
}

TEST(TsJudge, AllMayChangeAtADiscontinuity) {
  Given given = segments({shifted("h264_aac-0.ts", 90000 * 100), sound("h264_mp3.ts")});
  given.promise.discontinuity = true;
  EXPECT_THAT(judge(given).findings, IsEmpty());
}

TEST(TsJudge, NothingIsSaidOfWhatLiesBetweenSegmentsThatDoNotFollow) {
  const Bytes first = sound("h264_aac-0.ts");
  const Bytes later = shifted("h264_aac-1.ts", 90000 * 20);
  MediaJudge judge;
  Judged judged;
  MediaPiece piece;
  piece.url = "a";
  piece.bytes = first;
  judge.on_piece(piece, judged.report());
  piece.bytes = later;
  judge.on_piece(piece, judged.report());
  EXPECT_THAT(judged.findings, IsEmpty());
}

TEST(TsJudge, ADiscontinuityIndicatorExcusesTheCounter) {
  TsEditor first(sound("h264_aac-0.ts"));
  std::size_t changed = 0;
  for (const std::size_t i : first.of(kVideoPid)) {
    if (!first.has_pcr(i) || i < 10) continue;
    if (changed == 0) first.packet(i)[5] |= 0x80;
    ++changed;
  }
  ASSERT_GT(changed, 1U);
  bool is_after = false;
  for (const std::size_t i : first.of(kVideoPid)) {
    is_after = is_after || ((first.packet(i)[3] & 0x20) != 0 && first.packet(i)[4] > 0 && (first.packet(i)[5] & 0x80));
    std::uint8_t& byte = first.packet(i)[3];
    if (is_after) byte = static_cast<std::uint8_t>((byte & 0xF0) | ((byte + 5) & 0x0F));
  }
  EXPECT_THAT(judge(segments({first.bytes()})).findings, IsEmpty());
}

TEST(TsJudge, AFaultInEveryPacketIsOneFinding) {
  TsEditor first(sound("h264_aac-0.ts"));
  for (const std::size_t i : first.of(kVideoPid)) first.packet(i)[3] &= 0xF0;
  const Judged judged = judge(segments({first.bytes()}));
  ASSERT_EQ(judged.findings.size(), 1U);
  EXPECT_THAT(judged.findings[0], ::testing::HasSubstr("more of this"));
}

TEST(TsJudge, AFrameMayGoOnInTheNextPesPacket) {
  TsEditor editor(sound("h264_aac-0.ts"));
  Bytes first = editor.take_pes(editor.starts(kAudioPid)[0]);
  Bytes second = editor.take_pes(editor.starts(kAudioPid)[0]);
  // What stands before the PTS, and its content, is as long as the header says.
  const std::ptrdiff_t content = 9 + second[8];
  second.insert(second.begin() + content, first.end() - 20, first.end());
  first.resize(first.size() - 20);
  editor.insert_pes(kAudioPid, second);
  editor.insert_pes(kAudioPid, first);
  EXPECT_THAT(judge(segments({editor.bytes()})).findings, IsEmpty());
}

}  // namespace
}  // namespace sluice::check::testing
