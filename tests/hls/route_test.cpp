#include "sluice/hls/route.hpp"

#include <gtest/gtest.h>

namespace sluice::hls {
namespace {

using media::Container;

const StreamName kStream = StreamName::make("live", "demo").value();
const SessionId kSession = SessionId::parse("20261121T035512Z-3f9a2c").value();

// 2026-11-21T03:55:12Z, ten minutes later.
const WallTime kFrom{Seconds(1795233312)};
const WallTime kTo{Seconds(1795233912)};

struct Case {
  const char* path;
  Resource resource;
};

TEST(Route, EveryResourceHasOnePathBothWays) {
  const Case cases[] = {
      {"/live/demo", PlayerPage{false}},
      {"/live/demo/", PlayerPage{true}},
      {"/live/demo/index.m3u8", MultivariantName{}},
      {"/live/demo/fmp4/index.m3u8", MultivariantName{Container::fmp4}},
      {"/live/demo/ts/index.m3u8", MultivariantName{Container::ts}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c.m3u8", MediaPlaylistName{Container::fmp4, kSession}},
      {"/live/demo/ts/20261121T035512Z-3f9a2c.m3u8", MediaPlaylistName{Container::ts, kSession}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/init-0.mp4", InitName{kSession, 0}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/init-18446744073709551615.mp4", InitName{kSession, UINT64_MAX}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/1000.m4s", SegmentName{Container::fmp4, kSession, 1000}},
      {"/live/demo/ts/20261121T035512Z-3f9a2c/1000.ts", SegmentName{Container::ts, kSession, 1000}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/1000r.m4s", SegmentName{Container::fmp4, kSession, 1000, true}},
      {"/live/demo/ts/20261121T035512Z-3f9a2c/1000r.ts", SegmentName{Container::ts, kSession, 1000, true}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/part-0-1.m4s", PartName{kSession, 0, 1}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/part-18446744073709551615-18446744073709551615.m4s",
       PartName{kSession, UINT64_MAX, UINT64_MAX}},
      {"/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-12r.m4s", PartName{kSession, 7, 12, true}},
      {"/live/demo/dvr/index.m3u8", ArchiveMultivariantName{DvrView{}, {}}},
      {"/live/demo/dvr/ts/index.m3u8", ArchiveMultivariantName{DvrView{}, Container::ts}},
      {"/live/demo/dvr/fmp4/20261121T035512Z-3f9a2c.m3u8", ArchivePlaylistName{DvrView{}, Container::fmp4, kSession}},
      {"/live/demo/range/20261121T035512Z/20261121T040512Z/index.m3u8",
       ArchiveMultivariantName{RangeView{kFrom, kTo}, {}}},
      {"/live/demo/range/20261121T035512Z/now/fmp4/index.m3u8",
       ArchiveMultivariantName{RangeView{kFrom, {}}, Container::fmp4}},
      {"/live/demo/range/20261121T035512Z/20261121T040512Z/ts/20261121T035512Z-3f9a2c.m3u8",
       ArchivePlaylistName{RangeView{kFrom, kTo}, Container::ts, kSession}},
      {"/live/demo/sessions/20261121T035512Z-3f9a2c/index.m3u8", ArchiveMultivariantName{SessionView{kSession}, {}}},
      {"/live/demo/sessions/20261121T035512Z-3f9a2c/fmp4/index.m3u8",
       ArchiveMultivariantName{SessionView{kSession}, Container::fmp4}},
      {"/live/demo/sessions/20261121T035512Z-3f9a2c/fmp4/20261121T035512Z-3f9a2c.m3u8",
       ArchivePlaylistName{SessionView{kSession}, Container::fmp4, kSession}},
  };
  for (const Case& one : cases) {
    const auto parsed = parse_route(one.path);
    ASSERT_TRUE(parsed.has_value()) << one.path;
    EXPECT_EQ(*parsed, (Route{kStream, one.resource})) << one.path;
    EXPECT_EQ(path_of({kStream, one.resource}), one.path);
  }
}

// MP-26: what a playlist writes leads, from where the playlist lies, to what it means.
TEST(Route, UrisAreRelativeToTheFolderOfTheContainer) {
  EXPECT_EQ(uri_of(MediaPlaylistName{Container::ts, kSession}), "20261121T035512Z-3f9a2c.m3u8");
  EXPECT_EQ(uri_of(InitName{kSession, 7}), "20261121T035512Z-3f9a2c/init-7.mp4");
  EXPECT_EQ(uri_of(SegmentName{Container::ts, kSession, 5}), "20261121T035512Z-3f9a2c/5.ts");
  EXPECT_EQ(uri_of(PartName{kSession, 7, 12}), "20261121T035512Z-3f9a2c/part-7-12.m4s");
}

TEST(Route, TheRecordingsPlaylistsLeadToTheSameMedia) {
  EXPECT_EQ(uri_of(ArchivePlaylistName{DvrView{}, Container::ts, kSession}), "20261121T035512Z-3f9a2c.m3u8");
  EXPECT_EQ(media_prefix({DvrView{}, Container::fmp4, kSession}), "../../fmp4/");
  EXPECT_EQ(media_prefix({RangeView{kFrom, {}}, Container::fmp4, kSession}), "../../../../fmp4/");
  EXPECT_EQ(media_prefix({SessionView{kSession}, Container::ts, kSession}), "../../../ts/");
}

TEST(Route, RangesThatNoCalendarHasAreBadRanges) {
  for (const char* range :
       {"20261121T035512Z/20261121T035512Z", "20261121T035512Z/20261121T035511Z", "20260229T000000Z/now",
        "20261121T245512Z/now", "now/20261121T035512Z", "20261121T035512Z/NOW", "20261121T035512Z/20261131T000000Z",
        "2026-11-21T03:55:12Z/now", "x/y"}) {
    const auto parsed = parse_route("/live/demo/range/" + std::string(range) + "/index.m3u8");
    ASSERT_FALSE(parsed.has_value()) << range;
    EXPECT_EQ(parsed.error(), RouteFault::bad_range) << range;
  }
}

TEST(Route, EscapesAreDecodedOnce) {
  EXPECT_EQ(*parse_route("/live/%64emo/index%2Em3u8"), (Route{kStream, MultivariantName{}}));
  EXPECT_EQ(parse_route("/live/%2564emo/index.m3u8").error(), RouteFault::not_found);
}

// HC-11.
TEST(Route, PathsThatCouldMeanAnotherFileAreBadRequests) {
  for (const char* path : {"",
                           "live/demo/",
                           "/live//demo",
                           "//live/demo",
                           "/live/demo/..",
                           "/live/../demo/",
                           "/live/demo/./index.m3u8",
                           "/live/%2e%2e/demo/",
                           "/live/demo/%2E%2E/%2e%2e/etc/passwd",
                           "/live/demo%2f%2fx",
                           "/live/demo\\index.m3u8",
                           "/live/demo%5cx",
                           "/live/demo%00/",
                           "/live/demo/%",
                           "/live/demo/%4",
                           "/live/demo/%zz",
                           "/live/de mo/",
                           "/live/demo%0d%0a/",
                           "/live/d\xc3\xa9mo/",
                           "/live/d%c3%a9mo/",
                           "/live/demo%7f/"}) {
    const auto parsed = parse_route(path);
    ASSERT_FALSE(parsed.has_value()) << path;
    EXPECT_EQ(parsed.error(), RouteFault::bad_request) << path;
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(parse_route("/live/demo\0/"sv).error(), RouteFault::bad_request);
}

TEST(Route, AnythingElseIsNotFound) {
  for (const char* path : {"/",
                           "/live",
                           "/live/",
                           "/.live/demo/",
                           "/live/de*mo/",
                           "/live/demo/index.m3u",
                           "/live/demo/INDEX.M3U8",
                           "/live/demo/dvr",
                           "/live/demo/dvr/",
                           "/live/demo/dvr/index.m3u",
                           "/live/demo/dvr/mp4/index.m3u8",
                           "/live/demo/dvr/fmp4/x.m3u8",
                           "/live/demo/dvr/fmp4/20261121T035512Z-3f9a2c/1000.m4s",
                           "/live/demo/range/index.m3u8",
                           "/live/demo/range/20261121T035512Z/now",
                           "/live/demo/range/20261121T035512Z/now/",
                           "/live/demo/sessions/index.m3u8",
                           "/live/demo/sessions/x/index.m3u8",
                           "/live/demo/sessions/20261121T035512Z-3f9a2c",
                           "/live/demo/sessions/20261121T035512Z-3f9a2c/fmp4/20261121T035512Z-3f9a2c/1.m4s",
                           "/live/demo/mp4/index.m3u8",
                           "/live/demo/fmp4",
                           "/live/demo/fmp4/",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c",
                           "/live/demo/fmp4/x.m3u8",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/1000.ts",
                           "/live/demo/ts/20261121T035512Z-3f9a2c/1000.m4s",
                           "/live/demo/ts/20261121T035512Z-3f9a2c/init-7.mp4",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/01000.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/-1.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/+1.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/0x1.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/18446744073709551616.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/1000.m4s/",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/1/2.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part--1.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-01.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-07-1.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-1-2.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-1rr.m4s",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-1.mp4",
                           "/live/demo/fmp4/20261121T035512Z-3f9a2c/part-7-18446744073709551616.m4s",
                           "/live/demo/ts/20261121T035512Z-3f9a2c/part-7-1.m4s",
                           "/live/demo/ts/20261121T035512Z-3f9a2c/part-7-1.ts"}) {
    const auto parsed = parse_route(path);
    ASSERT_FALSE(parsed.has_value()) << path;
    EXPECT_EQ(parsed.error(), RouteFault::not_found) << path;
  }
}

TEST(Route, LongPathsAreBadRequestsFromTheLimitOn) {
  const std::string longest = "/live/demo/" + std::string(kPathMax - 11, 'x');
  EXPECT_EQ(parse_route(longest).error(), RouteFault::not_found);
  EXPECT_EQ(parse_route(longest + "x").error(), RouteFault::bad_request);
}

}  // namespace
}  // namespace sluice::hls
