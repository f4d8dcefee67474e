#include "sluice/hls/live_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "hls/playlist_checker.hpp"
#include "hls/stream_writer.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using media::PeriodCause;
using testing::audio_track;
using ::testing::ElementsAre;
using testing::FakeRenderer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::session;
using testing::StreamWriter;
using testing::video_track;
using Status = Fetched::Status;

class LiveWindowTest : public ::testing::Test {
 protected:
  std::string media(Container container = Container::fmp4) {
    const auto text = window_.media_playlist(container);
    return text == nullptr ? "" : text->text;
  }
  std::string multivariant(Container container = Container::fmp4) {
    const auto text = window_.multivariant(container, "");
    return text == nullptr ? "" : text->text;
  }
  std::string bytes(const Fetched& fetched) {
    std::string text;
    for (const Payload& piece : fetched.pieces) text += as_text(piece.view());
    return text;
  }

  FakeRenderer renderer_;
  LiveWindow window_{{}, StreamName::make("live", "demo").value(), session(1), renderer_};
  StreamWriter writer_{window_};
};

// MP-16, MP-17, MP-18, DC-01, DC-02, MP-20, MP-22: a publisher leaves, is waited for, returns; the stream ends.
TEST_F(LiveWindowTest, PlaylistOverAReconnectIsThisText) {
  writer_.start();
  writer_.segments(3);
  writer_.gap();
  window_.on_session(session(2));
  writer_.period(PeriodCause::publisher, {video_track(), audio_track()});
  writer_.segment();
  writer_.finish();
  EXPECT_EQ(media(),
            "#EXTM3U\n"
            "#EXT-X-VERSION:8\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:1000\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"20261121T035512Z-100001/init-7.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:10.000Z\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1000.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:12.000Z\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1001.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:14.000Z\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1002.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:16.000Z\n"
            "#EXT-X-GAP\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100001/1003.m4s\n"
            "#EXT-X-DISCONTINUITY\n"
            "#EXT-X-MAP:URI=\"20261121T035512Z-100002/init-8.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:18.000Z\n"
            "#EXTINF:2.000000,\n"
            "20261121T035512Z-100002/1004.m4s\n"
            "#EXT-X-ENDLIST\n");
  EXPECT_THAT(media(Container::ts), HasSubstr("20261121T035512Z-100001/1000.ts\n"));
  EXPECT_THAT(media(Container::ts), Not(HasSubstr("#EXT-X-MAP")));
}

// MV-01, MV-03, MV-04, MV-08, MV-10.
TEST_F(LiveWindowTest, MultivariantPlaylistIsThisText) {
  writer_.start();
  writer_.frame_bytes = 100000;
  for (int i = 0; i < 3; ++i) writer_.segment(Seconds(2));
  EXPECT_EQ(window_.multivariant(Container::fmp4, "fmp4/")->text,
            "#EXTM3U\n"
            "#EXT-X-VERSION:6\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=1770000,AVERAGE-BANDWIDTH=1610000,CODECS=\"avc1.64001f,mp4a.40.2\","
            "RESOLUTION=1280x720,FRAME-RATE=1.000,CLOSED-CAPTIONS=NONE\n"
            "fmp4/20261121T035512Z-100001.m3u8\n");
  EXPECT_THAT(window_.multivariant(Container::ts, "")->text, HasSubstr("\n20261121T035512Z-100001.m3u8\n"));
}

// MP-27, MP-28.
TEST_F(LiveWindowTest, IsPlayableFromTheThirdSegmentOn) {
  writer_.start();
  EXPECT_TRUE(window_.carries(Container::fmp4));
  writer_.segments(2);
  EXPECT_FALSE(window_.playable(Container::fmp4));
  EXPECT_EQ(window_.media_playlist(Container::fmp4), nullptr);
  EXPECT_EQ(window_.multivariant(Container::fmp4, ""), nullptr);
  writer_.segment();
  EXPECT_TRUE(window_.playable(Container::fmp4));
  EXPECT_TRUE(window_.playable(Container::ts));
}

TEST_F(LiveWindowTest, AStreamThatEndedEarlyIsPlayable) {
  writer_.start();
  writer_.segment();
  writer_.finish();
  EXPECT_TRUE(window_.playable(Container::fmp4));
  EXPECT_THAT(media(), HasSubstr("#EXT-X-ENDLIST\n"));
  EXPECT_TRUE(window_.ended());
}

