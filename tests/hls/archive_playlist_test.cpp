#include "sluice/hls/archive_playlist.hpp"

#include <gtest/gtest.h>

#include "hls/fake_archive.hpp"
#include "hls/playlist_checker.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using testing::FakeArchive;
using testing::kNoon;
using testing::ReadPlaylist;

ArchivePlaylistOptions time_shift() {
  ArchivePlaylistOptions options;
  options.media_prefix = "../../fmp4/";
  options.anchored_at_last = true;
  return options;
}

ArchivePlaylistOptions range() {
  ArchivePlaylistOptions options = time_shift();
  options.anchored_at_last = false;
  return options;
}

ReadPlaylist read(const FakeArchive& archive, const ArchivePlaylistOptions& options, ArchiveMemory memory = {}) {
  return testing::read_playlist(to_text(archive_playlist(archive.epochs, options, memory)));
}

std::vector<std::uint64_t> numbers(const ReadPlaylist& playlist) {
  std::vector<std::uint64_t> result;
  for (const auto& segment : playlist.segments) result.push_back(segment.msn);
  return result;
}

std::vector<std::uint64_t> discontinuities(const ReadPlaylist& playlist) {
  std::vector<std::uint64_t> result;
  for (const auto& segment : playlist.segments) result.push_back(segment.discontinuity_sequence);
  return result;
}

FakeArchive two_epochs() {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.number(500, 40);
  archive.segments(3);
  archive.session(2, kNoon + Seconds(600));
  archive.number(2000, 60);
  archive.segments(2);
  return archive;
}

// MP-01, MP-16, MP-17, MP-19, MP-26.
TEST(ArchivePlaylist, ASessionIsAListThatHasEnded) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.number(1000, 7);
  archive.segments(2);
  archive.segment().added = true;
  ArchivePlaylistOptions options = range();
  options.media_prefix = "../../../fmp4/";
  options.ended = true;
  options.vod = true;
  ArchiveMemory memory;
  EXPECT_EQ(to_text(archive_playlist(archive.epochs, options, memory)),
            "#EXTM3U\n"
            "#EXT-X-VERSION:6\n"
            "#EXT-X-PLAYLIST-TYPE:VOD\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:1000\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"../../../fmp4/20261121T035512Z-100001/init-7.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:00.000Z\n"
            "#EXTINF:2.000000,\n"
            "../../../fmp4/20261121T035512Z-100001/1000.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:02.000Z\n"
            "#EXTINF:2.000000,\n"
            "../../../fmp4/20261121T035512Z-100001/1001.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:04.000Z\n"
            "#EXTINF:2.000000,\n"
            "../../../fmp4/20261121T035512Z-100001/1002r.m4s\n"
            "#EXT-X-ENDLIST\n");
}

// MP-19.
TEST(ArchivePlaylist, WhatGrowsHasNoType) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  ArchivePlaylistOptions options = range();
  options.vod = true;
  ArchiveMemory memory;
  const std::string text = to_text(archive_playlist(archive.epochs, options, memory));
  EXPECT_EQ(text.find("PLAYLIST-TYPE"), std::string::npos);
  EXPECT_EQ(text.find("ENDLIST"), std::string::npos);
}

// A player that has seen EXT-X-ENDLIST loads no more.
TEST(ArchivePlaylist, WhatHasEndedStaysSo) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  ArchiveMemory memory;
  ArchivePlaylistOptions options = time_shift();
  options.ended = true;
  EXPECT_TRUE(archive_playlist(archive.epochs, options, memory).ended);
  options.ended = false;
  EXPECT_TRUE(archive_playlist(archive.epochs, options, memory).ended);
}

TEST(ArchivePlaylist, TimeShiftCountsBackwardsFromItsOwnEpoch) {
  const FakeArchive archive = two_epochs();
  const ReadPlaylist list = read(archive, time_shift());
  EXPECT_EQ(numbers(list), (std::vector<std::uint64_t>{1997, 1998, 1999, 2000, 2001}));
  EXPECT_EQ(discontinuities(list), (std::vector<std::uint64_t>{59, 59, 59, 60, 60}));
  EXPECT_EQ(list.segments[0].uri, "../../fmp4/20261121T035512Z-100001/500.m4s");
}

TEST(ArchivePlaylist, ARangeCountsOnFromItsFirstSegment) {
  const FakeArchive archive = two_epochs();
  const ReadPlaylist list = read(archive, range());
  EXPECT_EQ(numbers(list), (std::vector<std::uint64_t>{500, 501, 502, 503, 504}));
  EXPECT_EQ(discontinuities(list), (std::vector<std::uint64_t>{40, 40, 40, 41, 41}));
  EXPECT_EQ(list.segments[4].uri, "../../fmp4/20261121T035512Z-100002/2001.m4s");
}

