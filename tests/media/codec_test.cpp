#include "sluice/media/codec.hpp"

#include <gtest/gtest.h>

namespace sluice::media {
namespace {

struct Row {
  Codec codec;
  int number;
  const char* name;
  TrackKind kind;
  bool fmp4;
  bool ts;
};

// ER-17, MT-11
const Row kRows[] = {
    {Codec::h264, 1, "h264", TrackKind::video, true, true},
    {Codec::hevc, 2, "hevc", TrackKind::video, true, false},
    {Codec::av1, 3, "av1", TrackKind::video, true, false},
    {Codec::vp9, 4, "vp9", TrackKind::video, true, false},
    {Codec::vp8, 5, "vp8", TrackKind::video, false, false},
    {Codec::vvc, 6, "vvc", TrackKind::video, false, false},
    {Codec::other_video, 31, "other_video", TrackKind::video, false, false},
    {Codec::aac, 32, "aac", TrackKind::audio, true, true},
    {Codec::mp3, 33, "mp3", TrackKind::audio, true, true},
    {Codec::opus, 34, "opus", TrackKind::audio, true, false},
    {Codec::flac, 35, "flac", TrackKind::audio, true, false},
    {Codec::ac3, 36, "ac3", TrackKind::audio, true, true},
    {Codec::eac3, 37, "eac3", TrackKind::audio, true, true},
    {Codec::other_audio, 63, "other_audio", TrackKind::audio, false, false},
};

TEST(Codec, NumbersNamesKindsAndContainers) {
  for (const Row& row : kRows) {
    EXPECT_EQ(static_cast<int>(row.codec), row.number) << row.name;
    EXPECT_EQ(to_string(row.codec), row.name);
    EXPECT_EQ(kind_of(row.codec), row.kind) << row.name;
    EXPECT_EQ(can_carry(Container::fmp4, row.codec), row.fmp4) << row.name;
    EXPECT_EQ(can_carry(Container::ts, row.codec), row.ts) << row.name;
  }
}

TEST(Codec, NumbersOfLaterVersionsAreUnknownAndNotCarried) {
  const auto later = static_cast<Codec>(99);
  EXPECT_EQ(to_string(later), "unknown");
  EXPECT_FALSE(can_carry(Container::fmp4, later));
}

TEST(Codec, KindsAndContainersHaveNames) {
  EXPECT_EQ(to_string(TrackKind::video), "video");
  EXPECT_EQ(to_string(TrackKind::audio), "audio");
  EXPECT_EQ(to_string(Container::fmp4), "fmp4");
  EXPECT_EQ(to_string(Container::ts), "ts");
}

}  // namespace
}  // namespace sluice::media
