// MPEG-TS as LibavRenderer writes it, held against a checker of our own and libavformat's demuxer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mux/demux.hpp"
#include "mux/looped_sample.hpp"
#include "mux/ts_checker.hpp"
#include "sluice/hls/size_estimate.hpp"
#include "sluice/mux/libav_renderer.hpp"

namespace sluice::mux {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LoopedSample;
using ::testing::Pair;
using testing::Parts;
using testing::PesStart;
using testing::TsChecker;

constexpr std::uint16_t kVideoPid = 0x100;
constexpr std::uint16_t kAudioPid = 0x101;
// Every time stamp is so much later than the packet's own.
constexpr std::int64_t kOffset = 45000;
constexpr std::int64_t kWrap = std::int64_t{1} << 33;

class LibavTs : public ::testing::Test {
 protected:
  TsChecker check(const std::vector<Parts>& segments) {
    TsChecker checker;
    for (const Parts& parts : segments) {
      bytes_.push_back(renderer_.ts_segment(parts).value());
      checker.add_segment(bytes_.back().view());
    }
    EXPECT_THAT(checker.faults(), IsEmpty());
    return checker;
  }

  LibavRenderer renderer_;
  std::vector<Payload> bytes_;
};

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

// M2T-01, M2T-02, M2T-03, M2T-08.
TEST_F(LibavTs, OneHundredSegmentsFollowEachOther) {
  const TsChecker checker = check(LoopedSample("h264_aac").segments(100));
  EXPECT_LE(checker.pcr_interval_max_ms(), 40.001);
  EXPECT_EQ(checker.pcr_pid(), kVideoPid);
  EXPECT_THAT(checker.stream_types(), ElementsAre(Pair(kVideoPid, 0x1b), Pair(kAudioPid, 0x0f)));
}

// M2T-04, M2T-05: one access unit a PES, with its times at a constant offset.
TEST_F(LibavTs, EveryFrameIsAnAccessUnitWithItsTimes) {
  const auto segments = LoopedSample("h264_aac").segments(4);
  const auto units = check(segments).units_of(kVideoPid);
  const auto packets = packets_of(segments, 0);
  ASSERT_EQ(units.size(), packets.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    EXPECT_EQ(units[i].dts, packets[i].dts + kOffset);
    EXPECT_EQ(units[i].pts, packets[i].dts + packets[i].cts + kOffset);
    EXPECT_EQ(units[i].random_access, packets[i].key);
    const Bytes delimiter = {0, 0, 0, 1, 9, 0xf0};
    ASSERT_GT(units[i].payload.size(), delimiter.size() + 4);
    EXPECT_TRUE(std::equal(delimiter.begin(), delimiter.end(), units[i].payload.begin()));
    // Parameter sets before every IDR picture.
    EXPECT_EQ(units[i].payload[10] & 0x1f, packets[i].key ? 7 : 1);
  }
}

// M2T-06: the demuxer finds every AAC frame, in ADTS, where it belongs.
TEST_F(LibavTs, AudioFramesComeOutWhole) {
  const auto segments = LoopedSample("h264_aac").segments(3);
  const auto checker = check(segments);
  Bytes file;
  for (const Payload& bytes : bytes_) file.insert(file.end(), bytes.view().begin(), bytes.view().end());
  const auto audio = testing::demux("mpegts", file).packets_of(1);
  const auto packets = packets_of(segments, 1);
  ASSERT_EQ(audio.size(), packets.size());
  for (std::size_t i = 0; i < audio.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(audio[i].pts), static_cast<double>(packets[i].dts) * 90 / 48 + kOffset, 1.0);
    const ByteView data = packets[i].data.view();
    ASSERT_EQ(audio[i].data.size(), data.size() + 7);
    EXPECT_TRUE(std::equal(data.begin(), data.end(), audio[i].data.begin() + 7));
  }
  for (const PesStart& unit : checker.units_of(kAudioPid)) EXPECT_NE(unit.declared_length, 0u);
}

