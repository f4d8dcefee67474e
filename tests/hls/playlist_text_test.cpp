// The texts of both kinds of playlist, whole.
#include <gtest/gtest.h>

#include "sluice/hls/media_playlist.hpp"
#include "sluice/hls/multivariant_playlist.hpp"

namespace sluice::hls {
namespace {

constexpr WallTime kDate{Seconds(1795233600)};

// MP-01, MP-02, MP-06, MP-14, MP-17, MP-18, MP-19.
TEST(MediaPlaylist, EveryTagStandsWhereItBelongs) {
  MediaPlaylist playlist;
  playlist.target_duration = Seconds(2);
  playlist.media_sequence = 1000;
  playlist.discontinuity_sequence = 7;
  playlist.independent_segments = true;
  playlist.ended = true;
  playlist.segments = {
      {"s/1000.m4s", Ticks90k(180180), kDate, "s/init-7.mp4", false, false},
      {"s/1001.m4s", Seconds(2), kDate + Micros(2002000), "", false, true},
      {"t/1002.m4s", Ticks90k(180001), kDate + Micros(4002000), "t/init-8.mp4", true, false},
  };
  EXPECT_EQ(to_text(playlist),
            "#EXTM3U\n"
            "#EXT-X-VERSION:8\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:1000\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"s/init-7.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:00.000Z\n"
            "#EXTINF:2.002000,\n"
            "s/1000.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:02.002Z\n"
            "#EXT-X-GAP\n"
            "#EXTINF:2.000000,\n"
            "s/1001.m4s\n"
            "#EXT-X-DISCONTINUITY\n"
            "#EXT-X-MAP:URI=\"t/init-8.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T04:00:04.002Z\n"
            "#EXTINF:2.000011,\n"
            "t/1002.m4s\n"
            "#EXT-X-ENDLIST\n");
}

TEST(MediaPlaylist, SecondsAreRoundedToMicroseconds) {
  EXPECT_EQ(to_decimal_seconds(Ticks90k(0)), "0.000000");
  EXPECT_EQ(to_decimal_seconds(Ticks90k(1)), "0.000011");
  EXPECT_EQ(to_decimal_seconds(Ticks90k(3003)), "0.033367");
  EXPECT_EQ(to_decimal_seconds(Ticks90k(89999)), "0.999989");
  EXPECT_EQ(to_decimal_seconds(std::chrono::hours(1)), "3600.000000");
}

// MV-02, MV-07, MV-12.
TEST(MultivariantPlaylist, VideoHasItsAttributes) {
  MultivariantPlaylist playlist;
  playlist.uri = "fmp4/s.m3u8";
  playlist.bandwidth = 3010000;
  playlist.average_bandwidth = 2730000;
  playlist.codecs = {"hvc1.2.4.L123.B0", "mp4a.40.2"};
  playlist.video = VideoAttributes{1920, 1080, {30000, 1001}, media::VideoRange::hlg};
  EXPECT_EQ(to_text(playlist),
            "#EXTM3U\n"
            "#EXT-X-VERSION:6\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=3010000,AVERAGE-BANDWIDTH=2730000,CODECS=\"hvc1.2.4.L123.B0,mp4a.40.2\","
            "RESOLUTION=1920x1080,FRAME-RATE=29.970,VIDEO-RANGE=HLG,CLOSED-CAPTIONS=NONE\n"
            "fmp4/s.m3u8\n");
}

// AV-01: audio alone has no picture.
TEST(MultivariantPlaylist, AudioAloneHasNone) {
  MultivariantPlaylist playlist;
  playlist.uri = "s.m3u8";
  playlist.bandwidth = 141000;
  playlist.average_bandwidth = 129000;
  playlist.codecs = {"mp4a.40.2"};
  EXPECT_EQ(to_text(playlist),
            "#EXTM3U\n"
            "#EXT-X-VERSION:6\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=141000,AVERAGE-BANDWIDTH=129000,CODECS=\"mp4a.40.2\"\n"
            "s.m3u8\n");
}

TEST(MultivariantPlaylist, FrameRatesHaveThreeDecimals) {
  EXPECT_EQ(to_decimal(media::FrameRate{25, 1}), "25.000");
  EXPECT_EQ(to_decimal(media::FrameRate{24000, 1001}), "23.976");
  EXPECT_EQ(to_decimal(media::FrameRate{59940, 1000}), "59.940");
}

}  // namespace
}  // namespace sluice::hls
