#include <gtest/gtest.h>

#include "hls/fake_archive.hpp"
#include "sluice/hls/archive_playlist.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using testing::audio_track;
using testing::FakeArchive;
using testing::kNoon;
using testing::video_track;

// MV-02: every format, the newest first; the picture is the newest one's.
TEST(ArchiveMultivariant, ListsTheFormatsOfAllPeriods) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  media::Track larger = video_track();
  larger.config.rfc6381 = "avc1.640028";
  larger.config.video.width = 1920;
  larger.config.video.height = 1080;
  larger.config.video.frame_rate = media::FrameRate{50, 1};
  archive.period({larger, audio_track()});
  archive.segments(2);
  const MultivariantPlaylist list = archive_multivariant(archive.epochs, Container::fmp4, {30, 1});
  EXPECT_EQ(list.codecs, (std::vector<std::string>{"avc1.640028", "mp4a.40.2", "avc1.64001f"}));
  ASSERT_TRUE(list.video);
  EXPECT_EQ(list.video->width, 1920u);
  EXPECT_EQ(list.video->frame_rate, (media::FrameRate{50, 1}));
  EXPECT_TRUE(frame_rate_samples(archive.epochs, Container::fmp4).empty());
}

TEST(ArchiveMultivariant, SegmentsOfTheNewestPictureAreMeasured) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  archive.period();
  archive.segments(5);
  archive.period({audio_track()});
  archive.segments(1);
  const auto samples = frame_rate_samples(archive.epochs, Container::fmp4);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples.front()->msn, 1002u);
  EXPECT_EQ(archive_multivariant(archive.epochs, Container::fmp4, {25, 1}).video->frame_rate,
            (media::FrameRate{25, 1}));
}

// MV-07: 250,000 bytes in two seconds are one megabit a second; MPEG-TS takes more.
TEST(ArchiveMultivariant, RatesAreNotTooLow) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(10);
  archive.segment().bytes = 750'000;
  archive.segments(10);
  const MultivariantPlaylist fmp4 = archive_multivariant(archive.epochs, Container::fmp4, {});
  EXPECT_GE(fmp4.bandwidth, 3'000'000u);
  EXPECT_LT(fmp4.bandwidth, 3'500'000u);
  EXPECT_GE(fmp4.average_bandwidth, 1'095'000u);
  EXPECT_LT(fmp4.average_bandwidth, 1'150'000u);
  const MultivariantPlaylist ts = archive_multivariant(archive.epochs, Container::ts, {});
  EXPECT_GE(ts.average_bandwidth, fmp4.average_bandwidth * 110 / 100);
}

// AV-01.
TEST(ArchiveMultivariant, AudioAloneHasNoPicture) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.period({audio_track()});
  archive.segments(1);
  EXPECT_FALSE(archive_multivariant(archive.epochs, Container::fmp4, {}).video);
  EXPECT_TRUE(frame_rate_samples(archive.epochs, Container::fmp4).empty());
}

}  // namespace
}  // namespace sluice::hls
