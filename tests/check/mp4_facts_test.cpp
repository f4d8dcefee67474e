// What a MediaJudge says is in fragmented MP4, as ffprobe reads it, and how it takes what is not broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/judged.hpp"
#include "check/mp4_editor.hpp"

namespace sluice::check::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Sample {
  const char* name;
  const char* video;
  const char* audio;
  std::uint64_t frames;  // of the first piece
  std::uint64_t audio_frames;
  std::uint32_t channels;
};

constexpr Sample kSamples[] = {
    {"h264_aac.mp4", "avc1.64000b", "mp4a.40.2", 25, 45, 1},
    {"h264_mp3.mp4", "avc1.64000b", "mp4a.40.34", 25, 43, 0},
    {"h264_ac3.mp4", "avc1.64000b", "ac-3", 25, 32, 1},
    {"h264_eac3.mp4", "avc1.64000b", "ec-3", 25, 32, 1},
    {"h264_flac.mp4", "avc1.64000b", "fLaC", 25, 11, 1},
    {"hevc_aac.mp4", "hvc1.1.6.L30.90", "mp4a.40.2", 25, 45, 1},
    {"av1_opus.mp4", "av01.0.00M.08", "opus", 25, 51, 1},
    {"vp9_opus.mp4", "vp09.00.10.08", "opus", 25, 51, 1},
};

TEST(Mp4Facts, SoundSamplesHaveNoFindingsAndAreDescribed) {
  for (const Sample& sample : kSamples) {
    SCOPED_TRACE(sample.name);
    const Judged judged = judge(read_fragmented(sample.name));
    EXPECT_THAT(judged.findings, IsEmpty());
    ASSERT_EQ(judged.facts.size(), 3U);
    for (const MediaFacts& facts : judged.facts) {
      ASSERT_EQ(facts.tracks.size(), 2U);
      EXPECT_EQ(facts.tracks[0].rfc6381, sample.video);
      EXPECT_EQ(facts.tracks[1].rfc6381, sample.audio);
      EXPECT_EQ(facts.tracks[1].sample_rate, 48000U);
      EXPECT_EQ(facts.tracks[1].channels, sample.channels);
    }
    const MediaFacts& first = judged.facts[1];
    const TrackFacts& video = first.tracks[0];
    EXPECT_EQ(video.width, 160U);
    EXPECT_EQ(video.height, 90U);
    EXPECT_EQ(video.samples, sample.frames);
    EXPECT_EQ(video.sync_samples, 1U);
    EXPECT_TRUE(video.starts_with_sync);
    EXPECT_NEAR(video.frame_rate, 25, 0.001);
    EXPECT_EQ(first.tracks[1].samples, sample.audio_frames);
    EXPECT_EQ(first.end - first.start, Ticks90k(90000));
  }
}

TEST(Mp4Facts, WhatSamplesLastIsNotHowLongTheyAreShown) {
  // It ends with a picture whose predecessors in time are yet to come.
  const MediaFacts facts = judge(read_fragmented("hevc_aac.mp4")).facts.at(2);
  EXPECT_EQ(facts.duration, Ticks90k(90000 * 7 / 25));
  EXPECT_EQ(facts.end - facts.start, Ticks90k(90000 * 11 / 25));
}

TEST(Mp4Judge, NothingIsSaidOfWhatLiesBetweenPiecesThatDoNotFollow) {
  const Given given = read_fragmented("h264_aac.mp4");
  MediaJudge judge;
  Judged judged;
  judge.on_init("init", given.init, judged.report());
  MediaPiece piece;
  piece.url = "late";
  piece.bytes = given.pieces[1];
  judge.on_piece(piece, judged.report());
  piece.bytes = given.pieces[0];
  judge.on_piece(piece, judged.report());
  EXPECT_THAT(judged.findings, IsEmpty());
}

TEST(Mp4Judge, ADiscontinuityExcusesTimesAndNumbers) {
  Given given = read_fragmented("h264_aac.mp4");
  std::swap(given.pieces[0], given.pieces[1]);
  EXPECT_THAT(judge(given).rules, ElementsAre("MF-16", "MF-23"));
  given.promise.discontinuity = true;
  EXPECT_THAT(judge(given).findings, IsEmpty());
}

TEST(Mp4Judge, TheSameInitialisationSectionAgainChangesNothing) {
  const Given given = read_fragmented("h264_aac.mp4");
  MediaJudge judge;
  Judged judged;
  MediaPiece piece;
  for (const Bytes& bytes : given.pieces) {
    judge.on_init("init", given.init, judged.report());
    piece.url = "piece";
    piece.bytes = bytes;
    judge.on_piece(piece, judged.report());
    piece.follows = true;
  }
  EXPECT_THAT(judged.findings, IsEmpty());
}

TEST(CompareWithParts, TheSamplesOfAllPartsMakeTheSegment) {
  const Given given = read_fragmented("h264_aac.mp4");
  Given whole = given;
  whole.pieces[0].insert(whole.pieces[0].end(), given.pieces[1].begin(), given.pieces[1].end());
  whole.pieces.pop_back();
  const Judged of_parts = judge(given);
  const MediaFacts segment = judge(whole).facts.at(1);
  const std::vector<MediaFacts> parts = {of_parts.facts.at(1), of_parts.facts.at(2)};

  Judged judged;
  compare_with_parts("segment", segment, parts, judged.report());
  EXPECT_THAT(judged.findings, IsEmpty());
  compare_with_parts("segment", segment, {parts.data(), 1}, judged.report());
  EXPECT_THAT(judged.rules, ElementsAre("MA-11"));
}

TEST(CompareWithParts, OneOtherByteOrTimeIsSeen) {
  const Given given = read_fragmented("h264_aac.mp4");
  const MediaFacts segment = judge(given).facts.at(1);
  for (const bool is_time : {true, false}) {
    Given changed = given;
    Mp4Editor part(given.pieces[0]);
    if (is_time) {
      part.set_u32("moof/traf#1/tfdt", 8, 1);
    } else {
      part.content("mdat")[part.content_size("mdat") - 1] ^= 1;
    }
    changed.pieces = {part.bytes()};
    const MediaFacts facts = judge(changed).facts.at(1);
    Judged judged;
    compare_with_parts("segment", segment, {&facts, 1}, judged.report());
    EXPECT_THAT(judged.rules, ElementsAre("MA-11"));
  }
}

}  // namespace
}  // namespace sluice::check::testing
