// LiveWindow with parts, its texts: docs/low-latency.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/low_latency_fixture.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using media::PeriodCause;
using testing::audio_track;
using ::testing::EndsWith;
using testing::FakeRenderer;
using ::testing::HasSubstr;
using testing::hint;
using testing::kNothingKnown;
using testing::kS1;
using testing::kS2;
using testing::LowLatencyTest;
using ::testing::Not;
using testing::session;
using testing::StreamWriter;
using testing::video_track;
using Status = Fetched::Status;

// LL-01, LL-02, LL-06, LL-08, LL-11: the first segment lists no parts, the open one does.
TEST_F(LowLatencyTest, PlaylistWithPartsIsThisText) {
  start();
  segment();
  writer_.parts(2);
  EXPECT_EQ(playlist(),
            "#EXTM3U\n"
            "#EXT-X-VERSION:6\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.503000,CAN-SKIP-UNTIL=12.000000\n"
            "#EXT-X-PART-INF:PART-TARGET=0.501000\n"
            "#EXT-X-MEDIA-SEQUENCE:1000\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"20261121T035512Z-100001/init-7.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:10.000Z\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1000.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:12.000Z\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-2.m4s\",INDEPENDENT=YES\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-3.m4s\"\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-4.m4s\"\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-5.m4s\"\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1001.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:14.000Z\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-6.m4s\",INDEPENDENT=YES\n"
            "#EXT-X-PART:DURATION=0.500000,URI=\"20261121T035512Z-100001/part-7-7.m4s\"\n"
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"20261121T035512Z-100001/part-7-8.m4s\"\n");
  EXPECT_TRUE(window_.low_latency(Container::fmp4));
  EXPECT_EQ(window_.info().part_target, Millis(501));
}

// LL-28: MPEG-TS has no parts, and a stream without part target has none anywhere.
TEST_F(LowLatencyTest, OtherPlaylistsAreAsTheyAreWithoutParts) {
  start();
  segments(2);
  writer_.parts(2);
  const std::string ts = playlist(Container::ts);
  EXPECT_FALSE(window_.low_latency(Container::ts));

  FakeRenderer renderer;
  LiveWindow plain({}, StreamName::make("live", "demo").value(), session(1), renderer);
  StreamWriter writer(plain);
  writer.start();
  writer.part(Seconds(2), true);
  for (int i = 0; i < 2; ++i) {
    writer.parts(3);
    writer.part(Millis(500), true);
  }
  writer.parts(2);
  EXPECT_FALSE(plain.low_latency(Container::fmp4));
  EXPECT_EQ(plain.media_playlist(Container::ts)->text, ts);
  for (const char* tag : {"#EXT-X-PART", "#EXT-X-SERVER-CONTROL", "#EXT-X-PRELOAD-HINT", "# "}) {
    EXPECT_THAT(plain.media_playlist(Container::fmp4)->text, Not(HasSubstr(tag)));
    EXPECT_THAT(ts, Not(HasSubstr(tag)));
  }
  EXPECT_EQ(plain.media_playlist(Container::fmp4, true), plain.media_playlist(Container::fmp4));
  EXPECT_EQ(plain.part(session(1), 7, 2, false).status, Status::unknown);
  EXPECT_EQ(plain.is_listed(Container::fmp4, 2000, 9), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::ts, 2000, 9), Listed::yes);
}

// MP-28.
TEST_F(LowLatencyTest, PlaybackCanBeginWithOneWholeSegment) {
  writer_.start();
  EXPECT_FALSE(window_.playable(Container::fmp4));
  writer_.part(Seconds(2), true);
  EXPECT_TRUE(window_.playable(Container::fmp4));
  EXPECT_FALSE(window_.playable(Container::ts));
  EXPECT_NE(window_.multivariant(Container::fmp4, ""), nullptr);
  segments(2);
  EXPECT_TRUE(window_.playable(Container::ts));
}

// B27: nothing of a Period is named before it has a part, and no playlist ends right behind the URI of a segment.
TEST_F(LowLatencyTest, APublisherThatLeavesAndReturnsIsNamedWhenItHasAPart) {
  start();
  segments(2);
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1002.m4s\n" + hint(kS1 + "part-7-10.m4s")));
  EXPECT_EQ(part(10).status, Status::expected);
  window_.on_away();
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1002.m4s\n" + kNothingKnown));
  EXPECT_EQ(part(10).status, Status::unknown);
  writer_.gap();
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1003.m4s\n" + kNothingKnown));

  window_.on_session(session(2));
  writer_.period(PeriodCause::publisher, {video_track(), audio_track()});
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1003.m4s\n" + kNothingKnown));
  EXPECT_EQ(window_.part(session(2), 8, 1, false).status, Status::unknown);
  writer_.parts(1);
  EXPECT_THAT(playlist(), EndsWith(kS1 +
                                   "1003.m4s\n"
                                   "#EXT-X-DISCONTINUITY\n"
                                   "#EXT-X-MAP:URI=\"" +
                                   kS2 +
                                   "init-8.mp4\"\n"
                                   "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:18.000Z\n"
                                   "#EXT-X-PART:DURATION=0.500000,URI=\"" +
                                   kS2 + "part-8-1.m4s\",INDEPENDENT=YES\n" + hint(kS2 + "part-8-2.m4s")));
  // What is named is there: the initialisation section before any segment of the Period is whole.
  EXPECT_EQ(window_.init(session(2), 8).status, Status::found);
  EXPECT_EQ(window_.part(session(2), 8, 1, false).status, Status::found);
}