// MP-22: numbers keep their places.
TEST(ArchivePlaylist, AHoleIsFilledWithGapsThatShareItsTime) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.number(1000, 7);
  archive.segments(6);
  archive.remove(0, 2, 3);
  const ReadPlaylist list = read(archive, time_shift());
  EXPECT_EQ(numbers(list), (std::vector<std::uint64_t>{1000, 1001, 1002, 1003, 1004, 1005}));
  EXPECT_EQ(discontinuities(list), (std::vector<std::uint64_t>(6, 7)));
  for (const std::size_t i : {2u, 3u, 4u}) {
    EXPECT_TRUE(list.segments[i].gap);
    EXPECT_EQ(list.segments[i].micros, 2000000);
  }
  EXPECT_EQ(list.segments[3].date, "2026-11-21T04:00:06.000Z");
  EXPECT_EQ(list.segments[5].date, "2026-11-21T04:00:10.000Z");
  EXPECT_EQ(list.micros(), 12000000);
}

// MP-04: a publisher that is away for longer than its gaps last.
TEST(ArchivePlaylist, AGapIsNoLongerThanTheTargetDuration) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  archive.away(2, Seconds(7));
  archive.session(2, archive.end(), true);
  archive.segments(2);
  const ReadPlaylist list = read(archive, time_shift());
  ASSERT_EQ(list.segments.size(), 6u);
  EXPECT_EQ(list.segments[2].micros, 2000000);
  EXPECT_EQ(list.segments[3].micros, 2000000);
  EXPECT_EQ(list.segments[3].date, "2026-11-21T04:00:06.000Z");
  EXPECT_EQ(list.segments[4].date, "2026-11-21T04:00:11.000Z");
  EXPECT_EQ(list.segments[4].discontinuity_sequence, list.segments[3].discontinuity_sequence + 1);
}

// MP-17: dates never go back.
TEST(ArchivePlaylist, AGapWithoutTimeIsTiny) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(2);
  archive.away(2, Micros(0));
  archive.session(2, archive.end(), true);
  archive.segments(1);
  const ReadPlaylist list = read(archive, time_shift());
  ASSERT_EQ(list.segments.size(), 5u);
  for (const std::size_t i : {2u, 3u}) {
    EXPECT_TRUE(list.segments[i].gap);
    EXPECT_EQ(list.segments[i].micros, 1000);
    EXPECT_EQ(list.segments[i].date, "2026-11-21T04:00:04.000Z");
  }
  EXPECT_EQ(list.segments[4].date, "2026-11-21T04:00:04.000Z");
}

// MP-08: the DISCONTINUITY-SEQUENCE of what follows is what it was.
TEST(ArchivePlaylist, LostPeriodsLeaveTheirDiscontinuities) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.number(1000, 7);
  archive.segments(2);
  for (int i = 0; i < 3; ++i) {
    archive.period();
    archive.segments(2);
  }
  archive.remove(0, 2, 4);
  const ReadPlaylist list = read(archive, time_shift());
  EXPECT_EQ(numbers(list).size(), 8u);
  EXPECT_EQ(discontinuities(list), (std::vector<std::uint64_t>{7, 7, 8, 9, 9, 9, 10, 10}));
}

// The clock was set back between two publishes, or the first ran ahead of it.
TEST(ArchivePlaylist, OverlappingEpochsAreMovedApart) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(10);
  archive.session(2, kNoon + Seconds(5));
  archive.segments(2);
  const ReadPlaylist backwards = read(archive, time_shift());
  EXPECT_EQ(backwards.segments[9].date, "2026-11-21T04:00:03.000Z");
  EXPECT_EQ(backwards.segments[10].date, "2026-11-21T04:00:05.000Z");
  const ReadPlaylist onwards = read(archive, range());
  EXPECT_EQ(onwards.segments[9].date, "2026-11-21T04:00:18.000Z");
  EXPECT_EQ(onwards.segments[10].date, "2026-11-21T04:00:20.000Z");
}

TEST(ArchivePlaylist, OneMapServesAPeriodOfManyFiles) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(1);
  auto& segment = archive.segment();
  segment.period = std::make_shared<const PeriodInfo>(*segment.period);  // as another file's
  archive.period();
  archive.segments(1);
  ArchiveMemory memory;
  const MediaPlaylist list = archive_playlist(archive.epochs, time_shift(), memory);
  EXPECT_FALSE(list.segments[0].map_uri.empty());
  EXPECT_TRUE(list.segments[1].map_uri.empty());
  EXPECT_FALSE(list.segments[1].discontinuity);
  EXPECT_FALSE(list.segments[2].map_uri.empty());
  EXPECT_TRUE(list.segments[2].discontinuity);
}

