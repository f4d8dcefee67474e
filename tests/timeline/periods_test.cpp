// Where Periods begin, which tracks they have, and what is hidden.
#include <gtest/gtest.h>

#include "hex.hpp"
#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::Codec;
using media::PeriodCause;
using media::SourcePacket;
using media::TrackKind;

// MT-05
TEST(Periods, RepeatedConfigurationIsNoChange) {
  Publisher publisher;
  publisher.configs();
  for (int i = 0; i < 5; ++i) {
    publisher.run({.from_ms = i * 2000, .to_ms = i * 2000 + 2000});
    publisher.configs();
  }
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.timeline.counters().config_changes, 0u);
}

// MT-06, B24
TEST(Periods, ChangedVideoBeginsAPeriodAtItsKeyFrame) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 3000});
  publisher.video_config(kAvc1080);
  publisher.arrival_ms = 3000;
  publisher.video(3000, false);
  publisher.audio(3020);
  publisher.run({.from_ms = 3040, .to_ms = 6000});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].number, 8u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::codec);
  EXPECT_EQ(publisher.entries.periods[1].media_start, Ticks90k(Millis(13040)));
  EXPECT_EQ(publisher.entries.periods[1].wall_start, Publisher::kWallStart + Millis(3040));
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-3.040 3.040-5.040 5.040-6.000");
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 1u) << "a frame nothing can decode";
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
  ASSERT_EQ(publisher.entries.tracks.size(), 4u) << "both tracks are announced again";
  EXPECT_EQ(publisher.entries.tracks[2].config.video.width, 1920u);
}

TEST(Periods, ChangedAudioBesideVideoWaitsForTheKeyFrame) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 3000});
  publisher.audio_config(kAac48000);
  publisher.run({.from_ms = 3000, .to_ms = 6000, .gop = 25, .rate = 48000, .key_first = false});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 0u);
  EXPECT_GT(publisher.entries.hidden(TrackKind::audio), 40u);
  EXPECT_EQ(publisher.entries.tracks.back().timescale, 48000u);
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000 4.000-6.000");
}

TEST(Periods, ChangedAudioAloneBeginsAPeriodAtItsNextFrame) {
  Publisher publisher;
  publisher.audio_config(kAac48000);
  publisher.run({.to_ms = 3000, .fps = 0, .rate = 48000});
  publisher.audio_config(kAac44100);
  publisher.run({.from_ms = 3000, .to_ms = 6000, .fps = 0});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::codec);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
}

TEST(Periods, BothConfigurationsChangedAreOnePeriod) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  publisher.video_config(kAvc1080);
  publisher.audio_config(kAac48000);
  publisher.run({.from_ms = 4000, .to_ms = 8000, .rate = 48000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 0u);
}

// MT-15
TEST(Periods, ParameterSetsInAKeyFrameChangeTheConfiguration) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 4000});
  SourcePacket key = video_frame(4000, true);
  key.data = test::hex_payload(
      "00000019 6742c028da01e0089f97011000000300100000030320f1832a 00000004 68ce0fc8 00000003 658884");
  publisher.arrival_ms = 4000;
  publisher.packet(key);
  publisher.run({.from_ms = 4040, .to_ms = 6000, .key_first = false});
  publisher.video_config();  // the old record once more: no change
  key.timestamp_ms = 6000;
  publisher.packet(key);
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 0u);
  EXPECT_EQ(publisher.timeline.tracks()[0].config->video.width, 1920u);
}

// B10, AV-04
TEST(Periods, LateAudioBeginsAPeriodWithBothTracks) {
  Publisher publisher;
  publisher.video_config();
  publisher.run({.to_ms = 5000, .rate = 0});
  publisher.audio_config();
  publisher.run({.from_ms = 5000, .to_ms = 9000, .gop = 25, .key_first = false});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::tracks);
  EXPECT_EQ(publisher.entries.tracks.size(), 3u);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 225u) << "no picture is lost";
  EXPECT_GT(publisher.timeline.counters().dropped_waiting, 0u);
}

