// Which tracks the first part of a Period waits for, and how long (AV-03), once parts have a target.
#include <gtest/gtest.h>

#include <utility>

#include "hex.hpp"
#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::Codec;
using media::PeriodCause;
using media::SourcePacket;
using media::TrackKind;

// 30 fps with a key frame each two seconds; sound whose first frame belongs at `sound_from`, and which is sent so much
// at once.
struct Sender {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 10000;
  std::int64_t sound_from_ms = 0;
  std::int64_t burst_ms = 0;
  bool header_with_sound = false;
};

void send(Publisher& publisher, const Sender& sender) {
  publisher.video_config();
  if (!sender.header_with_sound) publisher.audio_config();
  std::int64_t sound = sender.sound_from_ms;
  bool header = sender.header_with_sound;
  int samples = 0;
  for (int frame = 0; sender.from_ms + frame * 100 / 3 < sender.to_ms; ++frame) {
    const std::int64_t ms = sender.from_ms + frame * 100 / 3;
    publisher.arrival_ms = ms;
    publisher.video(ms, frame % 60 == 0);
    if (ms >= sound + sender.burst_ms) {
      if (std::exchange(header, false)) publisher.audio_config();
      for (; sound <= ms; sound = sender.sound_from_ms + ++samples * 10240 / 441) publisher.audio(sound);
    }
  }
  publisher.arrival_ms = sender.to_ms;
}

constexpr Sender kFirst{.to_ms = 6000};

std::size_t parts_of_period(const Publisher& publisher, std::uint64_t period, std::size_t segment) {
  for (const Listed& item : publisher.entries.listed) {
    if (item.period == period && !item.gap && segment-- == 0) return item.parts;
  }
  return 0;
}

// Everything of the second Period is in it, and it has parts from its second segment on.
void expect_one_period_more(const Publisher& publisher) {
  EXPECT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.timeline.counters().dropped_waiting, 0u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
  EXPECT_EQ(publisher.entries.tracks.size(), 4u);
  EXPECT_GT(parts_of_period(publisher, 8, 1), 3u);
  EXPECT_EQ(publisher.timeline.slow_segments(), 0u);
}

TEST(LateTracks, SoundThatComesLateAfterAReturnIsWaitedForUntilTheSegmentEnds) {
  for (const int part_ms : {200, 500}) {
    for (const std::int64_t late_ms : {0, 100, 190, 210, 300, 450, 520, 1000, 1900}) {
      for (const bool header_with_sound : {false, true}) {
        SCOPED_TRACE(std::to_string(part_ms) + " ms, " + std::to_string(late_ms) + " ms late");
        Publisher publisher({.part_duration = Millis(part_ms)});
        send(publisher, kFirst);
        publisher.end();
        publisher.timeline.begin_publish(PeriodCause::publisher);
        send(publisher, {7000, 13000, 7000 + late_ms, 0, header_with_sound});
        publisher.end();
        expect_one_period_more(publisher);
        EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
        if (late_ms < part_ms) {
          EXPECT_GT(parts_of_period(publisher, 8, 0), 3u) << "it has not waited";
        } else if (late_ms > part_ms + 40) {
          EXPECT_EQ(parts_of_period(publisher, 8, 0), 1u);
        }
      }
    }
  }
}

TEST(LateTracks, SoundThatComesInBurstsIsWaitedFor) {
  for (const int part_ms : {200, 500}) {
    for (const std::int64_t burst_ms : {150, 300, 700, 1000}) {
      SCOPED_TRACE(std::to_string(part_ms) + " ms, bursts of " + std::to_string(burst_ms));
      Publisher publisher({.part_duration = Millis(part_ms)});
      send(publisher, {.to_ms = 6000, .burst_ms = burst_ms});
      publisher.end();
      publisher.timeline.begin_publish(PeriodCause::publisher);
      send(publisher, {7000, 13000, 7000, burst_ms});
      publisher.end();
      expect_one_period_more(publisher);
    }
  }
}

TEST(LateTracks, SoundThatComesLateAfterASilenceIsWaitedFor) {
  Publisher publisher({.part_duration = Millis(200)});
  send(publisher, kFirst);
  publisher.time(16000);
  EXPECT_EQ(publisher.timeline.counters().stalls, 1u);
  send(publisher, {17000, 23000, 17300});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::stall);
  expect_one_period_more(publisher);
  EXPECT_EQ(parts_of_period(publisher, 8, 0), 1u);
}

