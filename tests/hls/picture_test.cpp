// LiveWindow::picture(): what the status page shows of a stream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/stream_writer.hpp"
#include "sluice/hls/live_window.hpp"

namespace sluice::hls {
namespace {

using testing::audio_track;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::session;
using testing::StreamWriter;
using testing::video_track;
using Status = Fetched::Status;

// Keeps the parts it was to render.
class KeepingRenderer : public testing::FakeRenderer {
 public:
  Result<Payload> fmp4_init(const PeriodInfo& period) override {
    tracks = period.tracks.size();
    return FakeRenderer::fmp4_init(period);
  }
  Result<Payload> fmp4_part(const Part& part) override {
    last = part;
    return FakeRenderer::fmp4_part(part);
  }

  std::size_t tracks = 0;
  Part last;
};

class PictureTest : public ::testing::Test {
 protected:
  KeepingRenderer renderer_;
  LiveWindow window_{{}, StreamName::make("live", "demo").value(), session(1), renderer_};
  StreamWriter writer_{window_};
};

TEST_F(PictureTest, IsAFileOfOneKeyFrameOfTheVideoTrackAtTimeZero) {
  writer_.start();
  writer_.segments(2);
  const Fetched picture = window_.picture();
  EXPECT_EQ(picture.status, Status::found);
  EXPECT_EQ(picture.pieces.size(), 2u);
  EXPECT_EQ(renderer_.tracks, 1u);
  ASSERT_EQ(renderer_.last.packets.size(), 1u);
  EXPECT_TRUE(renderer_.last.packets[0].key);
  EXPECT_EQ(renderer_.last.packets[0].dts, 0);
  EXPECT_EQ(renderer_.last.packets[0].track, 0);
}

TEST_F(PictureTest, IsThereBeforeThePlaylistIs) {
  writer_.start();
  writer_.segment();
  EXPECT_FALSE(window_.playable(media::Container::fmp4));
  EXPECT_EQ(window_.picture().status, Status::found);
}

TEST_F(PictureTest, StaysWhileThePublisherIsAway) {
  writer_.start();
  writer_.segment();
  writer_.gap();
  EXPECT_EQ(window_.picture().status, Status::found);
}

TEST_F(PictureTest, OfSoundAloneThereIsNone) {
  writer_.period(media::PeriodCause::start, {audio_track()});
  writer_.segments(3);
  EXPECT_EQ(window_.picture().status, Status::unknown);
  EXPECT_THAT(renderer_.calls, IsEmpty());
}

TEST_F(PictureTest, WithoutASegmentThereIsNone) { EXPECT_EQ(window_.picture().status, Status::unknown); }

TEST_F(PictureTest, ThatCannotBeMadeSaysSo) {
  writer_.start();
  writer_.segment();
  renderer_.broken = true;
  EXPECT_EQ(window_.picture().status, Status::failed);
}

}  // namespace
}  // namespace sluice::hls