TEST(Periods, LateVideoBeginsAPeriodAtItsKeyFrame) {
  Publisher publisher;
  publisher.audio_config();
  publisher.run({.to_ms = 5000, .fps = 0});
  publisher.video_config();
  publisher.run({.from_ms = 5000, .to_ms = 9000, .gop = 25, .key_first = false});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].cause, PeriodCause::tracks);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 0u);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 75u);
}

// AV-03
TEST(Periods, TrackThatComesBeforeTheFirstCutJoins) {
  Publisher publisher;
  publisher.audio_config();
  publisher.run({.to_ms = 1000, .fps = 0});
  publisher.video_config();
  publisher.run({.from_ms = 1000, .to_ms = 5000});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.spans(), "0.000-3.000 3.000-5.000");
}

// MT-07, B26: no needless discontinuity at the start.
TEST(Periods, NothingIsPackagedBeforeTheFirstKeyFrame) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 6000, .gop = 75, .key_first = false});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.spans(), "3.000-6.000");
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 75u);
  EXPECT_GT(publisher.entries.hidden(TrackKind::audio), 100u);
}

TEST(Periods, OnlyPFramesAreRecordedAndAudioGoesAloneInTheEnd) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 16000, .gop = 1000000, .key_first = false});
  publisher.end();
  ASSERT_EQ(publisher.entries.periods.size(), 2u);
  EXPECT_EQ(publisher.entries.periods[1].number, 7u) << "the first one is in no playlist";
  EXPECT_EQ(publisher.entries.tracks.size(), 3u);
  EXPECT_EQ(publisher.entries.tracks.back().config.codec, Codec::aac);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 0u);
  ASSERT_FALSE(publisher.entries.listed.empty());
  EXPECT_NEAR(static_cast<double>(publisher.entries.listed[0].start.count()) / 90000, 20, 0.05);
}

TEST(Periods, OnlyPFramesAloneListNothing) {
  Publisher publisher;
  publisher.video_config();
  publisher.run({.to_ms = 16000, .gop = 1000000, .rate = 0, .key_first = false});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_TRUE(publisher.entries.listed.empty());
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 400u);
}

TEST(Periods, FramesWithoutAConfigurationAreDroppedAndCounted) {
  Publisher publisher;
  publisher.video(0, true);
  publisher.audio(0);
  EXPECT_TRUE(publisher.entries.packets.empty());
  EXPECT_EQ(publisher.timeline.counters().dropped_unconfigured, 2u);
}

// MT-04, MT-12, MT-14
TEST(Periods, DamagedInputIsCountedAndTheRestGoesOn) {
  Publisher publisher;
  publisher.audio_config("12");
  publisher.video_config();
  publisher.video(0, true);
  SourcePacket damaged = video_frame(40, false);
  damaged.data = test::hex_payload("00000009 41");
  publisher.packet(damaged);
  SourcePacket silence = audio_frame(40);
  silence.data = {};
  publisher.packet(silence);
  publisher.audio(40);
  publisher.video(80, false);
  EXPECT_EQ(publisher.timeline.counters().bad_configs, 1u);
  EXPECT_EQ(publisher.timeline.counters().dropped_damaged, 1u);
  EXPECT_EQ(publisher.timeline.counters().empty, 1u);
  EXPECT_EQ(publisher.timeline.counters().dropped_unconfigured, 1u);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::video), 2u);
}

// ER-07
TEST(Periods, ExtraTracksAreRecordedAndDecideNothing) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 3000});
  publisher.video_config(kAvc1080, 1);
  for (int i = 0; i < 50; ++i) {
    SourcePacket extra = video_frame(9000000 + i * 40, true);
    extra.track_id = 1;
    publisher.packet(extra);
  }
  publisher.video_config(kAvc720, 1);
  SourcePacket extra = video_frame(3000, true);
  extra.track_id = 1;
  publisher.packet(extra);
  publisher.run({.from_ms = 3000, .to_ms = 6000, .key_first = false});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 1u);
  EXPECT_EQ(publisher.entries.hidden(TrackKind::video), 51u);
  EXPECT_EQ(publisher.entries.tracks.size(), 4u);
  EXPECT_EQ(publisher.entries.tracks[3].source_id, 1);
}

