// LiveWindow with parts, their bytes: docs/low-latency.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/low_latency_fixture.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using testing::audio_track;
using ::testing::EndsWith;
using testing::FakeRenderer;
using testing::kNothingKnown;
using testing::kS1;
using testing::LowLatencyTest;
using testing::session;
using testing::video_track;
using Status = Fetched::Status;

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
  window_.on_restored();
  EXPECT_THAT(playlist(), EndsWith("#EXT-X-PART:DURATION=0.500000,URI=\"" + kS1 +
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
  window_.on_restored();
  EXPECT_THAT(playlist(), EndsWith("part-7-3.m4s\"\n#EXTINF:1.000000,\n" + kS1 + "1001r.m4s\n" + kNothingKnown));
}

// Its first frame tells what the initialisation section says, and comes in the Period's second part.
TEST_F(LowLatencyTest, AnInitialisationSectionIsMadeWhenItsFirstFrameHasCome) {
  struct Ac3Renderer : FakeRenderer {
    Result<Payload> fmp4_init(const PeriodInfo& period) override {
      if (period.first_frames.at(1).empty()) return Error{"no frame"};
      return period.first_frames.at(1);
    }
  } renderer;
  LiveWindow window({}, StreamName::make("live", "demo").value(), session(1), renderer);
  writer_.turn_to(window);
  window.on_session(session(1));
  start();
  writer_.period(media::PeriodCause::codec, {video_track(), audio_track(media::Codec::ac3)});
  media::Packet picture;
  picture.key = true;
  picture.dts = ticks_in(writer_.time, 90000);
  picture.data = Payload::copy_of(Bytes(10));
  writer_.write(picture);
  writer_.part(Millis(500), false, true, false);
  EXPECT_EQ(window.init(session(1), 8).status, Status::failed);
  EXPECT_EQ(window.init(session(1), 8).fault, "no frame");
  EXPECT_EQ(window.renders().inits, 1u) << "nothing has changed meanwhile";
  writer_.frame_bytes = 20;
  writer_.parts(1);
  writer_.frame_bytes = 30;
  writer_.parts(1);
  const Fetched init = window.init(session(1), 8);
  ASSERT_EQ(init.status, Status::found);
  EXPECT_EQ(init.size(), 20u) << "the first one";
  EXPECT_EQ(window.init(session(1), 8).pieces.at(0).data(), init.pieces.at(0).data());
}

}  // namespace
}  // namespace sluice::hls