TEST(LateTracks, AfterARestartWhatTheOtherProcessCarriedIsWaitedFor) {
  for (const bool carried : {true, false}) {
    for (const bool header_with_sound : {true, false}) {
      Start start{100, 7, PeriodCause::restart};
      start.target_duration = Seconds(2);
      start.part_target = Millis(201);
      start.expected = {true, carried};
      Publisher publisher({.part_duration = Millis(200)}, start);
      send(publisher, {0, 6000, 300, 0, header_with_sound});
      publisher.end();
      // What nobody could know of comes late.
      EXPECT_EQ(publisher.entries.periods.size(), carried || !header_with_sound ? 1u : 2u);
      if (carried || !header_with_sound) {
        EXPECT_EQ(publisher.entries.listed[0].parts, 1u);
      }
      EXPECT_GT(publisher.entries.listed[1].parts, 3u);
    }
  }
}

TEST(LateTracks, VideoThatComesLateIsWaitedFor) {
  Publisher publisher({.part_duration = Millis(200)});
  send(publisher, kFirst);
  publisher.end();
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.audio_config();
  publisher.run({.from_ms = 7000, .to_ms = 7400, .fps = 0});
  publisher.video_config();
  publisher.run({.from_ms = 7400, .to_ms = 13500, .fps = 30, .gop = 60});
  publisher.end();
  expect_one_period_more(publisher);
  EXPECT_EQ(parts_of_period(publisher, 8, 0), 1u);
}

// Once: then it is known.
TEST(LateTracks, ATrackThatDoesNotReturnCostsThePartsOfOneSegment) {
  Publisher publisher({.part_duration = Millis(200)});
  send(publisher, kFirst);
  publisher.end();
  for (std::int64_t from = 7000; from < 28000; from += 7000) {
    publisher.timeline.begin_publish(PeriodCause::publisher);
    send(publisher, {from, from + 6000, from + 100000, 0, true});
    publisher.end();
  }
  ASSERT_EQ(publisher.entries.periods.size(), 4u);
  EXPECT_EQ(parts_of_period(publisher, 8, 0), 1u);
  EXPECT_GT(parts_of_period(publisher, 8, 1), 3u);
  EXPECT_GT(parts_of_period(publisher, 9, 0), 3u);
  EXPECT_GT(parts_of_period(publisher, 10, 0), 3u);
}

TEST(LateTracks, ATrackThatCannotBePackagedIsNotWaitedFor) {
  Publisher publisher({.part_duration = Millis(200)});
  send(publisher, kFirst);
  publisher.end();
  publisher.timeline.begin_publish(PeriodCause::publisher);
  publisher.video_config();
  publisher.arrival_ms = 7000;
  SourcePacket speex = audio_frame(7000);
  speex.codec = Codec::other_audio;
  publisher.packet(speex);
  publisher.run({.from_ms = 7000, .to_ms = 11000, .fps = 30, .gop = 60, .rate = 0});
  publisher.end();
  EXPECT_GT(parts_of_period(publisher, 8, 0), 3u);
}

// The initialisation section needs a frame of it.
TEST(LateTracks, AnnouncedSoundWithoutARecordIsWaitedForWithinAPublish) {
  for (const bool ac3 : {true, false}) {
    Publisher publisher({.part_duration = Millis(200)});
    publisher.video_config();
    publisher.audio_config();
    const auto sound = [&](std::int64_t ms) {
      SourcePacket frame = audio_frame(ms);
      if (ac3) frame.codec = Codec::ac3;
      if (ac3) frame.data = test::hex_payload("0b77000014404300000000000000");
      publisher.packet(frame);
    };
    for (int frame = 0; frame < 300; ++frame) {
      const std::int64_t ms = frame * 100 / 3;
      publisher.arrival_ms = ms;
      if (frame == 120) publisher.video_config(kAvc1080);
      publisher.video(ms, frame % 60 == 0);
      if (frame < 118 || frame > 130) sound(ms);
    }
    publisher.end();
    ASSERT_EQ(publisher.entries.periods.size(), 2u);
    EXPECT_EQ(publisher.entries.tracks.back().config.codec, ac3 ? Codec::ac3 : Codec::aac);
    if (ac3) {
      EXPECT_EQ(parts_of_period(publisher, 8, 0), 1u);
    } else {
      EXPECT_GT(parts_of_period(publisher, 8, 0), 3u);
    }
    EXPECT_GT(parts_of_period(publisher, 8, 1), 3u);
  }
}

}  // namespace
}  // namespace sluice::timeline
