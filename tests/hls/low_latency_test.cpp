// LiveWindow with parts: docs/low-latency.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/stream_writer.hpp"
#include "sluice/hls/live_window.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using media::PeriodCause;
using testing::audio_track;
using ::testing::EndsWith;
using testing::FakeRenderer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::session;
using testing::StreamWriter;
using testing::video_track;
using Status = Fetched::Status;

const std::string kS1 = "20261121T035512Z-100001/";
const std::string kS2 = "20261121T035512Z-100002/";
const std::string kNothingKnown = "# It is not known yet what comes next.\n";

std::string hint(const std::string& uri) { return "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + uri + "\"\n"; }

class LowLatencyTest : public ::testing::Test {
 protected:
  LowLatencyTest() { writer_.part_target = Millis(501); }

  std::string media(Container container = Container::fmp4) {
    const auto text = window_.media_playlist(container);
    return text == nullptr ? "" : text->text;
  }
  std::string delta() { return window_.media_playlist(Container::fmp4, true)->text; }
  Fetched part(std::uint64_t fragment, std::uint64_t period = 7) {
    return window_.part(session(1), period, fragment, false);
  }
  // The first segment of a playlist is one part, longer than the target.
  void start() {
    writer_.start();
    writer_.part(Seconds(2), true);
  }
  void segment() {
    writer_.parts(3);
    writer_.part(Millis(500), true);
  }
  void segments(int count) {
    for (int i = 0; i < count; ++i) segment();
  }

  FakeRenderer renderer_;
  LiveWindow window_{{}, StreamName::make("live", "demo").value(), session(1), renderer_};
  StreamWriter writer_{window_};
};