// Sound that came late: six frames behind a hole, close together. Chromium gives up on frames whose times go back.
TEST_F(LibavTs, AFrameThatDoesNotBeginWhereTheLastOneEndedHasATimeOfItsOwn) {
  Parts parts = LoopedSample("h264_aac").segments(1).front();
  hls::Part late = *parts.front();
  std::vector<media::Packet*> sound;
  for (media::Packet& packet : late.packets) {
    if (packet.track == 1) sound.push_back(&packet);
  }
  ASSERT_GT(sound.size(), 14u);
  for (std::size_t i = 4; i < 10; ++i) sound[i]->dts = sound[10]->dts - 480 + 48 * static_cast<int>(i);
  parts.front() = std::make_shared<const hls::Part>(late);
  check({parts});
  const auto audio = testing::demux("mpegts", {bytes_.back().view().begin(), bytes_.back().view().end()}).packets_of(1);
  const auto packets = packets_of({parts}, 1);
  ASSERT_EQ(audio.size(), packets.size());
  for (std::size_t i = 0; i < audio.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(audio[i].pts), static_cast<double>(packets[i].dts) * 90 / 48 + kOffset, 1.0) << i;
  }
}

// M2T-04: 33 bits, over the wrap.
TEST_F(LibavTs, TimesWrapAt33Bits) {
  const auto segments = LoopedSample("h264_aac", {.start = Ticks90k(kWrap - 2 * 90000)}).segments(4);
  const auto units = check(segments).units_of(kVideoPid);
  const auto packets = packets_of(segments, 0);
  ASSERT_EQ(units.size(), packets.size());
  for (std::size_t i = 0; i < units.size(); ++i) EXPECT_EQ(units[i].dts, (packets[i].dts + kOffset) % kWrap);
  EXPECT_LT(units.back().dts, units.front().dts);
}

TEST_F(LibavTs, TimesAfterTwentySevenHoursAreRight) {
  const auto segments = LoopedSample("h264_aac", {.start = std::chrono::hours(27)}).segments(1);
  const auto units = check(segments).units_of(kVideoPid);
  EXPECT_EQ(units[0].dts, (27ll * 3600 * 90000 + kOffset) % kWrap);
}

// M2T-04: presentation never before decoding.
TEST_F(LibavTs, NegativeCompositionOffsetsMakeDecodingEarlier) {
  auto segments = LoopedSample("h264_aac").segments(2);
  for (Parts& parts : segments) {
    for (auto& part : parts) {
      hls::Part moved = *part;
      for (media::Packet& packet : moved.packets) {
        if (packet.track == 0) packet.cts -= 7200;
      }
      part = std::make_shared<const hls::Part>(std::move(moved));
    }
  }
  const auto units = check(segments).units_of(kVideoPid);
  const auto packets = packets_of(segments, 0);
  ASSERT_EQ(units.size(), packets.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    EXPECT_EQ(units[i].pts, packets[i].dts + packets[i].cts + kOffset);
    EXPECT_LE(units[i].dts, units[i].pts);
  }
}

// M2T-09: another Period, another version of the tables; its first segment says that the clock may have jumped.
TEST_F(LibavTs, ANewPeriodHasItsOwnTablesVersion) {
  const TsChecker first = check(LoopedSample("h264_aac", {.period = 31}).segments(3));
  const TsChecker second = check(LoopedSample("h264_ac3", {.period = 32}).segments(3));
  EXPECT_EQ(first.pmt_version(), 31);
  EXPECT_EQ(second.pmt_version(), 0);
  EXPECT_EQ(first.discontinuities(), 4);  // one a PID, in the first segment alone
}

// M2T-07.
TEST_F(LibavTs, StreamTypesAreThoseOfHls) {
  EXPECT_THAT(check(LoopedSample("h264_mp3").segments(2)).stream_types(),
              ElementsAre(Pair(kVideoPid, 0x1b), Pair(kAudioPid, 0x03)));
  EXPECT_THAT(check(LoopedSample("h264_ac3").segments(2)).stream_types(),
              ElementsAre(Pair(kVideoPid, 0x1b), Pair(kAudioPid, 0x81)));
  EXPECT_THAT(check(LoopedSample("h264_eac3").segments(2)).stream_types(),
              ElementsAre(Pair(kVideoPid, 0x1b), Pair(kAudioPid, 0x87)));
}

// M2T-07, B11: a track TS cannot carry leaves no trace.
TEST_F(LibavTs, TracksItCannotCarryAreLeftOut) {
  EXPECT_THAT(check(LoopedSample("hevc_aac").segments(2)).stream_types(), ElementsAre(Pair(kVideoPid, 0x0f)));
  EXPECT_THAT(check(LoopedSample("h264_flac").segments(2)).stream_types(), ElementsAre(Pair(kVideoPid, 0x1b)));
  EXPECT_FALSE(renderer_.ts_segment(LoopedSample("av1_opus").segments(1)[0]).has_value());
}