// B27: what ends a Period is listed whole together with what stands behind it, and until then as the parts it has.
TEST_F(LowLatencyTest, ACodecChangeLeavesTheSegmentOpenUntilThereIsAPartBehindIt) {
  start();
  writer_.parts(2);
  writer_.period(PeriodCause::codec, {video_track(media::Codec::hevc), audio_track()});
  const std::string last_part = "#EXT-X-PART:DURATION=0.500000,URI=\"" + kS1 + "part-7-3.m4s\"\n";
  EXPECT_THAT(playlist(), EndsWith(last_part + kNothingKnown));
  EXPECT_EQ(part(4).status, Status::unknown);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, {}), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 1), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 2), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 8), Listed::too_far);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1002, 0), Listed::not_yet);
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1001).status, Status::found);

  writer_.parts(1);
  EXPECT_THAT(playlist(), HasSubstr(last_part + "#EXTINF:1.000000,\n" + kS1 +
                                    "1001.m4s\n"
                                    "#EXT-X-DISCONTINUITY\n"
                                    "#EXT-X-MAP:URI=\"" +
                                    kS1 + "init-8.mp4\"\n"));
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, {}), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 2), Listed::yes);
}

// What has been listed whole stays so, whichever process said it.
TEST_F(LowLatencyTest, WhatComesFromTheRecordingIsWhole) {
  start();
  writer_.parts(2);
  writer_.period(PeriodCause::codec, {video_track(), audio_track()});
  window_.on_restored();
  EXPECT_THAT(playlist(), EndsWith("#EXTINF:1.000000,\n" + kS1 + "1001.m4s\n" + kNothingKnown));
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, {}), Listed::yes);
}

// A gap ends what was open, and takes the parts before it out of the playlist.
TEST_F(LowLatencyTest, NoPartsAreListedBeforeAGap) {
  start();
  segments(1);
  writer_.parts(1);
  writer_.end_segment();
  window_.on_away();
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-PART:"));
  writer_.gap();
  EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-PART:")));
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-PART-INF:"));
  EXPECT_EQ(part(6).status, Status::found);
  window_.on_session(session(2));
  writer_.period(PeriodCause::publisher, {video_track(), audio_track()});
  writer_.parts(1);
  EXPECT_THAT(playlist(), Not(HasSubstr("part-7-")));
  EXPECT_THAT(playlist(), HasSubstr("part-8-1.m4s"));
}

// LL-13: a key frame that comes early makes the hinted part the first of the next segment.
TEST_F(LowLatencyTest, TheHintOutlivesAnEarlyKeyFrame) {
  start();
  writer_.parts(2);
  EXPECT_THAT(playlist(), EndsWith(hint(kS1 + "part-7-4.m4s")));
  writer_.end_segment();
  EXPECT_THAT(playlist(),
              EndsWith("part-7-3.m4s\"\n#EXTINF:1.000000,\n" + kS1 + "1001.m4s\n" + hint(kS1 + "part-7-4.m4s")));
  EXPECT_EQ(part(4).status, Status::expected);
  writer_.parts(1);
  EXPECT_THAT(playlist(), HasSubstr(kS1 +
                                    "1001.m4s\n"
                                    "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:13.000Z\n"
                                    "#EXT-X-PART:DURATION=0.500000,URI=\"" +
                                    kS1 + "part-7-4.m4s\",INDEPENDENT=YES\n"));
  EXPECT_EQ(part(4).status, Status::found);
}

// Media was lost, and the Period goes on behind it.
TEST_F(LowLatencyTest, TheHintComesBackWithTheFirstFrameBehindAGap) {
  start();
  segment();
  writer_.gap();
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1002.m4s\n" + kNothingKnown));
  media::Packet packet;
  packet.data = Payload::copy_of(Bytes(10));
  writer_.write(packet);
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1002.m4s\n" + hint(kS1 + "part-7-6.m4s")));
  EXPECT_EQ(part(6).status, Status::expected);
  writer_.parts(1);
  EXPECT_THAT(playlist(), EndsWith("#EXT-X-PART:DURATION=0.500000,URI=\"" + kS1 + "part-7-6.m4s\",INDEPENDENT=YES\n" +
                                   hint(kS1 + "part-7-7.m4s")));
}

