#include "sluice/rtmp/flv_tag.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using media::Codec;
using media::SourcePacket;
using media::TrackKind;
using testing::hex;
using testing::RecordingSink;
using testing::to_hex;
using Type = SourcePacket::Type;

RecordingSink read(TrackKind kind, const char* body) {
  RecordingSink sink;
  const Payload payload = Payload::copy_of(hex(body));
  if (kind == TrackKind::video) {
    read_video_tag(40, payload, sink);
  } else {
    read_audio_tag(40, payload, sink);
  }
  for (const SourcePacket& packet : sink.packets) {
    EXPECT_EQ(packet.timestamp_ms, 40u);
    EXPECT_EQ(packet.kind, kind);
    // A slice, not a copy.
    if (!packet.data.empty()) {
      EXPECT_GE(packet.data.data(), payload.data());
    }
  }
  return sink;
}

struct PacketRow {
  const char* body;
  Type type;
  Codec codec;
  bool key;
  std::int32_t composition_ms;
  const char* data;
};

void expect_packets(TrackKind kind, const std::vector<PacketRow>& rows) {
  for (const PacketRow& row : rows) {
    const RecordingSink sink = read(kind, row.body);
    ASSERT_EQ(sink.packets.size(), 1u) << row.body;
    EXPECT_TRUE(sink.ignored.empty());
    const SourcePacket& packet = sink.packets[0];
    EXPECT_EQ(packet.type, row.type) << row.body;
    EXPECT_EQ(packet.codec, row.codec) << row.body;
    EXPECT_EQ(packet.key, row.key) << row.body;
    EXPECT_EQ(packet.composition_ms, row.composition_ms) << row.body;
    EXPECT_EQ(to_hex(packet.data.view()), to_hex(hex(row.data))) << row.body;
    EXPECT_EQ(packet.track_id, 0) << row.body;
  }
}

struct IgnoredRow {
  const char* body;
  IgnoredReason reason;
};

void expect_ignored(TrackKind kind, const std::vector<IgnoredRow>& rows) {
  for (const IgnoredRow& row : rows) {
    const RecordingSink sink = read(kind, row.body);
    EXPECT_TRUE(sink.packets.empty()) << row.body;
    ASSERT_EQ(sink.ignored.size(), 1u) << row.body;
    EXPECT_EQ(sink.ignored[0], (IgnoredMedia{row.reason, kind, 0, 0})) << row.body;
  }
}

// MT-01, MT-11
TEST(FlvTag, AudioTagsGivePackets) {
  expect_packets(TrackKind::audio, {
                                       {"af 00 1210", Type::config, Codec::aac, true, 0, "1210"},
                                       {"ae 01 2100", Type::frame, Codec::aac, true, 0, "2100"},
                                       {"a0 01 21", Type::frame, Codec::aac, true, 0, "21"},
                                       {"2f fffb90", Type::frame, Codec::mp3, true, 0, "fffb90"},
                                       {"ef fffb90", Type::frame, Codec::mp3, true, 0, "fffb90"},
                                       {"7e 0102", Type::frame, Codec::other_audio, true, 0, "7e 0102"},
                                       {"b6 0102", Type::frame, Codec::other_audio, true, 0, "b6 0102"},
                                   });
}

// MT-12, MT-13
TEST(FlvTag, AudioTagsThatGiveNone) {
  expect_ignored(TrackKind::audio, {
                                       {"", IgnoredReason::silence},
                                       {"af", IgnoredReason::truncated},
                                       {"af 00", IgnoredReason::empty},
                                       {"af 01", IgnoredReason::empty},
                                       {"af 02 00", IgnoredReason::unknown_packet_type},
                                       {"2f", IgnoredReason::empty},
                                       {"c0 00", IgnoredReason::unknown_codec},
                                       {"d0 00", IgnoredReason::unknown_codec},
                                   });
}

// MT-02, MT-03, MT-09, MT-10b
TEST(FlvTag, VideoTagsGivePackets) {
  expect_packets(TrackKind::video, {
                                       {"17 00 000000 0164", Type::config, Codec::h264, true, 0, "0164"},
                                       {"17 00 000021 0164", Type::config, Codec::h264, true, 0, "0164"},
                                       {"17 01 000021 aa", Type::frame, Codec::h264, true, 33, "aa"},
                                       {"27 01 fffffb aa", Type::frame, Codec::h264, false, -5, "aa"},
                                       {"37 01 800000 aa", Type::frame, Codec::h264, false, -8388608, "aa"},
                                       {"27 01 7fffff aa", Type::frame, Codec::h264, false, 8388607, "aa"},
                                       {"17 02 000000", Type::end_of_sequence, Codec::h264, true, 0, ""},
                                       {"1c 01 000000 aa", Type::frame, Codec::hevc, true, 0, "aa"},
                                       {"12 8400", Type::frame, Codec::other_video, true, 0, "12 8400"},
                                       {"26 8400", Type::frame, Codec::other_video, false, 0, "26 8400"},
                                   });
}

// MT-10, MT-13
TEST(FlvTag, VideoTagsThatGiveNone) {
  expect_ignored(TrackKind::video, {
                                       {"", IgnoredReason::empty},
                                       {"17", IgnoredReason::truncated},
                                       {"17 01", IgnoredReason::truncated},
                                       {"17 01 00", IgnoredReason::truncated},
                                       {"17 01 0000", IgnoredReason::truncated},
                                       {"17 01 000000", IgnoredReason::empty},
                                       {"17 03 000000 aa", IgnoredReason::unknown_packet_type},
                                       {"57 00", IgnoredReason::command_frame},
                                       {"10 aa", IgnoredReason::unknown_codec},
                                       {"11 aa", IgnoredReason::unknown_codec},
                                       {"18 aa", IgnoredReason::unknown_codec},
                                       {"1f aa", IgnoredReason::unknown_codec},
                                       {"12", IgnoredReason::truncated},
                                   });
}

TEST(FlvTag, EveryReasonHasAName) {
  for (int reason = 0; reason <= static_cast<int>(IgnoredReason::not_publishing); ++reason) {
    EXPECT_NE(to_string(static_cast<IgnoredReason>(reason)), "unknown");
  }
}

}  // namespace
}  // namespace sluice::rtmp
