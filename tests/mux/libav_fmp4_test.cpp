// fMP4 as LibavRenderer writes it: boxes against golden files, samples against libavformat's own demuxer.
#include <gtest/gtest.h>

#include <map>

#include "golden.hpp"
#include "mux/box_dump.hpp"
#include "mux/demux.hpp"
#include "mux/fragment.hpp"
#include "mux/looped_sample.hpp"
#include "sluice/mux/libav_renderer.hpp"

namespace sluice::mux {
namespace {

using testing::Demuxed;
using testing::Fragment;

using testing::LoopedSample;
using testing::Parts;
using testing::read_fragment;
using testing::TrackFragment;

// The packets of a track over several segments, in order.
std::vector<media::Packet> packets_of(const std::vector<Parts>& segments, media::TrackIndex track) {
  std::vector<media::Packet> packets;
  for (const Parts& parts : segments) {
    for (const auto& part : parts) {
      for (const media::Packet& packet : part->packets) {
        if (packet.track == track) packets.push_back(packet);
      }
    }
  }
  return packets;
}

class Fmp4OfSample : public ::testing::TestWithParam<const char*> {
 protected:
  LibavRenderer renderer_;
};

// F4-01, F4-02, F4-03, F4-06, F4-08, F4-09, F4-10.
TEST_P(Fmp4OfSample, BoxesAreThoseOfTheGoldenFile) {
  const LoopedSample sample(GetParam());
  const Payload init = renderer_.fmp4_init(sample.period()).value();
  const auto segments = sample.segments(1);
  std::string text = testing::dump_boxes(init.view());
  for (const auto& part : segments[0]) text += testing::dump_boxes(renderer_.fmp4_part(*part).value().view());
  sluice::testing::expect_golden(SLUICE_TESTS_DIR "golden/", std::string(GetParam()) + ".boxes.txt", text);
}

// F4-04, F4-05, F4-07, F4-08, F4-14: what goes in comes out, over parts and segments.
TEST_P(Fmp4OfSample, EverySampleComesOutWithItsTimesAndFlags) {
  const LoopedSample sample(GetParam());
  const auto segments = sample.segments(4);
  Bytes file;
  const auto append = [&](const Payload& bytes) { file.insert(file.end(), bytes.view().begin(), bytes.view().end()); };
  append(renderer_.fmp4_init(sample.period()).value());
  for (const Parts& parts : segments) {
    for (const auto& part : parts) append(renderer_.fmp4_part(*part).value());
  }
  const Demuxed demuxed = testing::demux("mp4", file);
  ASSERT_EQ(demuxed.streams.size(), sample.period().tracks.size());
  for (std::size_t i = 0; i < demuxed.streams.size(); ++i) {
    const media::Track& track = sample.period().tracks[i];
    EXPECT_EQ(demuxed.streams[i].timescale, track.timescale);
    const auto expected = packets_of(segments, track.index);
    const auto actual = demuxed.packets_of(static_cast<int>(i));
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t n = 0; n < actual.size(); ++n) {
      EXPECT_EQ(actual[n].dts, expected[n].dts) << n;
      EXPECT_EQ(actual[n].pts, expected[n].dts + expected[n].cts) << n;
      EXPECT_EQ(actual[n].key, expected[n].key) << n;
      const ByteView data = expected[n].data.view();
      // An AV1 temporal delimiter does not go into the file (F4-13).
      const std::size_t dropped = track.config.codec == media::Codec::av1 && data[0] == 0x12 ? 2 : 0;
      EXPECT_EQ(actual[n].data, Bytes(data.begin() + static_cast<std::ptrdiff_t>(dropped), data.end())) << n;
    }
  }
}

// F4-02, F4-04, F4-05, F4-08: the boxes say of each sample what its packet says, and the next fragment begins where
// this one ends.
TEST_P(Fmp4OfSample, EveryFragmentBeginsWhereTheLastOneEnds) {
  const LoopedSample sample(GetParam());
  std::map<std::uint32_t, std::uint64_t> ends;
  std::uint32_t sequence_number = 0;
  for (const Parts& parts : sample.segments(4)) {
    for (const auto& part : parts) {
      const Fragment fragment = read_fragment(renderer_.fmp4_part(*part).value().view());
      EXPECT_EQ(fragment.sequence_number, ++sequence_number);
      for (const TrackFragment& track : fragment.tracks) {
        EXPECT_EQ(track.decode_time_version, 1);
        EXPECT_EQ(track.header_flags & 0x020001, 0x020000u);  // default-base-is-moof, no base-data-offset
        EXPECT_GE(track.data_offset, fragment.moof_size + 8);
        if (ends.count(track.track_id) != 0) {
          EXPECT_EQ(track.decode_time, ends[track.track_id]);
        }
        ends[track.track_id] = track.end();
        const auto packets = packets_of({Parts{part}}, static_cast<media::TrackIndex>(track.track_id - 1));
        ASSERT_EQ(packets.size(), track.samples.size());
        for (std::size_t i = 0; i < packets.size(); ++i) {
          EXPECT_EQ(track.samples[i].composition, packets[i].cts);
          EXPECT_EQ(track.samples[i].flags, packets[i].key ? 0x02000000u : 0x01010000u);
        }
      }
    }
  }
}

TEST_P(Fmp4OfSample, SameArgumentsGiveTheSameBytes) {
  const LoopedSample sample(GetParam());
  const auto segments = sample.segments(2);
  LibavRenderer other;
  EXPECT_EQ(testing::dump_boxes(renderer_.fmp4_init(sample.period()).value().view()),
            testing::dump_boxes(other.fmp4_init(sample.period()).value().view()));
  const Payload first = renderer_.fmp4_part(*segments[1][0]).value();
  renderer_.fmp4_part(*segments[0][1]).value();
  const Payload again = other.fmp4_part(*segments[1][0]).value();
  EXPECT_EQ(as_text(first.view()), as_text(again.view()));
}

INSTANTIATE_TEST_SUITE_P(Samples, Fmp4OfSample,
                         ::testing::Values("h264_aac", "h264_ac3", "h264_eac3", "h264_mp3", "h264_flac", "hevc_aac",
                                           "av1_opus", "vp9_opus"),
                         [](const auto& named) { return std::string(named.param); });

class LibavFmp4 : public ::testing::Test {
 protected:
  LibavRenderer renderer_;
};

// F4-05: absolute and exact, also where 90 kHz leaves 32 bits and 33.
TEST_F(LibavFmp4, DecodeTimesGoOnWithoutAHoleFarBeyond33Bits) {
  const LoopedSample sample("h264_aac", {.start = std::chrono::hours(27)});
  const auto segments = sample.segments(20);
  std::uint64_t video = 27ull * 3600 * 90000;
  std::uint64_t audio = 27ull * 3600 * 48000;
  for (const Parts& parts : segments) {
    for (const auto& part : parts) {
      const Fragment fragment = read_fragment(renderer_.fmp4_part(*part).value().view());
      EXPECT_EQ(fragment.track(1).decode_time, video);
      EXPECT_EQ(fragment.track(2).decode_time, audio);
      video = fragment.track(1).end();
      audio = fragment.track(2).end();
    }
  }
  EXPECT_EQ(video, 27ull * 3600 * 90000 + 20 * 90000);
}

TEST_F(LibavFmp4, VideoIsTheFirstTrackAlsoOfAPublisherThatBeganWithAudio) {
  const LoopedSample sample("h264_aac");
  hls::PeriodInfo period = sample.period();
  std::swap(period.tracks[0], period.tracks[1]);
  EXPECT_EQ(testing::dump_boxes(renderer_.fmp4_init(period).value().view()),
            testing::dump_boxes(renderer_.fmp4_init(sample.period()).value().view()));
  hls::Part part = *sample.segments(1)[0][0];
  const Payload usual = renderer_.fmp4_part(part).value();
  part.period = std::make_shared<const hls::PeriodInfo>(period);
  EXPECT_EQ(as_text(renderer_.fmp4_part(part).value().view()), as_text(usual.view()));
}

// With or without "fLaC" and the header of the block: players must not notice.
TEST_F(LibavFmp4, FlacRecordsOfEveryShapeGiveTheSameInitialisationSection) {
  const LoopedSample sample("h264_flac");
  const Payload whole = renderer_.fmp4_init(sample.period()).value();
  hls::PeriodInfo period = sample.period();
  Payload& record = period.tracks[1].config.record;
  const Payload sent = record;
  ByteWriter without_header;
  without_header.append("fLaC");
  without_header.append(sent.view().subspan(8));
  for (const Payload& shape : {Payload::copy_of(std::move(without_header).take()),
                               Payload::copy_of(sent.view().subspan(4)), Payload::copy_of(sent.view().subspan(8))}) {
    record = shape;
    EXPECT_EQ(testing::dump_boxes(renderer_.fmp4_init(period).value().view()), testing::dump_boxes(whole.view()));
  }
}

// F4-07: signed composition offsets.
TEST_F(LibavFmp4, NegativeCompositionOffsetsAreWritten) {
  const LoopedSample sample("h264_aac");
  hls::Part part = *sample.segments(1)[0][0];
  for (media::Packet& packet : part.packets) {
    if (packet.track == 0) packet.cts -= 7200;
  }
  const Fragment fragment = read_fragment(renderer_.fmp4_part(part).value().view());
  const TrackFragment& video = fragment.track(1);
  EXPECT_EQ(video.run_version, 1);
  EXPECT_EQ(video.decode_time, 900000u);
  const auto packets = packets_of({Parts{std::make_shared<const hls::Part>(part)}}, 0);
  ASSERT_EQ(video.samples.size(), packets.size());
  for (std::size_t i = 0; i < packets.size(); ++i) EXPECT_EQ(video.samples[i].composition, packets[i].cts) << i;
}

// AV-01, AV-02.
TEST_F(LibavFmp4, OneTrackAloneIsRendered) {
  for (const bool video : {true, false}) {
    const LoopedSample sample("h264_aac", {.video = video, .audio = !video});
    EXPECT_TRUE(renderer_.fmp4_init(sample.period()).has_value());
    const Fragment fragment = read_fragment(renderer_.fmp4_part(*sample.segments(1)[0][0]).value().view());
    EXPECT_EQ(fragment.track(1).decode_time, video ? 900000u : 480000u);
  }
}

TEST_F(LibavFmp4, APartMayLackATrack) {
  for (const char* name : {"h264_aac", "h264_ac3", "h264_eac3"}) {
    const LoopedSample sample(name);
    hls::Part part = *sample.segments(1)[0][0];
    std::erase_if(part.packets, [](const media::Packet& packet) { return packet.track == 1; });
    const Fragment fragment = read_fragment(renderer_.fmp4_part(part).value().view());
    EXPECT_EQ(fragment.tracks.size(), 1u);
    EXPECT_EQ(fragment.track(1).decode_time, 900000u);
  }
}

TEST_F(LibavFmp4, WhatCannotBeMuxedIsAnError) {
  const LoopedSample sample("h264_ac3");
  hls::PeriodInfo period = sample.period();
  period.first_frames.assign(period.tracks.size(), Payload());
  EXPECT_EQ(renderer_.fmp4_init(period).error().message, "fMP4: no frame tells what the ac3 track is like");
  period.tracks.clear();
  const auto nothing = renderer_.fmp4_init(period);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().message, "fMP4: the period has no track it can carry");
}

}  // namespace
}  // namespace sluice::mux