TEST_F(LowLatencyTest, WhatEndsNoSegmentIsNothing) {
  start();
  segment();
  writer_.period(media::PeriodCause::codec, {video_track(), audio_track()});
  const std::string before = playlist();
  writer_.end_segment();
  EXPECT_EQ(playlist(), before);
  EXPECT_EQ(part(1, 8).status, Status::unknown);
  --writer_.msn;
  segment();
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1002.m4s\n" + hint(kS1 + "part-8-5.m4s")));
}

// MP-20, LL-11, LL-18.
TEST_F(LowLatencyTest, AnEndedPlaylistHasNothingBehindItsEnd) {
  start();
  writer_.parts(2);
  writer_.finish();
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-PART-INF:PART-TARGET=0.501000\n"));
  EXPECT_THAT(playlist(), EndsWith(kS1 + "1001.m4s\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(part(4).status, Status::unknown);
  EXPECT_EQ(part(3).status, Status::found);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 5000, 77), Listed::yes);
  EXPECT_EQ(delta(), playlist());
  window_.on_time(writer_.now + Seconds(60));
  EXPECT_EQ(part(3).status, Status::gone);
}

// A part of which fMP4 has no packet.
TEST_F(LowLatencyTest, APartWithoutMediaIsAGap) {
  start();
  writer_.parts(1);
  writer_.part(Millis(500), false, false, false);
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-VERSION:8\n"));
  EXPECT_THAT(playlist(), HasSubstr("URI=\"" + kS1 + "part-7-3.m4s\",GAP=YES\n"));
  EXPECT_EQ(part(3).status, Status::unknown);
  writer_.part(Millis(500), true);
  EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-GAP\n")));
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1001).pieces.size(), 2u);
}

// LL-09: three target durations, whole segments at a time.
TEST_F(LowLatencyTest, PartsAreListedNearTheEndOnly) {
  start();
  segments(4);
  EXPECT_THAT(playlist(), Not(HasSubstr("part-7-5.m4s")));
  EXPECT_THAT(playlist(), HasSubstr("part-7-6.m4s"));  // the first of the third segment from the end
  writer_.parts(1);
  EXPECT_THAT(playlist(), Not(HasSubstr("part-7-9.m4s")));
  EXPECT_THAT(playlist(), HasSubstr("part-7-10.m4s"));
  EXPECT_EQ(part(2).status, Status::found);
}

// MP-12, LL-27: a part changes the text of its own playlist and no other.
TEST_F(LowLatencyTest, APartChangesOnlyThePlaylistThatNamesIt) {
  start();
  segments(9);
  const auto ts = window_.media_playlist(Container::ts);
  const auto multivariant = window_.multivariant(Container::fmp4, "");
  const auto ts_multivariant = window_.multivariant(Container::ts, "");
  const auto text = window_.media_playlist(Container::fmp4);
  const auto short_text = window_.media_playlist(Container::fmp4, true);
  EXPECT_NE(short_text, text);
  EXPECT_EQ(window_.media_playlist(Container::fmp4), text);
  EXPECT_EQ(window_.media_playlist(Container::fmp4, true), short_text);
  writer_.parts(1);
  EXPECT_EQ(window_.media_playlist(Container::ts), ts);
  EXPECT_EQ(window_.multivariant(Container::fmp4, ""), multivariant);
  EXPECT_EQ(window_.multivariant(Container::ts, ""), ts_multivariant);
  const auto next = window_.media_playlist(Container::fmp4);
  EXPECT_NE(next, text);
  EXPECT_NE(window_.media_playlist(Container::fmp4, true), short_text);
}

// MP-15: a part that begins without a key frame is one of a segment that does.
TEST_F(LowLatencyTest, IndependentSegmentsIsDroppedWithTheFirstPart) {
  start();
  segments(1);
  writer_.part(Millis(500), false, false);
  EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS")));
  EXPECT_THAT(playlist(), HasSubstr("part-7-6.m4s\"\n"));
}

// LL-20, B29: segments that end more than six target durations before the end of the last are left out.
TEST_F(LowLatencyTest, ADeltaUpdateLeavesOutOldSegments) {
  start();
  segments(6);
  EXPECT_EQ(window_.media_playlist(Container::fmp4, true), window_.media_playlist(Container::fmp4));
  segment();
  EXPECT_THAT(delta(), HasSubstr("#EXT-X-VERSION:9\n"));
  const std::string full = playlist();
  const std::string left_out =
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:10.000Z\n"
      "#EXTINF:2.000000,\n"
      "20261121T035512Z-100001/1000.m4s\n";
  std::string expected = full;
  expected.replace(expected.find("VERSION:6"), 9, "VERSION:9");
  expected.erase(expected.find(left_out), left_out.size());
  const std::string map = "#EXT-X-MAP";
  expected.insert(expected.find(map), "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n");
  EXPECT_EQ(delta(), expected);
}

}  // namespace
}  // namespace sluice::hls