// LL-01, LL-02, LL-06, LL-08, LL-11: the first segment lists no parts, the open one does.
TEST_F(LowLatencyTest, PlaylistWithPartsIsThisText) {
  start();
  segment();
  writer_.parts(2);
  EXPECT_EQ(media(),
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
  const std::string ts = media(Container::ts);
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
  EXPECT_THAT(media(), EndsWith(kS1 + "1002.m4s\n" + hint(kS1 + "part-7-10.m4s")));
  EXPECT_EQ(part(10).status, Status::expected);
  window_.on_away(writer_.now);
  EXPECT_THAT(media(), EndsWith(kS1 + "1002.m4s\n" + kNothingKnown));
  EXPECT_EQ(part(10).status, Status::unknown);
  writer_.gap();
  EXPECT_THAT(media(), EndsWith(kS1 + "1003.m4s\n" + kNothingKnown));

  window_.on_session(session(2));
  writer_.period(PeriodCause::publisher, {video_track(), audio_track()});
  EXPECT_THAT(media(), EndsWith(kS1 + "1003.m4s\n" + kNothingKnown));
  EXPECT_EQ(window_.part(session(2), 8, 1, false).status, Status::unknown);
  writer_.parts(1);
  EXPECT_THAT(media(), EndsWith(kS1 +
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

// B27: the last segment is closed whole first.
TEST_F(LowLatencyTest, ACodecChangeClosesTheOpenSegment) {
  start();
  writer_.parts(2);
  writer_.period(PeriodCause::codec, {video_track(media::Codec::hevc), audio_track()});
  EXPECT_THAT(media(), EndsWith("#EXT-X-PART:DURATION=0.500000,URI=\"" + kS1 +
                                "part-7-3.m4s\"\n"
                                "#EXTINF:1.000000,\n" +
                                kS1 + "1001.m4s\n" + kNothingKnown));
  EXPECT_EQ(part(4).status, Status::unknown);
}

// LL-13: a key frame that comes early makes the hinted part the first of the next segment.
TEST_F(LowLatencyTest, TheHintOutlivesAnEarlyKeyFrame) {
  start();
  writer_.parts(2);
  EXPECT_THAT(media(), EndsWith(hint(kS1 + "part-7-4.m4s")));
  writer_.end_segment();
  EXPECT_THAT(media(),
              EndsWith("part-7-3.m4s\"\n#EXTINF:1.000000,\n" + kS1 + "1001.m4s\n" + hint(kS1 + "part-7-4.m4s")));
  EXPECT_EQ(part(4).status, Status::expected);
  writer_.parts(1);
  EXPECT_THAT(media(), HasSubstr(kS1 +
                                 "1001.m4s\n"
                                 "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:13.000Z\n"
                                 "#EXT-X-PART:DURATION=0.500000,URI=\"" +
                                 kS1 + "part-7-4.m4s\",INDEPENDENT=YES\n"));
  EXPECT_EQ(part(4).status, Status::found);
}

// MP-20, LL-11, LL-18.
TEST_F(LowLatencyTest, AnEndedPlaylistHasNothingBehindItsEnd) {
  start();
  writer_.parts(2);
  writer_.finish();
  EXPECT_THAT(media(), HasSubstr("#EXT-X-PART-INF:PART-TARGET=0.501000\n"));
  EXPECT_THAT(media(), EndsWith(kS1 + "1001.m4s\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(part(4).status, Status::unknown);
  EXPECT_EQ(part(3).status, Status::found);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 5000, 77), Listed::yes);
  EXPECT_EQ(delta(), media());
  window_.on_time(writer_.now + Seconds(60));
  EXPECT_EQ(part(3).status, Status::gone);
}

// A part of which fMP4 has no packet.
TEST_F(LowLatencyTest, APartWithoutMediaIsAGap) {
  start();
  writer_.parts(1);
  writer_.part(Millis(500), false, false, false);
  EXPECT_THAT(media(), HasSubstr("#EXT-X-VERSION:8\n"));
  EXPECT_THAT(media(), HasSubstr("URI=\"" + kS1 + "part-7-3.m4s\",GAP=YES\n"));
  EXPECT_EQ(part(3).status, Status::unknown);
  writer_.part(Millis(500), true);
  EXPECT_THAT(media(), Not(HasSubstr("#EXT-X-GAP\n")));
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1001).pieces.size(), 2u);
}

// LL-09: three target durations, whole segments at a time.
TEST_F(LowLatencyTest, PartsAreListedNearTheEndOnly) {
  start();
  segments(4);
  EXPECT_THAT(media(), Not(HasSubstr("part-7-5.m4s")));
  EXPECT_THAT(media(), HasSubstr("part-7-6.m4s"));  // the first of the third segment from the end
  writer_.parts(1);
  EXPECT_THAT(media(), Not(HasSubstr("part-7-9.m4s")));
  EXPECT_THAT(media(), HasSubstr("part-7-10.m4s"));
  EXPECT_EQ(part(2).status, Status::found);
}

// B33, LL-07, LL-27: a part is rendered once, and its segment is made of the same bytes.
TEST_F(LowLatencyTest, APartAndItsSegmentShareTheirBytes) {
  start();
  writer_.parts(2);
  const Fetched first = part(2);
  ASSERT_EQ(first.status, Status::found);
  EXPECT_EQ(as_text(first.pieces.at(0).view()), "part 1001.0 ");
  writer_.part(Millis(500), true);
  const Fetched whole = window_.segment(Container::fmp4, session(1), 1001);
  ASSERT_EQ(whole.pieces.size(), 3u);
  EXPECT_EQ(whole.pieces[0].data(), first.pieces[0].data());
  EXPECT_EQ(part(4).pieces.at(0).data(), whole.pieces[2].data());
  EXPECT_EQ(window_.renders().fmp4_parts, 3u);
  EXPECT_EQ(renderer_.calls.size(), 3u);
}

TEST_F(LowLatencyTest, AFaultOfOnePartIsNotThatOfTheOthers) {
  start();
  writer_.parts(2);
  renderer_.broken = true;
  EXPECT_EQ(part(2).status, Status::failed);
  renderer_.broken = false;
  EXPECT_EQ(part(2).fault, "broken: part 1001.0 ");
  EXPECT_EQ(part(3).status, Status::found);
  writer_.end_segment();
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1001).status, Status::failed);
  EXPECT_EQ(window_.renders().failures, 1u);
}

