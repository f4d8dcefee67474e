#include "sluice/rtmp/enhanced_tag.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"
#include "sluice/media/codec_config.hpp"
#include "sluice/rtmp/flv_tag.hpp"

namespace sluice::rtmp {
namespace {

using media::Codec;
using media::SourcePacket;
using media::TrackKind;
using testing::hex;
using testing::join;
using testing::RecordingSink;
using testing::to_hex;
using Type = SourcePacket::Type;

const std::string kAvc1 = "61766331", kHvc1 = "68766331", kAv01 = "61763031", kVp09 = "76703039", kVp08 = "76703038",
                  kVvc1 = "76766331", kMp4a = "6d703461", kOpus = "4f707573", kFlac = "664c6143", kAc3 = "61632d33",
                  kEc3 = "65632d33", kMp3 = "2e6d7033";

RecordingSink read_video(const Bytes& body) {
  RecordingSink sink;
  read_video_tag(40, Payload::copy_of(body), sink);
  return sink;
}
RecordingSink read_video(const std::string& body) { return read_video(hex(body)); }
RecordingSink read_audio(const std::string& body) {
  RecordingSink sink;
  read_audio_tag(40, Payload::copy_of(hex(body)), sink);
  return sink;
}

struct Row {
  std::string body;
  Type type;
  Codec codec;
  bool key;
  std::int32_t composition_ms;
  std::string data;
};

void expect_packet(const RecordingSink& sink, const Row& row) {
  ASSERT_EQ(sink.packets.size(), 1u) << row.body;
  EXPECT_TRUE(sink.ignored.empty()) << row.body;
  const SourcePacket& packet = sink.packets[0];
  EXPECT_EQ(packet.type, row.type) << row.body;
  EXPECT_EQ(packet.codec, row.codec) << row.body;
  EXPECT_EQ(packet.kind, media::kind_of(row.codec)) << row.body;
  EXPECT_EQ(packet.key, row.key) << row.body;
  EXPECT_EQ(packet.composition_ms, row.composition_ms) << row.body;
  EXPECT_EQ(packet.timestamp_ms, 40u);
  EXPECT_EQ(to_hex(packet.data.view()), row.data) << row.body;
}

// ER-01, ER-02, ER-11
TEST(EnhancedTag, VideoPacketsOfOneTrack) {
  const std::vector<Row> rows = {
      {"90" + kHvc1 + "aabb", Type::config, Codec::hevc, true, 0, "aabb"},
      {"91" + kHvc1 + "000021aabb", Type::frame, Codec::hevc, true, 33, "aabb"},
      {"a1" + kHvc1 + "fffffbaabb", Type::frame, Codec::hevc, false, -5, "aabb"},
      {"a3" + kHvc1 + "aabb", Type::frame, Codec::hevc, false, 0, "aabb"},
      {"92" + kHvc1, Type::end_of_sequence, Codec::hevc, true, 0, ""},
      {"91" + kAvc1 + "000001aa", Type::frame, Codec::h264, true, 1, "aa"},
      {"91" + kVvc1 + "000001aa", Type::frame, Codec::vvc, true, 1, "aa"},
      {"91" + kAv01 + "000001aa", Type::frame, Codec::av1, true, 0, "000001aa"},
      {"91" + kVp09 + "000001aa", Type::frame, Codec::vp9, true, 0, "000001aa"},
      {"91" + kVp08 + "000001aa", Type::frame, Codec::vp8, true, 0, "000001aa"},
  };
  for (const Row& row : rows) expect_packet(read_video(row.body), row);
}

// ER-03, ER-11
TEST(EnhancedTag, AudioPacketsOfOneTrack) {
  const std::vector<Row> rows = {
      {"90" + kOpus + "4f707573", Type::config, Codec::opus, true, 0, "4f707573"},
      {"90" + kOpus, Type::config, Codec::opus, true, 0, ""},
      {"91" + kOpus + "fc01", Type::frame, Codec::opus, true, 0, "fc01"},
      {"92" + kOpus, Type::end_of_sequence, Codec::opus, true, 0, ""},
      {"90" + kMp4a + "1210", Type::config, Codec::aac, true, 0, "1210"},
      {"91" + kFlac + "fff8", Type::frame, Codec::flac, true, 0, "fff8"},
      {"91" + kAc3 + "0b77", Type::frame, Codec::ac3, true, 0, "0b77"},
      {"91" + kEc3 + "0b77", Type::frame, Codec::eac3, true, 0, "0b77"},
      {"91" + kMp3 + "fffb", Type::frame, Codec::mp3, true, 0, "fffb"},
  };
  for (const Row& row : rows) expect_packet(read_audio(row.body), row);
}

// ER-04: none, one and two modifiers, an unknown one, and the long form of the size.
TEST(EnhancedTag, ModifiersAreReadBeforeThePacket) {
  const auto nano_of = [](const Bytes& body) {
    const RecordingSink sink = read_video(body);
    EXPECT_EQ(sink.packets.size(), 1u);
    return sink.packets.empty() ? std::pair(0u, std::string())
                                : std::pair(sink.packets[0].nano_offset, to_hex(sink.packets[0].data.view()));
  };
  const auto expected = [](std::uint32_t nano) { return std::pair(nano, std::string("aa")); };
  EXPECT_EQ(nano_of(hex("93" + kHvc1 + "aa")), expected(0));
  EXPECT_EQ(nano_of(hex("97 02 0f423f 03" + kHvc1 + "aa")), expected(999999));
  EXPECT_EQ(nano_of(hex("97 02 0f4240 03" + kHvc1 + "aa")), expected(0)) << "more than a millisecond";
  EXPECT_EQ(nano_of(hex("97 01 0001 03" + kHvc1 + "aa")), expected(0)) << "too short for an offset";
  EXPECT_EQ(nano_of(hex("97 03 00000199 03" + kHvc1 + "aa")), expected(1)) << "longer than an offset";
  EXPECT_EQ(nano_of(hex("97 00 ff 17 02 000005 03" + kHvc1 + "aa")), expected(5)) << "an unknown one before it";
  EXPECT_EQ(nano_of(join(hex("97 ff 00ff 000007"), Bytes(253, 0), hex("03" + kHvc1 + "aa"))), expected(7));
  EXPECT_EQ(nano_of(join(hex("97 ff 012b 000007"), Bytes(297, 0), hex("03" + kHvc1 + "aa"))), expected(7));
}

struct IgnoredRow {
  std::string body;
  IgnoredReason reason;
  std::uint8_t track_id;
  std::uint32_t fourcc;
};

void expect_ignored(const RecordingSink& sink, TrackKind kind, const IgnoredRow& row) {
  EXPECT_TRUE(sink.packets.empty()) << row.body;
  ASSERT_EQ(sink.ignored.size(), 1u) << row.body;
  EXPECT_EQ(sink.ignored[0].reason, row.reason) << row.body;
  EXPECT_EQ(sink.ignored[0].kind, kind) << row.body;
  EXPECT_EQ(sink.ignored[0].track_id, row.track_id) << row.body;
  EXPECT_EQ(sink.ignored[0].fourcc, row.fourcc) << row.body;
}

// ER-14, ER-15
TEST(EnhancedTag, VideoTagsThatGiveNone) {
  const std::vector<IgnoredRow> rows = {
      {"90", IgnoredReason::truncated, 0, 0},
      {"90 617663", IgnoredReason::truncated, 0, 0},
      {"97", IgnoredReason::truncated, 0, 0},
      {"97 02 0000", IgnoredReason::truncated, 0, 0},
      {"97 ff 00", IgnoredReason::truncated, 0, 0},
      {"91" + kHvc1 + "0000", IgnoredReason::truncated, 0, 0x68766331},
      {"91" + kHvc1 + "000000", IgnoredReason::empty, 0, 0x68766331},
      {"93" + kAv01, IgnoredReason::empty, 0, 0x61763031},
      {"91 78787878 aa", IgnoredReason::unknown_fourcc, 0, 0x78787878},
      {"91" + kOpus + "aa", IgnoredReason::unknown_fourcc, 0, 0x4f707573},
      {"95" + kAv01 + "aa", IgnoredReason::unknown_packet_type, 0, 0x61763031},
      {"9f" + kAv01 + "aa", IgnoredReason::unknown_packet_type, 0, 0x61763031},
      {"d1 00", IgnoredReason::command_frame, 0, 0},
      {"96", IgnoredReason::truncated, 0, 0},
      {"96 31", IgnoredReason::unknown_multitrack_kind, 0, 0},
      {"96 06" + kHvc1, IgnoredReason::nested_multitrack, 0, 0},
      {"96 01" + kHvc1, IgnoredReason::truncated, 0, 0x68766331},
      {"96 11" + kHvc1 + "01 000005 aa", IgnoredReason::truncated, 1, 0x68766331},
      {"94" + kHvc1, IgnoredReason::metadata, 0, 0x68766331},
      {"94" + kHvc1 + "ff", IgnoredReason::metadata, 0, 0x68766331},
  };
  for (const IgnoredRow& row : rows) expect_ignored(read_video(row.body), TrackKind::video, row);
}

// ER-03, ER-14
TEST(EnhancedTag, AudioTagsThatGiveNone) {
  const std::vector<IgnoredRow> rows = {
      {"91" + kOpus, IgnoredReason::silence, 0, 0x4f707573},
      {"94" + kOpus + "01 02 00000003", IgnoredReason::channel_layout, 0, 0x4f707573},
      {"93" + kOpus + "aa", IgnoredReason::unknown_packet_type, 0, 0x4f707573},
      {"91" + kHvc1 + "aa", IgnoredReason::unknown_fourcc, 0, 0x68766331},
      {"95 05" + kOpus, IgnoredReason::nested_multitrack, 0, 0},
  };
  for (const IgnoredRow& row : rows) expect_ignored(read_audio(row.body), TrackKind::audio, row);
}

// ER-06, ER-07: OBS sends each extra track in a message of its own.
TEST(EnhancedTag, OneTrackOfAMultitrackTag) {
  const RecordingSink video = read_video("96 03" + kHvc1 + "01 aabb");
  ASSERT_EQ(video.packets.size(), 1u);
  EXPECT_EQ(video.packets[0].track_id, 1);
  EXPECT_EQ(to_hex(video.packets[0].data.view()), "aabb");
  const RecordingSink audio = read_audio("95 01" + kMp4a + "02 2100");
  ASSERT_EQ(audio.packets.size(), 1u);
  EXPECT_EQ(audio.packets[0].track_id, 2);
  EXPECT_EQ(to_hex(audio.packets[0].data.view()), "2100");
}

// ER-06
TEST(EnhancedTag, ManyTracksOfOneCodec) {
  const RecordingSink sink =
      read_video("96 11" + kHvc1 + "00 000005 000021 a0a1" + "01 000004 000000 b0" + "07 000004 fffffb c0");
  ASSERT_EQ(sink.packets.size(), 3u);
  EXPECT_EQ(sink.packets[0].track_id, 0);
  EXPECT_EQ(sink.packets[0].composition_ms, 33);
  EXPECT_EQ(to_hex(sink.packets[0].data.view()), "a0a1");
  EXPECT_EQ(sink.packets[1].track_id, 1);
  EXPECT_EQ(sink.packets[2].track_id, 7);
  EXPECT_EQ(sink.packets[2].composition_ms, -5);
}

// ER-06, ER-14: a track whose codec is unknown does not disturb the others.
TEST(EnhancedTag, ManyTracksOfManyCodecs) {
  const RecordingSink sink =
      read_video("96 23" + kHvc1 + "00 000002 a0a1" + "78787878 01 000001 b0" + kAv01 + "02 000001 c0");
  ASSERT_EQ(sink.packets.size(), 2u);
  EXPECT_EQ(sink.packets[0].codec, Codec::hevc);
  EXPECT_EQ(sink.packets[1].codec, Codec::av1);
  EXPECT_EQ(sink.packets[1].track_id, 2);
  ASSERT_EQ(sink.ignored.size(), 1u);
  EXPECT_EQ(sink.ignored[0], (IgnoredMedia{IgnoredReason::unknown_fourcc, TrackKind::video, 1, 0x78787878}));
}

// ER-06: sizes that overrun end the tag, what came before them counts.
TEST(EnhancedTag, TracksBeforeAnOverrunAreKept) {
  const RecordingSink sink = read_video("96 13" + kHvc1 + "00 000001 a0" + "01 ffffff b0");
  ASSERT_EQ(sink.packets.size(), 1u);
  ASSERT_EQ(sink.ignored.size(), 1u);
  EXPECT_EQ(sink.ignored[0].reason, IgnoredReason::truncated);
}

Bytes color_info(const amf::Value& value) { return join(hex("94" + kHvc1), testing::amf_bytes({"colorInfo", value})); }

amf::Value with_transfer(double transfer) {
  return testing::object(
      {{"colorConfig", testing::object({{"bitDepth", 10.0}, {"transferCharacteristics", transfer}})}});
}

// ER-13
TEST(EnhancedTag, ColorInfoGivesTheVideoRange) {
  const auto range_of = [](const amf::Value& value) {
    const RecordingSink sink = read_video(color_info(value));
    EXPECT_EQ(sink.packets.size(), 1u);
    if (sink.packets.empty()) return media::VideoRange::sdr;
    EXPECT_EQ(sink.packets[0].type, Type::color_info);
    EXPECT_EQ(sink.packets[0].codec, Codec::hevc);
    EXPECT_TRUE(sink.packets[0].data.empty());
    return static_cast<media::VideoRange>(sink.packets[0].range);
  };
  EXPECT_EQ(range_of(with_transfer(16)), media::VideoRange::pq);
  EXPECT_EQ(range_of(with_transfer(18)), media::VideoRange::hlg);
  EXPECT_EQ(range_of(with_transfer(1)), media::VideoRange::sdr);
  EXPECT_EQ(range_of(amf::Undefined()), media::VideoRange::sdr);
}

// ER-15: frame type 5 with packet type Metadata is no command.
TEST(EnhancedTag, MetadataIsReadWhateverTheFrameType) {
  Bytes body = color_info(with_transfer(18));
  body[0] = 0xD4;
  EXPECT_EQ(read_video(body).packets.size(), 1u);
}

TEST(EnhancedTag, EveryTruncationIsHandled) {
  const Bytes whole = hex("97 02 000005 06 21" + kHvc1 + "00 000005 000021 a0a1" + kAv01 + "01 000001 b0");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    read_video(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  EXPECT_EQ(read_video(whole).packets.size(), 2u);
}

}  // namespace
}  // namespace sluice::rtmp
