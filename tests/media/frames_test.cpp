#include <gtest/gtest.h>

#include "hex.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::media {
namespace {

using test::hex;
using test::hex_payload;

CodecConfig video(Codec codec) {
  CodecConfig config;
  config.codec = codec;
  config.video.nal_length_size = 4;
  return config;
}

CodecConfig audio(Codec codec) {
  CodecConfig config;
  config.codec = codec;
  config.audio.samples_per_frame = 1024;
  return config;
}

struct KeyCase {
  const char* name;
  Codec codec;
  bool flagged;
  const char* unit;
  bool key;
};

// MT-08
const KeyCase kKeys[] = {
    {"IDR", Codec::h264, true, "00000002 6588", true},
    {"IDR behind AUD, SPS, PPS and SEI", Codec::h264, true,
     "00000002 09F0 00000002 6764 00000002 68EB 00000002 0605 00000002 6588", true},
    {"IDR that is not flagged", Codec::h264, false, "00000002 6588", true},
    {"recovery point: flagged, but no IDR", Codec::h264, true, "00000003 060601 00000002 419A", false},
    {"P-frame", Codec::h264, false, "00000002 419A", false},
    {"HEVC IDR_W_RADL", Codec::hevc, true, "00000003 2601AF", true},
    {"HEVC CRA", Codec::hevc, true, "00000003 2A01AF", true},
    {"HEVC TRAIL_R flagged as key", Codec::hevc, true, "00000003 0201D0", false},
    {"HEVC parameter sets alone", Codec::hevc, true, "00000003 420101", false},
    {"AV1 goes by the flag", Codec::av1, true, "0A0B", true},
    {"VP9 key frame", Codec::vp9, true, "8249 8342 0027 f016 7606 3824", true},
    {"VP9 inter frame flagged as key", Codec::vp9, true, "8600 4092", false},
    {"VP9 key frame that is not flagged", Codec::vp9, false, "8249 8342 0027 f016 7606 3824", false},
    {"VP8 goes by the flag", Codec::vp8, true, "00", true},
};

TEST(RandomAccess, IsToldFromTheBitstream) {
  for (const KeyCase& c : kKeys) {
    const auto key = is_random_access(video(c.codec), hex(c.unit), c.flagged);
    ASSERT_TRUE(key.has_value()) << c.name;
    EXPECT_EQ(*key, c.key) << c.name;
  }
}

// MT-04
TEST(RandomAccess, LengthThatOverrunsTheUnitIsAnError) {
  for (const Codec codec : {Codec::h264, Codec::hevc, Codec::vvc}) {
    EXPECT_TRUE(is_random_access(video(codec), hex("00000002 6588 00000009 41"), true).has_error());
    EXPECT_TRUE(is_random_access(video(codec), hex("000000"), true).has_error());
  }
}

TEST(SamplesInFrame, AreReadFromTheFrameWhereTheyVary) {
  struct Case {
    Codec codec;
    const char* frame;
    std::uint32_t samples;
  };
  const Case cases[] = {
      {Codec::aac, "2100", 1024},
      {Codec::opus, "fc b4", 960},   // CELT 20 ms
      {Codec::opus, "e0", 120},      // CELT 2.5 ms
      {Codec::opus, "01 00", 960},   // two SILK frames of 10 ms
      {Codec::opus, "1b 02", 5760},  // two of 60 ms
      {Codec::opus, "1b 03", 0},     // three of 60 ms: too long
      {Codec::opus, "78", 960},      // hybrid 20 ms
      {Codec::opus, "ff", 0},        // cut
      {Codec::opus, "", 0},          //
      {Codec::flac, "fff85a8800374e000000a1015201eb02", 4608},
      {Codec::flac, "fff8 6a88 00 ff 00", 256},
      {Codec::flac, "fff8 7a88 e0a080 01ff 00", 512},
      {Codec::flac, "0000", 0},
      {Codec::mp3, "fffb90640000", 1152},
      {Codec::mp3, "00", 0},
      {Codec::ac3, "0b77d0f81e40ebf8", 1536},
      // Three E-AC-3 syncframes of two blocks and 8 bytes, the second a dependent substream.
      {Codec::eac3, "0b7700031487ffff 0b7740031487ffff 0b7700031487ffff", 1024},
      {Codec::other_audio, "00", 1024},
  };
  for (const Case& c : cases) EXPECT_EQ(samples_in_frame(audio(c.codec), hex(c.frame)), c.samples) << c.frame;
}

TEST(DescribePicture, TakesWhatTheRecordLeftToTheKeyFrame) {
  CodecConfig vp9 = video(Codec::vp9);
  describe_picture(vp9, hex("8249 8342 0027 f016 7606 3824 1c18 4a10"));
  EXPECT_EQ(vp9.video.width, 640u);
  EXPECT_EQ(vp9.video.height, 360u);

  CodecConfig vp9_444 = video(Codec::vp9);
  describe_picture(vp9_444, hex("b124 c1a1 0001 3f80 b3b0 31c1 20e0 c2c0"));
  EXPECT_EQ(vp9_444.video.width, 640u);
  EXPECT_EQ(vp9_444.video.height, 360u);

  CodecConfig av1 = video(Codec::av1);
  describe_picture(av1, hex("0a0b 0000 000c c4ff 673e fe40 10 329f40"));
  EXPECT_EQ(av1.video.width, 640u);
  EXPECT_EQ(av1.video.height, 360u);

  CodecConfig known = video(Codec::vp9);
  known.video.width = 1;
  describe_picture(known, hex("8249 8342 0027 f016 7606 3824 1c18 4a10"));
  EXPECT_EQ(known.video.width, 1u);
}

constexpr const char* kAvcc =
    "0164001fffe1001867 64001facd9405005bb011000003e90000ea600f1831960 01000668ebe3cb22c0fdf8f800";

// MT-15
TEST(ChangedRecord, IsEmptyWhileTheParameterSetsAreTheKnownOnes) {
  const CodecConfig config = *parse_codec_config(Codec::h264, hex_payload(kAvcc));
  EXPECT_TRUE(changed_record(config, hex("00000002 6588")).empty());
  EXPECT_TRUE(changed_record(config, hex("00000018 64001facd9405005bb011000003e90000ea600f18319606588")).empty());
  EXPECT_TRUE(
      changed_record(config, hex("00000018 6764001facd9405005bb011000003e90000ea600f1831960 00000002 6588")).empty());
}

TEST(ChangedRecord, HoldsTheParameterSetsOfTheKeyFrame) {
  const CodecConfig config = *parse_codec_config(Codec::h264, hex_payload(kAvcc));
  const Payload record = changed_record(
      config, hex("00000019 6742c028da01e0089f97011000000300100000030320f1832a 00000004 68ce0fc8 00000002 6588"));
  EXPECT_EQ(Bytes(record.view().begin(), record.view().end()),
            hex("0142c028ffe1001967 42c028da01e0089f97011000000300100000030320f1832a 01000468ce0fc8"));
  const auto parsed = parse_codec_config(Codec::h264, record);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->video.width, 1920u);
}

TEST(ChangedRecord, HasTheFieldsOfTheHighProfiles) {
  const CodecConfig config = *parse_codec_config(
      Codec::h264, hex_payload("0142c028ffe1001967 42c028da01e0089f97011000000300100000030320f1832a 01000468ce0fc8"));
  const Payload record =
      changed_record(config, hex("00000018 6764001facd9405005bb011000003e90000ea600f1831960 00000006 68ebe3cb22c0"));
  EXPECT_EQ(Bytes(record.view().begin(), record.view().end()), hex(kAvcc));
}

}  // namespace
}  // namespace sluice::media