TEST(ArchivePlaylist, WhatAContainerDoesNotCarryIsAGapInIt) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segment().carried = {true, false};
  archive.segments(1);
  ArchivePlaylistOptions options = range();
  options.container = Container::ts;
  const ReadPlaylist list = read(archive, options);
  EXPECT_TRUE(list.segments[0].gap);
  EXPECT_FALSE(list.segments[1].gap);
  EXPECT_TRUE(carries(archive.epochs, Container::ts));
  archive.remove(0, 1, 1);
  EXPECT_FALSE(carries(archive.epochs, Container::ts));
}

// MP-09.
TEST(ArchivePlaylist, TheWindowKeepsWhatAPlaylistMustList) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(30);
  ArchivePlaylistOptions options = time_shift();
  options.window = Seconds(20);
  EXPECT_EQ(read(archive, options).segments.size(), 10u);
  options.window = Seconds(1);
  EXPECT_EQ(read(archive, options).segments.size(), 6u);
  archive.target = Seconds(6);
  archive.segment();
  EXPECT_EQ(read(archive, options).segments.size(), 9u);
}

// MP-03: what was told once stays true when its reason has left the window.
TEST(ArchivePlaylist, TheTargetDurationAndIndependenceAreKept) {
  FakeArchive archive;
  archive.target = Seconds(5);
  archive.session(1, kNoon);
  archive.segment(Seconds(5)).independent = false;
  archive.target = Seconds(2);
  archive.session(2, kNoon + Seconds(60));
  archive.segments(20);
  ArchiveMemory memory;
  EXPECT_EQ(archive_playlist(archive.epochs, time_shift(), memory).target_duration, Seconds(5));
  archive.remove(0, 0, 1);
  const MediaPlaylist list = archive_playlist(archive.epochs, time_shift(), memory);
  EXPECT_EQ(list.target_duration, Seconds(5));
  EXPECT_FALSE(list.independent_segments);
  ArchiveMemory anew;
  EXPECT_EQ(archive_playlist(archive.epochs, time_shift(), anew).target_duration, Seconds(2));
}

// Somebody deletes the newer of two old publishes, or the beginning of the one that is live: numbers stay.
TEST(ArchivePlaylist, FilesThatVanishOutOfOrderMoveNoNumber) {
  FakeArchive archive;
  for (int i = 1; i <= 3; ++i) {
    archive.session(i, kNoon + Seconds(100 * i));
    archive.number(static_cast<std::uint64_t>(1000 * i), static_cast<std::uint64_t>(10 * i));
    archive.segments(4);
  }
  for (const auto& options : {time_shift(), range()}) {
    ArchiveMemory memory;
    FakeArchive one = archive;
    testing::PlaylistChecker checker;
    checker.add(to_text(archive_playlist(one.epochs, options, memory)));
    const std::string last = archive_playlist(one.epochs, options, memory).segments.back().uri;
    one.remove(2, 0, 2);
    one.remove(1, 2, 2);
    const ReadPlaylist list = read(one, options, memory);
    EXPECT_EQ(list.segments.size(), 12u);
    EXPECT_EQ(list.segments.back().uri, last);
    EXPECT_TRUE(list.segments[6].gap && list.segments[9].gap);
    EXPECT_FALSE(list.segments[10].gap);
  }
}

TEST(ArchivePlaylist, WhatCannotStandTogetherIsNotListedTogether) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.number(1000, 7);
  archive.segments(2);
  archive.number(900, 8);  // back
  archive.segments(2);
  EXPECT_EQ(numbers(read(archive, time_shift())), (std::vector<std::uint64_t>{900, 901}));
  archive.number(2'000'000, 9);  // more numbers are missing than anybody can have been away for
  archive.segments(1);
  EXPECT_EQ(numbers(read(archive, time_shift())), (std::vector<std::uint64_t>{2'000'000}));
}

TEST(ArchivePlaylist, NothingIsCountedBelowZero) {
  FakeArchive archive;
  archive.session(1, kNoon);
  archive.segments(5);
  archive.session(2, kNoon + Seconds(60));
  archive.number(2, 1);
  archive.segments(2);
  EXPECT_EQ(numbers(read(archive, time_shift())), (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace sluice::hls