// M2T-03: with audio alone the PCR rides on it, often enough.
TEST_F(LibavTs, AudioAloneCarriesThePcr) {
  for (const char* name : {"h264_aac", "h264_mp3", "h264_ac3"}) {
    const TsChecker checker = check(LoopedSample(name, {.video = false}).segments(20));
    EXPECT_LE(checker.pcr_interval_max_ms(), 100.0) << name;
  }
}

// M2T-03: a frame rate below ten a second.
TEST_F(LibavTs, SlowVideoStillHasPcrOftenEnough) {
  auto segments = LoopedSample("h264_aac", {.audio = false}).segments(10);
  for (Parts& parts : segments) {
    for (auto& part : parts) {
      hls::Part thinned = *part;
      std::erase_if(thinned.packets, [](const media::Packet& packet) { return packet.dts / 3600 % 25 % 5 != 0; });
      for (media::Packet& packet : thinned.packets) packet.cts = 0;
      part = std::make_shared<const hls::Part>(std::move(thinned));
    }
  }
  const TsChecker checker = check(segments);
  EXPECT_LE(checker.pcr_interval_max_ms(), 100.0);
  EXPECT_EQ(checker.units_of(kVideoPid).size(), 50u);
}

// M2T-10, at 1 Mbit/s in segments of two seconds. 2.2 % are packet headers, 2.6 % the rest of each frame's last packet,
// 1.2 % what brings each PID to a multiple of 16 packets.
TEST_F(LibavTs, OverheadIsSmall) {
  auto seconds = LoopedSample("h264_aac", {.parts = 1}).segments(20);
  std::size_t media = 0;
  std::size_t rendered = 0;
  for (std::size_t i = 0; i < seconds.size(); i += 2) {
    Parts segment = {seconds[i][0], seconds[i + 1][0]};
    for (auto& part : segment) {
      hls::Part heavy = *part;
      for (media::Packet& packet : heavy.packets) {
        if (packet.track == 0) {
          // A NAL unit of filler data makes the frame as large as one of such a stream.
          ByteWriter unit;
          unit.append(packet.data.view());
          unit.u32(4400);
          unit.u8(12);
          unit.append(Bytes(4399, 0xff));
          packet.data = Payload::copy_of(unit.view());
        }
        media += packet.data.size();
      }
      part = std::make_shared<const hls::Part>(std::move(heavy));
    }
    rendered += renderer_.ts_segment(segment).value().size();
  }
  EXPECT_LT(static_cast<double>(rendered), 1.08 * static_cast<double>(media));
}

TEST_F(LibavTs, SameArgumentsGiveTheSameBytes) {
  const auto segments = LoopedSample("h264_aac").segments(2);
  const Payload first = renderer_.ts_segment(segments[1]).value();
  renderer_.ts_segment(segments[0]).value();
  EXPECT_EQ(as_text(first.view()), as_text(LibavRenderer().ts_segment(segments[1]).value().view()));
}

TEST_F(LibavTs, ABrokenAccessUnitIsAnError) {
  hls::Part part = *LoopedSample("h264_aac").segments(1)[0][0];
  part.packets[0].data = part.packets[0].data.slice(0, part.packets[0].data.size() - 1);
  const auto broken = std::make_shared<const hls::Part>(std::move(part));
  const auto rendered = renderer_.ts_segment(std::span(&broken, 1));
  ASSERT_FALSE(rendered.has_value());
  EXPECT_THAT(rendered.error().message, ::testing::HasSubstr("overruns its access unit"));
}

// MV-04: what BANDWIDTH is measured from is never less than what is sent.
TEST_F(LibavTs, SizesAreNeverUnderestimated) {
  for (const char* name : {"h264_aac", "h264_ac3", "h264_mp3", "h264_flac", "hevc_aac"}) {
    for (const Parts& parts : LoopedSample(name).segments(4)) {
      EXPECT_GE(hls::estimate_size(media::Container::ts, parts), renderer_.ts_segment(parts).value().size()) << name;
      std::size_t fmp4 = 0;
      for (const auto& part : parts) fmp4 += renderer_.fmp4_part(*part).value().size();
      EXPECT_GE(hls::estimate_size(media::Container::fmp4, parts), fmp4) << name;
    }
  }
}

}  // namespace
}  // namespace sluice::mux
