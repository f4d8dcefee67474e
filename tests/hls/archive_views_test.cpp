#include "sluice/hls/archive_views.hpp"

#include <gtest/gtest.h>

#include "hls/fake_archive.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using testing::FakeArchive;
using testing::kNoon;
using testing::kRecorded;
using testing::session;

class ArchiveViewsTest : public ::testing::Test {
 protected:
  // Session 1, ended; session 2, an hour later, of five segments.
  void SetUp() override {
    archive.session(1, kNoon);
    archive.segments(5);
    archive.session(2, kNoon + Seconds(3600));
    archive.number(20'000, 200);
    archive.segments(5);
    growth.now = archive.end();
  }
  void is_live(int number) { growth.epoch = growth.session = session(number); }

  ArchiveText playlist(const ArchiveView& view, int epoch, Container container = Container::fmp4) {
    return views.playlist(kRecorded, {view, container, session(epoch)}, growth, memory);
  }
  ArchiveText multivariant(const ArchiveView& view) {
    return views.multivariant(kRecorded, {view, Container::fmp4}, "fmp4/", growth);
  }
  static bool names(const ArchiveText& list, int epoch) {
    return list.text.find("\nfmp4/" + session(epoch).text() + ".m3u8\n") != std::string::npos;
  }

  FakeArchive archive;
  testing::FakeRenderer renderer;
  ArchiveViews views{{}, archive, renderer};
  Growth growth;
  ArchiveMemory memory;
};

TEST_F(ArchiveViewsTest, TimeShiftIsOfTheNewestEpoch) {
  EXPECT_TRUE(names(multivariant(DvrView{}), 2));
  is_live(2);
  EXPECT_TRUE(names(multivariant(DvrView{}), 2));
}

TEST_F(ArchiveViewsTest, TimeShiftGrowsWhileItsEpochLives) {
  is_live(2);
  EXPECT_FALSE(playlist(DvrView{}, 2).ended);
  growth.session.reset();  // the publisher may return
  EXPECT_FALSE(playlist(DvrView{}, 2).ended);
  EXPECT_TRUE(playlist(DvrView{}, 1).ended);
  growth.epoch.reset();
  EXPECT_TRUE(playlist(DvrView{}, 2).ended);
}

TEST_F(ArchiveViewsTest, NothingEndsWhileAFileOfItIsOpen) {
  const RangeView range{kNoon + Seconds(3600), archive.end() + Seconds(1)};
  growth.now = archive.end() + Seconds(30);
  archive.epochs.back().open = true;
  EXPECT_FALSE(playlist(DvrView{}, 2).ended);
  EXPECT_FALSE(playlist(SessionView{session(2)}, 2).ended);
  EXPECT_FALSE(playlist(range, 2).ended);
  EXPECT_TRUE(playlist(RangeView{range.from, archive.end()}, 2).ended);
  memory = {};
  EXPECT_TRUE(playlist(DvrView{}, 1).ended);
  archive.epochs.back().open = false;
  for (const ArchiveView& view : {ArchiveView(DvrView{}), ArchiveView(SessionView{session(2)}), ArchiveView(range)}) {
    memory = {};
    EXPECT_TRUE(playlist(view, 2).ended);
  }
}

TEST_F(ArchiveViewsTest, NothingEndsBeforeRecovery) {
  growth.unknown = true;
  EXPECT_FALSE(playlist(DvrView{}, 1).ended);
  EXPECT_FALSE(playlist(SessionView{session(1)}, 1).ended);
}

// What was recorded before is not the live stream's past yet: its playlist would end.
TEST_F(ArchiveViewsTest, ALiveStreamWithNothingOnTheDiskIsNotThereYet) {
  is_live(3);
  EXPECT_EQ(multivariant(DvrView{}).status, ArchiveStatus::not_yet);
  EXPECT_EQ(playlist(DvrView{}, 3).status, ArchiveStatus::not_yet);
  EXPECT_EQ(multivariant(SessionView{session(3)}).status, ArchiveStatus::not_yet);
  EXPECT_EQ(multivariant(RangeView{growth.now - Seconds(10), {}}).status, ArchiveStatus::found);
  archive.epochs.clear();
  EXPECT_EQ(multivariant(DvrView{}).status, ArchiveStatus::not_yet);
  EXPECT_EQ(multivariant(RangeView{growth.now - Seconds(10), {}}).status, ArchiveStatus::not_yet);
}

TEST_F(ArchiveViewsTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(playlist(DvrView{}, 3).status, ArchiveStatus::nothing_there);
  EXPECT_EQ(playlist(SessionView{session(3)}, 3).status, ArchiveStatus::nothing_recorded);
  EXPECT_EQ(playlist(SessionView{session(2)}, 1).status, ArchiveStatus::nothing_recorded);
  EXPECT_EQ(multivariant(RangeView{kNoon - Seconds(60), kNoon}).status, ArchiveStatus::nothing_there);
  archive.epochs.clear();
  EXPECT_EQ(multivariant(DvrView{}).status, ArchiveStatus::nothing_recorded);
  archive.fault = "the disk is broken";
  EXPECT_EQ(multivariant(DvrView{}).status, ArchiveStatus::failed);
  EXPECT_EQ(multivariant(DvrView{}).message, "the disk is broken");
}

TEST_F(ArchiveViewsTest, AContainerWithoutMediaHasNoPlaylist) {
  for (ArchivedEpoch& epoch : archive.epochs) {
    for (ArchivedSegment& segment : epoch.segments) segment.carried = {true, false};
  }
  EXPECT_EQ(playlist(DvrView{}, 2, Container::ts).status, ArchiveStatus::not_carried);
}

TEST_F(ArchiveViewsTest, ASessionEndsWithItsPublish) {
  is_live(2);
  EXPECT_FALSE(playlist(SessionView{session(2)}, 2).ended);
  growth.session = session(3);  // resumed by another
  memory = {};
  const ArchiveText ended = playlist(SessionView{session(2)}, 2);
  EXPECT_TRUE(ended.ended);
  EXPECT_NE(ended.text.find("#EXT-X-PLAYLIST-TYPE:VOD\n"), std::string::npos);
  EXPECT_NE(ended.text.find("\n../../../fmp4/" + session(2).text() + "/20000.m4s\n"), std::string::npos);
  EXPECT_EQ(ended.text.find(session(1).text()), std::string::npos);
}

TEST_F(ArchiveViewsTest, ARangeListsTheSegmentsThatTouchIt) {
  const ArchiveText list = playlist(RangeView{kNoon + Seconds(3), kNoon + Seconds(3604)}, 2);
  EXPECT_NE(list.text.find("#EXT-X-MEDIA-SEQUENCE:1001\n"), std::string::npos);
  EXPECT_NE(list.text.find("/1001.m4s"), std::string::npos);
  EXPECT_NE(list.text.find("/20001.m4s"), std::string::npos);
  EXPECT_EQ(list.text.find("/20002.m4s"), std::string::npos);
  EXPECT_TRUE(list.ended);
}

TEST_F(ArchiveViewsTest, ARangeGrowsUntilItsEndIsRecorded) {
  is_live(2);
  const WallTime from = kNoon + Seconds(3600);
  EXPECT_FALSE(playlist(RangeView{from, {}}, 2).ended);
  EXPECT_FALSE(playlist(RangeView{from, archive.end() + Seconds(1)}, 2).ended);
  EXPECT_TRUE(playlist(RangeView{from, archive.end()}, 2).ended);

  // The publisher is away at the range's end. It may still send what belongs there, until it sends what does not.
  const RangeView open{from, archive.end() + Seconds(1)};
  memory = {};
  growth.now = archive.end() + Seconds(30);
  EXPECT_FALSE(playlist(open, 2).ended);
  archive.away(3, Seconds(20));
  archive.session(3, archive.end(), true);
  archive.segments(1);
  EXPECT_TRUE(playlist(open, 2).ended);
}

TEST_F(ArchiveViewsTest, ALongSessionIsListedFromADayBeforeItsEndOn) {
  for (int i = 0; i < 1500; ++i) archive.segment(Seconds(60));
  const ArchiveText list = playlist(SessionView{session(2)}, 2);
  EXPECT_EQ(list.text.find("/20000.m4s"), std::string::npos);
  EXPECT_NE(list.text.find("#EXT-X-MEDIA-SEQUENCE:20065\n"), std::string::npos);
}

// 60 pictures in two seconds.
TEST_F(ArchiveViewsTest, TheFrameRateIsMeasured) {
  EXPECT_NE(multivariant(DvrView{}).text.find("FRAME-RATE=30.000"), std::string::npos);
}

TEST_F(ArchiveViewsTest, MediaIsRendered) {
  const ArchiveMedia init = views.init(kRecorded, {session(2), 200});
  ASSERT_EQ(init.status, ArchiveStatus::found);
  EXPECT_EQ(as_text(init.pieces.front().view()), "init 200");
  const ArchiveMedia ts = views.segment(kRecorded, {Container::ts, session(2), 20'001, false});
  ASSERT_EQ(ts.status, ArchiveStatus::found);
  EXPECT_EQ(as_text(ts.pieces.front().view()), "ts 20001");
  EXPECT_EQ(views.segment(kRecorded, {Container::ts, session(2), 20'001, true}).status, ArchiveStatus::nothing_there);
  EXPECT_EQ(views.segment(kRecorded, {Container::ts, session(2), 999, false}).status, ArchiveStatus::gone);
  renderer.broken = true;
  const ArchiveMedia broken = views.segment(kRecorded, {Container::fmp4, session(2), 20'001, false});
  EXPECT_EQ(broken.status, ArchiveStatus::failed);
  EXPECT_TRUE(broken.render_failed);
}

TEST_F(ArchiveViewsTest, NoBytesAreMadeOfWhatAContainerDoesNotCarry) {
  archive.period({testing::video_track(media::Codec::hevc)});
  archive.segment().carried = {true, false};
  EXPECT_EQ(views.segment(kRecorded, {Container::ts, session(2), 20'005, false}).status, ArchiveStatus::not_carried);
  EXPECT_EQ(views.segment(kRecorded, {Container::fmp4, session(2), 20'005, false}).status, ArchiveStatus::found);
}

}  // namespace
}  // namespace sluice::hls