TEST(Periods, TracksBeyondTheLimitAreDropped) {
  Publisher publisher;
  for (int id = 1; id < 40; ++id) publisher.video_config(kAvc720, static_cast<std::uint8_t>(id));
  publisher.configs();
  EXPECT_EQ(publisher.timeline.tracks().size(), Timeline::kTracksMax + 2);
  EXPECT_EQ(publisher.timeline.counters().dropped_tracks, 39 - Timeline::kTracksMax);
}

// MT-11
TEST(Periods, CodecsHlsCannotCarryAreRecorded) {
  Publisher publisher;
  publisher.video_config();
  publisher.video(0, true);
  SourcePacket speex = audio_frame(20);
  speex.codec = Codec::other_audio;
  publisher.packet(speex);
  publisher.video(40, false);
  publisher.end();
  EXPECT_EQ(publisher.entries.hidden(TrackKind::audio), 1u);
  EXPECT_EQ(publisher.spans(), "0.000-0.080");
}

TEST(Periods, CodecsWithoutARecordAreDescribedByTheirFrames) {
  Publisher publisher;
  SourcePacket mp3 = audio_frame(0);
  mp3.codec = Codec::mp3;
  mp3.data = test::hex_payload("fffb90640000026b0bce9d60600000000d20a0000116");
  for (int i = 0; i < 100; ++i) {
    mp3.timestamp_ms = static_cast<std::uint32_t>(i * 11520 / 441);
    publisher.packet(mp3);
  }
  mp3.data = test::hex_payload("fff384c400000000000000000000000000000000");
  mp3.timestamp_ms = 2612;
  publisher.packet(mp3);
  publisher.end();
  ASSERT_EQ(publisher.entries.tracks.size(), 2u);
  EXPECT_EQ(publisher.entries.tracks[0].config.rfc6381, "mp4a.40.34");
  EXPECT_EQ(publisher.entries.tracks[1].timescale, 24000u);
  EXPECT_EQ(publisher.entries.packaged(TrackKind::audio), 101u);
}

// ER-13
TEST(Periods, ColourInformationSetsTheRangeOfTheNextConfiguration) {
  Publisher publisher;
  SourcePacket color;
  color.type = SourcePacket::Type::color_info;
  color.range = static_cast<std::uint8_t>(media::VideoRange::hlg);
  publisher.packet(color);
  publisher.video_config();
  publisher.video(0, true);
  EXPECT_EQ(publisher.entries.tracks[0].config.video.range, media::VideoRange::hlg);
}

TEST(Periods, DataWaitsForTheFirstPeriodAndNoLonger) {
  Publisher publisher;
  publisher.configs();
  for (std::size_t i = 0; i < Timeline::kHeldDataMax + 5; ++i) publisher.data(0, "onMetaData");
  EXPECT_TRUE(publisher.entries.data.empty());
  publisher.video(500, true);
  ASSERT_EQ(publisher.entries.data.size(), Timeline::kHeldDataMax);
  EXPECT_EQ(publisher.entries.data[0].time, Ticks90k(Seconds(10)));
  publisher.data(700, "onCuePoint");
  EXPECT_EQ(publisher.entries.data.back().time, Ticks90k(Millis(10200)));
}

// MT-09
TEST(Periods, EndOfSequenceChangesNothing) {
  Publisher publisher;
  publisher.configs();
  publisher.run({.to_ms = 2000});
  SourcePacket end;
  end.type = SourcePacket::Type::end_of_sequence;
  publisher.packet(end);
  publisher.run({.from_ms = 2000, .to_ms = 4000});
  publisher.end();
  EXPECT_EQ(publisher.spans(), "0.000-2.000 2.000-4.000");
}

}  // namespace
}  // namespace sluice::timeline