TEST_F(LiveWindowTest, AStreamThatEndedWithoutMediaIsExpired) {
  writer_.start();
  writer_.finish();
  EXPECT_FALSE(window_.playable(Container::fmp4));
  EXPECT_TRUE(window_.expired());
}

// MP-12, LL-27: one text for all requests, a new one only when something changed.
TEST_F(LiveWindowTest, TextsAreMadeOncePerChange) {
  writer_.start();
  writer_.segments(3);
  const auto media_text = window_.media_playlist(Container::fmp4);
  const auto multivariant_text = window_.multivariant(Container::fmp4, "");
  EXPECT_EQ(window_.media_playlist(Container::fmp4), media_text);
  EXPECT_EQ(window_.multivariant(Container::fmp4, ""), multivariant_text);
  EXPECT_NE(window_.multivariant(Container::fmp4, "fmp4/"), multivariant_text);
  writer_.segment();
  const auto next = window_.media_playlist(Container::fmp4);
  EXPECT_NE(next, media_text);
  EXPECT_NE(next->text, media_text->text);
  // The stream is as it was, so its multivariant playlist is too.
  EXPECT_EQ(window_.multivariant(Container::fmp4, ""), multivariant_text);
}

// A container nobody asks for costs nothing.
TEST_F(LiveWindowTest, NothingIsRenderedUntilItIsAskedFor) {
  writer_.start();
  writer_.segments(5);
  EXPECT_THAT(renderer_.calls, IsEmpty());
  media();
  multivariant(Container::ts);
  EXPECT_THAT(renderer_.calls, IsEmpty());
  EXPECT_EQ(bytes(window_.init(session(1), 7)), "init 7");
  EXPECT_EQ(bytes(window_.segment(Container::fmp4, session(1), 1001)), "part 1001.0 part 1001.1 ");
  EXPECT_EQ(bytes(window_.segment(Container::ts, session(1), 1001)), "ts 1001");
  const std::vector<std::string> once = renderer_.calls;
  EXPECT_THAT(once, ElementsAre("init 7", "part 1001.0 ", "part 1001.1 ", "ts 1001"));
  window_.init(session(1), 7);
  window_.segment(Container::fmp4, session(1), 1001);
  window_.segment(Container::ts, session(1), 1001);
  EXPECT_EQ(renderer_.calls, once);
  EXPECT_EQ(window_.renders().inits, 1u);
  EXPECT_EQ(window_.renders().fmp4_parts, 2u);
  EXPECT_EQ(window_.renders().ts_segments, 1u);
}

TEST_F(LiveWindowTest, OnlyWhatExistsIsFound) {
  writer_.start();
  writer_.segments(3);
  writer_.gap();
  EXPECT_EQ(window_.init(session(1), 8).status, Status::unknown);
  EXPECT_EQ(window_.init(session(2), 7).status, Status::unknown);
  EXPECT_EQ(window_.segment(Container::fmp4, session(2), 1000).status, Status::unknown);
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 999).status, Status::unknown);
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1003).status, Status::unknown);  // the gap
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1004).status, Status::unknown);
}

// MP-10, B34; and 410 afterwards.
TEST_F(LiveWindowTest, ARemovedSegmentIsRenderedAgainUntilItsTimeIsOver) {
  writer_.start();
  writer_.segments(15);
  window_.segment(Container::fmp4, session(1), 1000);
  writer_.segment();
  window_.on_time(writer_.now);
  EXPECT_THAT(media(), Not(HasSubstr("/1000.m4s")));
  EXPECT_EQ(bytes(window_.segment(Container::fmp4, session(1), 1000)), "part 1000.0 part 1000.1 ");
  EXPECT_EQ(window_.renders().fmp4_parts, 4u);
  window_.on_time(writer_.now + Seconds(31));
  EXPECT_EQ(window_.segment(Container::fmp4, session(1), 1000).status, Status::gone);
  EXPECT_EQ(window_.init(session(1), 7).status, Status::found);
}

// MP-21.
TEST_F(LiveWindowTest, AnEndedStreamStaysForAMinuteHoweverShortItWas) {
  writer_.start();
  writer_.segments(5);
  writer_.finish();
  window_.on_time(writer_.now + Seconds(60) - Micros(1));
  EXPECT_FALSE(window_.expired());
  EXPECT_EQ(window_.segment(Container::ts, session(1), 1000).status, Status::found);
  window_.on_time(writer_.now + Seconds(60));
  EXPECT_TRUE(window_.expired());
  EXPECT_FALSE(window_.playable(Container::ts));
  EXPECT_EQ(window_.segment(Container::ts, session(1), 1000).status, Status::gone);
  EXPECT_EQ(window_.init(session(1), 7).status, Status::gone);
  EXPECT_EQ(window_.memory_bytes(), 0u);
}

