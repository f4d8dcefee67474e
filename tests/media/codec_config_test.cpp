// Records and frames made by real encoders (x264, x265, SVT-AV1, libaom, libvpx, FFmpeg's aac, ac3, eac3 and flac,
// libopus, LAME), unless a case says that it is written by hand.
#include "sluice/media/codec_config.hpp"

#include <gtest/gtest.h>

#include <random>

#include "hex.hpp"

namespace sluice::media {
namespace {

using test::hex;
using test::hex_payload;

constexpr const char* kAvc720 =
    "0164001fffe1001867 64001facd9405005bb011000003e90000ea600f1831960 01000668ebe3cb22c0fdf8f800";
constexpr const char* kAvc1080 = "0142c028ffe1001967 42c028da01e0089f97011000000300100000030320f1832a 01000468ce0fc8";
constexpr const char* kHevc1080 =
    "01016000000090000000000078f000fcfdf8f800000f03"
    "a00001001840010c01ffff0160000003009000000300000300789594 09"
    "a10001002b420101016000000300900000030000030078a003c0801107cb965654a4c2f0168080000003008000000c84"
    "a2000100064401c073c189";

struct VideoCase {
  const char* name;
  Codec codec;
  const char* record;
  const char* rfc6381;
  std::uint32_t width;
  std::uint32_t height;
  std::optional<FrameRate> rate;
  VideoRange range;
  std::uint8_t nal_length_size;
};

// MV-03
const VideoCase kVideo[] = {
    {"High, 30000/1001 fps", Codec::h264, kAvc720, "avc1.64001f", 1280, 720, FrameRate{30000, 1001}, VideoRange::sdr,
     4},
    {"Constrained Baseline, cropped from 1088 lines", Codec::h264, kAvc1080, "avc1.42c028", 1920, 1080,
     FrameRate{25, 1}, VideoRange::sdr, 4},
    {"High 4:4:4, cropped from 368 lines", Codec::h264,
     "01f4001fffe1001967f4001f919680a02ff89c0440000003004000001903c60ca801000568ce0f1920fff8f800", "avc1.f4001f", 640,
     360, FrameRate{50, 1}, VideoRange::sdr, 4},
    {"High 10 with PQ", Codec::h264,
     "016e001fffe1001e676e001fa6cb405017fcb80b50910094000003000400000301903c60ca8001000468ce0fc8fdfafa00",
     "avc1.6e001f", 640, 360, FrameRate{50, 1}, VideoRange::pq, 4},
    {"HEVC Main, cropped from 1088 lines", Codec::hevc, kHevc1080, "hvc1.1.6.L120.90", 1920, 1080, FrameRate{25, 1},
     VideoRange::sdr, 4},
    {"HEVC Main 10 with HLG and HRD parameters", Codec::hevc,
     "01022000000090000000000078f000fcfdfafa00000f03"
     "a00001001840010c01ffff022000000300900000030000030078959409"
     "a100010037420101022000000300900000030000030078a00280802d136595952930bc05a84890482000007d20001d4c0c24930fc001e8480"
     "03d0910"
     "a2000100064401c073c189",
     "hvc1.2.4.L120.90", 1280, 720, FrameRate{60000, 1001}, VideoRange::hlg, 4},
    {"AV1 Main", Codec::av1, "81010c000a0b0000000cc4ff6700be0010", "av01.0.01M.08", 640, 360, {}, VideoRange::sdr, 0},
    {"AV1 Main, 10 bits, PQ",
     Codec::av1,
     "81014c000a0e0000000cc5036936be5424402410",
     "av01.0.01M.10.0.110.09.16.09.0",
     642,
     362,
     {},
     VideoRange::pq,
     0},
    {"AV1 without a sequence header", Codec::av1, "81010c00", "av01.0.01M.08", 0, 0, {}, VideoRange::sdr, 0},
    {"VP9 profile 0", Codec::vp9, "01000000 0015820202020000", "vp09.00.21.08", 0, 0, {}, VideoRange::sdr, 0},
    {"VP9 profile 0 without version and flags",
     Codec::vp9,
     "0015820202020000",
     "vp09.00.21.08",
     0,
     0,
     {},
     VideoRange::sdr,
     0},
    {"VP9 profile 3, 10 bits, 4:4:4",
     Codec::vp9,
     "01000000 0315a60202020000",
     "vp09.03.21.10.03.02.02.02.00",
     0,
     0,
     {},
     VideoRange::sdr,
     0},
    {"VP9 profile 2 with HLG, by hand",
     Codec::vp9,
     "01000000 0229a20912090000",
     "vp09.02.41.10.01.09.18.09.00",
     0,
     0,
     {},
     VideoRange::hlg,
     0},
    {"VP9 of unknown level, by hand",
     Codec::vp9,
     "01000000 0000820101010000",
     "vp09.00.10.08",
     0,
     0,
     {},
     VideoRange::sdr,
     0},
};

TEST(VideoConfig, RealRecords) {
  for (const VideoCase& c : kVideo) {
    const auto config = parse_codec_config(c.codec, hex_payload(c.record));
    ASSERT_TRUE(config.has_value()) << c.name << ": " << config.error().message;
    EXPECT_EQ(config->codec, c.codec) << c.name;
    EXPECT_EQ(config->rfc6381, c.rfc6381) << c.name;
    EXPECT_EQ(config->video.width, c.width) << c.name;
    EXPECT_EQ(config->video.height, c.height) << c.name;
    EXPECT_EQ(config->video.frame_rate, c.rate) << c.name;
    EXPECT_EQ(config->video.range, c.range) << c.name;
    EXPECT_EQ(config->video.nal_length_size, c.nal_length_size) << c.name;
    const ByteView record = config->record.view();
    EXPECT_EQ(Bytes(record.begin(), record.end()), hex(c.record)) << c.name;
  }
}

struct AudioCase {
  const char* name;
  Codec codec;
  const char* record;
  const char* rfc6381;
  std::uint32_t sample_rate;
  std::uint32_t channels;
  std::uint32_t samples;
};

// MT-14, MV-03. The AAC records that FFmpeg's encoder does not make are written by hand from ISO 14496-3.
const AudioCase kAudio[] = {
    {"AAC-LC 44.1 kHz stereo, with 'no SBR' behind it", Codec::aac, "121056e500", "mp4a.40.2", 44100, 2, 1024},
    {"AAC-LC 48 kHz 5.1", Codec::aac, "11b056e500", "mp4a.40.2", 48000, 6, 1024},
    {"AAC-LC, two bytes", Codec::aac, "1190", "mp4a.40.2", 48000, 2, 1024},
    {"AAC-LC, trailing zeros", Codec::aac, "11900000000000", "mp4a.40.2", 48000, 2, 1024},
    {"AAC Main 7.1", Codec::aac, "09B8", "mp4a.40.1", 48000, 8, 1024},
    {"AAC-LC with 960 samples", Codec::aac, "1194", "mp4a.40.2", 48000, 2, 960},
    {"AAC-LC with a core coder delay", Codec::aac, "119200 40", "mp4a.40.2", 48000, 2, 1024},
    {"AAC-LC with a 24-bit rate of 47999", Codec::aac, "17 805DBF 90", "mp4a.40.2", 47999, 2, 1024},
    {"HE-AAC, explicit: 24 kHz core", Codec::aac, "2B118800", "mp4a.40.5", 48000, 2, 2048},
    {"HE-AAC v2, explicit: 24 kHz core, mono", Codec::aac, "EB098800", "mp4a.40.29", 48000, 2, 2048},
    {"HE-AAC, backward compatible", Codec::aac, "131056E598", "mp4a.40.5", 48000, 2, 2048},
    {"HE-AAC v2, backward compatible", Codec::aac, "130856E59D4880", "mp4a.40.29", 48000, 2, 2048},
    {"AAC-LC, channels from a program config element (two pairs and LFE)", Codec::aac, "1180 04C4 0500 2110 00",
     "mp4a.40.2", 48000, 5, 1024},
    {"Opus stereo", Codec::opus, "4f707573486561640102380180bb0000000000", "opus", 48000, 2, 0},
    {"Opus without a record", Codec::opus, "", "opus", 48000, 2, 0},
    {"FLAC", Codec::flac, "664c6143 00000022 120012000001690005630bb802f000005dc0549def76f00e5817bc9cdcdc887f3de5",
     "fLaC", 48000, 2, 0},
    {"FLAC without a block header", Codec::flac,
     "664c6143 120012000001690005630bb802f000005dc0549def76f00e5817bc9cdcdc887f3de5", "fLaC", 48000, 2, 0},
    {"FLAC, bare STREAMINFO", Codec::flac, "120012000001690005630bb802f000005dc0549def76f00e5817bc9cdcdc887f3de5",
     "fLaC", 48000, 2, 0},
};

TEST(AudioConfig, Records) {
  for (const AudioCase& c : kAudio) {
    const auto config = parse_codec_config(c.codec, hex_payload(c.record));
    ASSERT_TRUE(config.has_value()) << c.name << ": " << config.error().message;
    EXPECT_EQ(config->rfc6381, c.rfc6381) << c.name;
    EXPECT_EQ(config->audio.sample_rate, c.sample_rate) << c.name;
    EXPECT_EQ(config->audio.channels, c.channels) << c.name;
    EXPECT_EQ(config->audio.samples_per_frame, c.samples) << c.name;
  }
}

struct BadCase {
  const char* name;
  Codec codec;
  const char* record;
};

const BadCase kBad[] = {
    {"avcC empty", Codec::h264, ""},
    {"avcC of version 2", Codec::h264, "0264001fffe1000467640 01f0100"},
    {"avcC with lengths of 3 bytes", Codec::h264, "0164001ffee1000467 64001f 0100"},
    {"avcC without parameter sets", Codec::h264, "0164001fffe000"},
    {"avcC whose SPS is cut", Codec::h264, "0164001fffe100046764001f00"},
    {"hvcC without parameter sets", Codec::hevc, "01016000000090000000000078f000fcfdf8f800000f00"},
    {"hvcC empty", Codec::hevc, ""},
    {"av1C of version 0", Codec::av1, "80010c00"},
    {"vpcC with a bit depth of 7", Codec::vp9, "01000000 0015720202020000"},
    {"vpcC cut", Codec::vp9, "001582"},
    {"ASC empty", Codec::aac, ""},
    {"ASC of one byte", Codec::aac, "12"},
    {"ASC with a reserved rate", Codec::aac, "1690"},
    {"ASC with reserved channels 8", Codec::aac, "11C0"},
    {"ASC of object type 0", Codec::aac, "0190"},
    {"ASC of CELP", Codec::aac, "4190"},
    {"ASC with a 24-bit rate of 0", Codec::aac, "178000 0010"},
    {"OpusHead cut", Codec::opus, "4f70757348656164010238"},
    {"OpusHead without channels", Codec::opus, "4f707573486561640100380180bb0000000000"},
    {"STREAMINFO cut", Codec::flac, "664c6143 12001200"},
    {"STREAMINFO with a rate of 0", Codec::flac,
     "664c6143 12001200000169000563000002f000005dc0549def76f00e5817bc9cdcdc887f3de5"},
    {"vvcC empty", Codec::vvc, ""},
};

TEST(CodecConfig, DamagedRecordsAreErrors) {
  for (const BadCase& c : kBad) {
    const auto config = parse_codec_config(c.codec, hex_payload(c.record));
    ASSERT_TRUE(config.has_error()) << c.name;
    EXPECT_FALSE(config.error().message.empty()) << c.name;
  }
}

TEST(CodecConfig, NoDamageToARealRecordIsMoreThanAnErrorOrOddValues) {
  std::mt19937 random(1);
  for (const VideoCase& c : kVideo) {
    const Bytes good = hex(c.record);
    for (std::size_t size = 0; size < good.size(); ++size) {
      (void)parse_codec_config(c.codec, Payload::copy_of(ByteView(good).first(size)));
    }
    for (int round = 0; round < 2000; ++round) {
      Bytes bad = good;
      for (int i = 0; i < 3; ++i) bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
      const auto config = parse_codec_config(c.codec, Payload::copy_of(bad));
      EXPECT_TRUE(config.has_error() || config->video.height <= 65536u);
    }
  }
  for (const AudioCase& c : kAudio) {
    for (int round = 0; round < 500; ++round) {
      Bytes bad(random() % 40);
      for (std::uint8_t& byte : bad) byte = static_cast<std::uint8_t>(random());
      (void)parse_codec_config(c.codec, Payload::copy_of(bad));
      (void)describe_from_frame(c.codec, bad);
    }
  }
}

TEST(CodecConfig, AMissingOrSillyVuiRateIsNoRate) {
  // The Baseline record above with its time_scale changed to 1 (by hand): a frame every 16 seconds.
  const auto config = parse_codec_config(
      Codec::h264, hex_payload("0142c028ffe1001967 42c028da01e0089f97011000000300100000030000f1832a 01000468ce0fc8"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->video.width, 1920u);
  EXPECT_EQ(config->video.frame_rate, std::nullopt);
}

// MT-05
TEST(CodecConfig, SameRecordIsSameConfig) {
  const CodecConfig a = *parse_codec_config(Codec::h264, hex_payload(kAvc720));
  const CodecConfig b = *parse_codec_config(Codec::h264, hex_payload(kAvc720));
  const CodecConfig c = *parse_codec_config(Codec::h264, hex_payload(kAvc1080));
  EXPECT_TRUE(same_config(a, b));
  EXPECT_FALSE(same_config(a, c));
  CodecConfig other_codec = a;
  other_codec.codec = Codec::hevc;
  EXPECT_FALSE(same_config(a, other_codec));
}

TEST(CodecConfig, CodecsWithoutARecordAreDescribedFromAFrame) {
  struct Case {
    Codec codec;
    const char* frame;
    const char* rfc6381;
    std::uint32_t rate;
    std::uint32_t channels;
    std::uint32_t samples;
  };
  const Case cases[] = {
      {Codec::mp3, "fffb90640000026b0bce9d60600000000d20a0000116", "mp4a.40.34", 44100, 2, 1152},
      {Codec::mp3, "fff3 84c4 0000", "mp4a.40.34", 24000, 1, 576},  // by hand: MPEG-2, mono
      {Codec::ac3, "0b77d0f81e40ebf8403eff99ff0841fc3f87f0dd5c3e", "ac-3", 48000, 6, 1536},
      {Codec::eac3, "0b77017f3487c0002084210837208c06060601818187", "ec-3", 48000, 2, 1536},
      {Codec::opus, "fcb4065aa7b5e1fd", "opus", 48000, 2, 0},
  };
  for (const Case& c : cases) {
    const auto config = describe_from_frame(c.codec, hex(c.frame));
    ASSERT_TRUE(config.has_value()) << c.frame << ": " << config.error().message;
    EXPECT_EQ(config->rfc6381, c.rfc6381);
    EXPECT_EQ(config->audio.sample_rate, c.rate) << c.frame;
    EXPECT_EQ(config->audio.channels, c.channels) << c.frame;
    EXPECT_EQ(config->audio.samples_per_frame, c.samples) << c.frame;
  }
}

TEST(CodecConfig, OpusWithoutARecordGetsTheOneItsPacketImplies) {
  const auto config = describe_from_frame(Codec::opus, hex("f8 00"));
  ASSERT_TRUE(config.has_value());
  const auto parsed = parse_codec_config(Codec::opus, config->record);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->audio.channels, 1u);
}

TEST(CodecConfig, FramesThatDoNotDescribeThemselvesAreErrors) {
  EXPECT_TRUE(describe_from_frame(Codec::h264, hex("00000001 65")).has_error());
  EXPECT_TRUE(describe_from_frame(Codec::mp3, hex("0000")).has_error());
  EXPECT_TRUE(describe_from_frame(Codec::ac3, hex("0b77")).has_error());
  EXPECT_TRUE(describe_from_frame(Codec::opus, {}).has_error());
}

}  // namespace
}  // namespace sluice::media