// LL-12, MP-10.
TEST_F(LowLatencyTest, APartIsThereExpectedGoneOrUnknown) {
  start();
  segments(15);
  writer_.parts(1);
  window_.on_time(writer_.now);
  EXPECT_EQ(part(1).status, Status::found);  // the first segment is no longer listed
  EXPECT_EQ(part(62).status, Status::found);
  EXPECT_EQ(part(63).status, Status::expected);
  EXPECT_EQ(part(64).status, Status::unknown);
  EXPECT_EQ(part(0).status, Status::unknown);
  EXPECT_EQ(part(62, 8).status, Status::unknown);
  EXPECT_EQ(window_.part(session(2), 7, 62, false).status, Status::unknown);
  EXPECT_EQ(window_.part(session(1), 7, 62, true).status, Status::unknown);
  EXPECT_EQ(window_.part(session(1), 7, 63, true).status, Status::unknown);
  window_.on_time(writer_.now + Seconds(60));
  EXPECT_EQ(part(1).status, Status::gone);
  EXPECT_EQ(part(1, 6).status, Status::gone);
  EXPECT_EQ(part(2).status, Status::found);
}

// What recovery added has a name of its own; what came before in the segment keeps its own.
TEST_F(LowLatencyTest, TheEndThatRecoveryAddedHasItsOwnName) {
  start();
  writer_.parts(2);
  media::Cut cut;
  cut.msn = writer_.msn;
  cut.part = 2;
  cut.fragment = 4;
  cut.start = writer_.time;
  cut.duration = Millis(100);
  cut.target_duration = Seconds(2);
  cut.part_target = Millis(501);
  cut.ends_segment = cut.added = true;
  media::Packet packet;
  packet.data = Payload::copy_of(Bytes(10));
  writer_.write(packet);
  writer_.write(cut);
  window_.on_away(writer_.now);
  EXPECT_THAT(media(), EndsWith("#EXT-X-PART:DURATION=0.500000,URI=\"" + kS1 +
                                "part-7-3.m4s\"\n"
                                "#EXT-X-PART:DURATION=0.100000,URI=\"" +
                                kS1 +
                                "part-7-4r.m4s\"\n"
                                "#EXTINF:1.100000,\n" +
                                kS1 + "1001r.m4s\n" + kNothingKnown));
  EXPECT_EQ(part(4).status, Status::unknown);
  EXPECT_EQ(window_.part(session(1), 7, 4, true).status, Status::found);
  EXPECT_EQ(part(3).status, Status::found);
}

TEST_F(LowLatencyTest, ASegmentThatRecoveryOnlyEndedHasItsOwnNameToo) {
  start();
  writer_.parts(2);
  media::Cut cut;
  cut.msn = writer_.msn;
  cut.part = 2;
  cut.fragment = 4;
  cut.target_duration = Seconds(2);
  cut.part_target = Millis(501);
  cut.ends_segment = cut.added = true;
  writer_.write(cut);
  window_.on_away(writer_.now);
  EXPECT_THAT(media(), EndsWith("part-7-3.m4s\"\n#EXTINF:1.000000,\n" + kS1 + "1001r.m4s\n" + kNothingKnown));
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
  const MonoTime before = text->changed;
  writer_.now += Seconds(1);
  writer_.parts(1);
  EXPECT_EQ(window_.media_playlist(Container::ts), ts);
  EXPECT_EQ(window_.multivariant(Container::fmp4, ""), multivariant);
  EXPECT_EQ(window_.multivariant(Container::ts, ""), ts_multivariant);
  const auto next = window_.media_playlist(Container::fmp4);
  EXPECT_NE(next, text);
  EXPECT_EQ(next->changed, before + Seconds(1) + Millis(500));
  EXPECT_NE(window_.media_playlist(Container::fmp4, true), short_text);
}