TEST_F(LiveWindowTest, AnEndedStreamStaysForAsLongAsItLasts) {
  LiveWindow::Options options;
  options.ended_min = Micros(0);
  LiveWindow window(options, StreamName::make("live", "demo").value(), session(1), renderer_);
  StreamWriter writer(window);
  writer.start();
  writer.segments(5);
  writer.finish();
  window.on_time(writer.now + Seconds(12) - Micros(1));
  EXPECT_FALSE(window.expired());
  window.on_time(writer.now + Seconds(12));
  EXPECT_TRUE(window.expired());
}

TEST_F(LiveWindowTest, AFaultOfTheRendererIsToldAndNotTriedAgain) {
  writer_.start();
  writer_.segments(3);
  renderer_.broken = true;
  for (int i = 0; i < 2; ++i) {
    const Fetched fetched = window_.segment(Container::ts, session(1), 1000);
    EXPECT_EQ(fetched.status, Status::failed);
    EXPECT_EQ(fetched.fault, "broken: ts 1000");
    EXPECT_EQ(window_.init(session(1), 7).status, Status::failed);
  }
  EXPECT_EQ(renderer_.calls.size(), 2u);
  EXPECT_EQ(window_.renders().failures, 2u);
}

// MP-15.
TEST_F(LiveWindowTest, IndependentSegmentsIsDroppedForGoodByAForcedCut) {
  writer_.start();
  writer_.segments(3);
  EXPECT_THAT(media(), HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS\n"));
  writer_.segment(Seconds(2), false);
  EXPECT_THAT(media(), Not(HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS")));
  writer_.segments(40);
  EXPECT_THAT(media(), Not(HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS")));
}

// B24, M2T-07: what a container cannot carry is a gap in it.
TEST_F(LiveWindowTest, APeriodAContainerCannotCarryIsAGapInIt) {
  writer_.start();
  writer_.segments(3);
  writer_.period(PeriodCause::codec, {video_track(media::Codec::hevc), audio_track(media::Codec::opus)});
  writer_.segment();
  EXPECT_THAT(media(), Not(HasSubstr("#EXT-X-GAP")));
  EXPECT_THAT(media(Container::ts), HasSubstr("#EXT-X-DISCONTINUITY\n"
                                              "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:16.000Z\n"
                                              "#EXT-X-GAP\n"
                                              "#EXTINF:2.000000,\n"
                                              "20261121T035512Z-100001/1003.ts\n"));
  EXPECT_EQ(window_.segment(Container::ts, session(1), 1003).status, Status::unknown);
  EXPECT_THAT(multivariant(), HasSubstr("CODECS=\"hvc1.1.6.L93.B0,opus,avc1.64001f,mp4a.40.2\""));
  EXPECT_THAT(multivariant(Container::ts), HasSubstr("CODECS=\"avc1.64001f,mp4a.40.2\""));
}

TEST_F(LiveWindowTest, AContainerThatCanCarryNothingHasNoPlaylist) {
  writer_.period(PeriodCause::start, {video_track(media::Codec::av1), audio_track(media::Codec::opus)});
  EXPECT_FALSE(window_.carries(Container::ts));
  EXPECT_TRUE(window_.carries(Container::fmp4));
  writer_.segments(3);
  EXPECT_FALSE(window_.carries(Container::ts));
  EXPECT_FALSE(window_.playable(Container::ts));
  EXPECT_EQ(window_.media_playlist(Container::ts), nullptr);
  EXPECT_TRUE(window_.playable(Container::fmp4));
}

// AV-01, AV-02, B11.
TEST_F(LiveWindowTest, AudioAloneHasNoPicture) {
  writer_.period(PeriodCause::start, {audio_track()});
  writer_.segments(3);
  EXPECT_THAT(multivariant(), HasSubstr("CODECS=\"mp4a.40.2\"\n"));
}

TEST_F(LiveWindowTest, HiddenPacketsAndExtraTracksAreNotPackaged) {
  media::Track extra = video_track();
  extra.index = 2;
  extra.source_id = 1;
  writer_.period(PeriodCause::start, {audio_track(), extra});
  writer_.segments(3);
  EXPECT_THAT(multivariant(), HasSubstr("CODECS=\"mp4a.40.2\"\n"));
  media::Packet hidden;
  hidden.hidden = true;
  hidden.data = Payload::copy_of(Bytes(1000));
  const std::size_t before = window_.memory_bytes();
  writer_.write(hidden);
  EXPECT_EQ(window_.memory_bytes(), before);
}

TEST_F(LiveWindowTest, AGapBeforeAnyMediaIsNotListed) {
  writer_.gap();
  writer_.start();
  writer_.segments(3);
  EXPECT_THAT(media(), HasSubstr("#EXT-X-MEDIA-SEQUENCE:1001\n"));
}

// A part whose segment never ended, because its publisher vanished with the process of making it.
TEST_F(LiveWindowTest, APeriodEndsTheSegmentBeforeIt) {
  writer_.start();
  writer_.segments(3);
  media::Cut cut;
  cut.msn = writer_.msn++;
  cut.start = writer_.time;
  cut.duration = Seconds(1);
  cut.target_duration = Seconds(2);
  cut.independent = true;
  media::Packet packet;
  packet.data = Payload::copy_of(Bytes(10));
  writer_.write(packet);
  writer_.write(cut);
  EXPECT_THAT(media(), Not(HasSubstr("/1003.m4s")));
  writer_.time += cut.duration;
  writer_.period(PeriodCause::publisher, {video_track()});
  EXPECT_THAT(media(), HasSubstr("#EXTINF:1.000000,\n20261121T035512Z-100001/1003.m4s\n"));
}

// AC-3 has no configuration record: its first frame goes with the Period.
TEST_F(LiveWindowTest, TheFirstFrameOfACodecWithoutRecordIsKept) {
  struct Keeper : FakeRenderer {
    Result<Payload> fmp4_init(const PeriodInfo& period) override {
      first_frames = period.first_frames;
      return Payload();
    }
    std::vector<Payload> first_frames;
  } keeper;
  LiveWindow window({}, StreamName::make("live", "demo").value(), session(1), keeper);
  StreamWriter writer(window);
  writer.period(PeriodCause::start, {video_track(), audio_track(media::Codec::ac3)});
  writer.segments(3);
  EXPECT_EQ(window.init(session(1), 7).status, Status::found);
  ASSERT_EQ(keeper.first_frames.size(), 2u);
  EXPECT_TRUE(keeper.first_frames[0].empty());
  EXPECT_EQ(keeper.first_frames[1].size(), 1000u);
}

TEST_F(LiveWindowTest, InfoTellsWhatIsLive) {
  EXPECT_FALSE(window_.info().last_msn);
  writer_.start();
  writer_.segments(4);
  const WindowInfo info = window_.info();
  EXPECT_EQ(info.last_msn, 1003u);
  EXPECT_EQ(info.tracks.size(), 2u);
  EXPECT_EQ(info.listed_segments, 4u);
  EXPECT_EQ(info.listed_duration, Ticks90k(Seconds(8)));
  EXPECT_EQ(info.bits_per_second, 16000u);
  EXPECT_EQ(info.frame_rate, (media::FrameRate{1000, 1000}));
  EXPECT_EQ(window_.memory_bytes(), 16000u);
}

// MP-03, MP-07, MP-08, MP-09, MP-12, B25, B26: whatever happens, each playlist is a legal successor of the one before.
TEST_F(LiveWindowTest, EveryPlaylistIsALegalSuccessor) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    FakeRenderer renderer;
    LiveWindow window({}, StreamName::make("live", "demo").value(), session(1), renderer);
    StreamWriter writer(window);
    testing::PlaylistChecker checkers[2];
    std::mt19937 random(seed);
    int sessions = 1;
    writer.start();
    for (int step = 0; step < 150; ++step) {
      switch (random() % 20) {
        case 0:
          window.on_session(session(++sessions));
          writer.period(PeriodCause::publisher, {video_track(), audio_track()});
          break;
        case 1:
          writer.period(PeriodCause::codec, {video_track(media::Codec::hevc), audio_track()});
          break;
        case 2:
          for (unsigned i = random() % 20; i > 0; --i) writer.gap();
          break;
        default:
          writer.segment(Millis(500 + random() % 1900), random() % 50 != 0);
      }
      window.on_time(writer.now);
      for (const Container container : {Container::fmp4, Container::ts}) {
        const auto text = window.media_playlist(container);
        if (text != nullptr) checkers[container == Container::ts ? 1 : 0].add(text->text);
      }
      if (HasFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace sluice::hls