// MP-15: a part that begins without a key frame is one of a segment that does.
TEST_F(LowLatencyTest, IndependentSegmentsIsDroppedWithTheFirstPart) {
  start();
  segments(1);
  writer_.part(Millis(500), false, false);
  EXPECT_THAT(media(), Not(HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS")));
  EXPECT_THAT(media(), HasSubstr("part-7-6.m4s\"\n"));
}

// LL-14, LL-15, LL-16: last whole segment 1002 of four parts, open segment 1003 with two.
TEST_F(LowLatencyTest, ListedIsWhatARequestAsksFor) {
  constexpr auto fmp4 = Container::fmp4;
  EXPECT_EQ(window_.is_listed(fmp4, 1000, {}), Listed::yes);  // nothing says yet that it names parts
  start();
  segments(2);
  writer_.parts(2);
  const std::optional<std::uint64_t> whole;
  const struct {
    std::uint64_t msn;
    std::optional<std::uint64_t> part;
    Listed listed;
  } cases[] = {
      {0, whole, Listed::yes},
      {999, 77, Listed::yes},
      {1000, 0, Listed::yes},
      {1001, 77, Listed::yes},
      {1002, whole, Listed::yes},
      {1002, 0, Listed::yes},
      {1002, 3, Listed::yes},
      {1002, 4, Listed::yes},  // is part 0 of 1003
      {1003, whole, Listed::not_yet},
      {1003, 0, Listed::yes},
      {1003, 1, Listed::yes},
      {1003, 2, Listed::not_yet},
      {1003, 6, Listed::not_yet},  // five ahead: 2.505 s
      {1003, 7, Listed::too_far},  // six ahead: 3.006 s
      {1003, UINT64_MAX, Listed::too_far},
      {1004, whole, Listed::not_yet},
      {1004, 0, Listed::not_yet},
      {1004, 4, Listed::not_yet},
      {1004, 5, Listed::too_far},
      {1005, whole, Listed::too_far},
      {1005, 0, Listed::too_far},
      {UINT64_MAX, whole, Listed::too_far},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(window_.is_listed(fmp4, one.msn, one.part), one.listed)
        << one.msn << "." << (one.part ? std::to_string(*one.part) : "whole");
  }
  // The open segment ends early: what was to be its next part is the first of the next.
  writer_.end_segment();
  EXPECT_EQ(window_.is_listed(fmp4, 1003, {}), Listed::yes);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 2), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 6), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 7), Listed::too_far);
  EXPECT_EQ(window_.is_listed(fmp4, 1004, 0), Listed::not_yet);
  writer_.parts(1);
  EXPECT_EQ(window_.is_listed(fmp4, 1003, 2), Listed::yes);
  EXPECT_EQ(window_.is_listed(fmp4, 1004, 0), Listed::yes);
}

TEST_F(LowLatencyTest, OneSecondPartsMayBeAskedForThreeAhead) {
  writer_.part_target = Millis(1000);
  start();
  writer_.part(Seconds(1));
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 3), Listed::not_yet);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 4), Listed::too_far);
}

// LL-14: a segment without parts is there whole, and a gap is later than anything before it.
TEST_F(LowLatencyTest, ASegmentWithoutPartsAnswersForItsFirst) {
  start();
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 0), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 1), Listed::not_yet);
  writer_.gap();
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1000, 1), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 0), Listed::yes);
  EXPECT_EQ(window_.is_listed(Container::fmp4, 1001, 1), Listed::not_yet);
}

// LL-20, B29: segments that end more than six target durations before the end of the last are left out.
TEST_F(LowLatencyTest, ADeltaUpdateLeavesOutOldSegments) {
  start();
  segments(6);
  EXPECT_EQ(window_.media_playlist(Container::fmp4, true), window_.media_playlist(Container::fmp4));
  segment();
  EXPECT_THAT(delta(), HasSubstr("#EXT-X-VERSION:9\n"));
  const std::string full = media();
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
