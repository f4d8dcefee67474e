// What real publishers send, step by step, as their sources and captures show it.
#include <gtest/gtest.h>

#include "rtmp/peer.hpp"

namespace sluice::rtmp {
namespace {

using namespace testing;  // NOLINT: the steps below are made of it

const std::string kPreamble[] = {"control 5: 002625a0", "control 6: 002625a002", "control 4: 000000000000"};
const std::string kConnected =
    "_result@0 1 {fmsVer: 'FMS/3,0,1,123', capabilities: 31} {level: 'status', code: 'NetConnection.Connect.Success', "
    "description: 'Connection succeeded.', objectEncoding: 0}";
const std::string kStarted =
    "onStatus@1 0 null {level: 'status', code: 'NetStream.Publish.Start', description: 'Publishing started.'}";
const std::string kUnpublished =
    "onStatus@1 0 null {level: 'status', code: 'NetStream.Unpublish.Success', description: 'Stream is now "
    "unpublished.'}";
const std::string kStreamBegin1 = "control 4: 000000000001";

std::string courtesy(int transaction) { return "_result@0 " + std::to_string(transaction) + " null undefined"; }

Lines connected() { return {kPreamble[0], kPreamble[1], kPreamble[2], kConnected}; }

struct Step {
  const char* what;
  Bytes sent;
  Lines heard;
  Lines events;
};

// Runs the steps whole and dripped in pieces of 1 and 7 bytes.
void run(const std::vector<Step>& steps) {
  for (const std::size_t piece : {65536u, 7u, 1u}) {
    Peer peer;
    peer.shake_hands();
    for (const Step& step : steps) {
      peer.send(step.sent, piece);
      ASSERT_FALSE(peer.error.has_value()) << step.what << ": " << peer.error->message;
      EXPECT_EQ(peer.heard(), step.heard) << step.what << " in pieces of " << piece;
      EXPECT_EQ(peer.take_events(), step.events) << step.what << " in pieces of " << piece;
    }
  }
}

amf::Value metadata() {
  return amf::Object{amf::Object::Form::ecma_array, {}, {{"duration", 0.0}, {"width", 1280.0}, {"encoder", "obs"}}};
}

// CS-13, CS-18, CMD-01, CMD-05, CMD-07, CMD-13, CMD-15: one chunk stream for all media, with fmt 1 headers whose type
// alternates; commands pipelined.
TEST(ClientFlow, Obs) {
  const Bytes media = join(hex("04 000000 000005 09 01000000 1700000000"),  // config too short
                           hex("44 000000 000007 09 17000000000164"),       // video config
                           hex("44 000000 000004 08 af001210"),             // audio config
                           hex("44 000000 000006 09 170100000065"), hex("44 000017 000003 08 af0121"));
  run({
      {"chunk size and connect",
       join(control_bytes(message_type::kSetChunkSize, 4096),
            command({"connect", 1.0,
                     object({{"app", "live"},
                             {"type", "nonprivate"},
                             {"flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"},
                             {"swfUrl", "rtmp://host/live"},
                             {"tcUrl", "rtmp://host/live"}})},
                    0, 3, 4096)),
       connected(),
       {}},
      {"commands",
       join(command({"releaseStream", 2.0, amf::Null(), "demo"}), command({"FCPublish", 3.0, amf::Null(), "demo"}),
            command({"createStream", 4.0, amf::Null()})),
       {courtesy(2), courtesy(3), "_result@0 4 null 1"},
       {}},
      {"publish",
       command({"publish", 5.0, amf::Null(), "demo", "live"}, 1, 4),
       {kStreamBegin1, kStarted},
       {"publish live/demo live"}},
      {"metadata",
       message_bytes(4, message(message_type::kDataAmf0, 1, 0, amf_bytes({"@setDataFrame", "onMetaData", metadata()}))),
       {},
       {"data 0 87"}},
      {"media", media, {}, {"ignored empty", "h264 0", "aac 0", "h264 0", "aac 23"}},
      {"stop",
       join(command({"FCUnpublish", 6.0, amf::Null(), "demo"}), command({"deleteStream", 7.0, amf::Null(), 1.0})),
       {courtesy(6), kUnpublished},
       {"publish end"}},
  });
}

// FFmpeg: a digest in C1 (HS-05), publish on csid 8, audio and data on 4, video on 6, mirrors our chunk size in
// mid-stream.
TEST(ClientFlow, Ffmpeg) {
  run({
      {"connect",
       command({"connect", 1.0,
                object({{"app", "live"},
                        {"type", "nonprivate"},
                        {"flashVer", "FMLE/3.0 (compatible; Lavf59.27.100)"},
                        {"tcUrl", "rtmp://host:1935/live"}})}),
       connected(),
       {}},
      {"mirrored control",
       join(control_bytes(message_type::kWindowAcknowledgementSize, 2500000),
            control_bytes(message_type::kSetChunkSize, 65536)),
       {},
       {}},
      {"commands",
       join(command({"releaseStream", 2.0, amf::Null(), "demo"}, 0, 3, 65536),
            command({"FCPublish", 3.0, amf::Null(), "demo"}), command({"createStream", 4.0, amf::Null()})),
       {courtesy(2), courtesy(3), "_result@0 4 null 1"},
       {}},
      {"_checkbw, if it comes", command({"_checkbw", 5.0, amf::Null()}), {courtesy(5)}, {}},
      {"publish",
       command({"publish", 6.0, amf::Null(), "demo", "live"}, 1, 8),
       {kStreamBegin1, kStarted},
       {"publish live/demo live"}},
      {"media",
       join(media_message(9, 0, kVideoConfig, 1, 6), media_message(8, 0, kAudioConfig, 1, 4),
            media_message(9, 26, kKeyFrame, 1, 6), hex("c6 170100000065")),
       {},
       {"h264 0", "aac 0", "h264 26", "h264 52"}},
      {"end of file", media_message(9, 60, "17 02 000000", 1, 6), {}, {"h264 60"}},
      {"stop",
       join(command({"FCUnpublish", 7.0, amf::Null(), "demo"}), command({"deleteStream", 8.0, amf::Null(), 1.0})),
       {courtesy(7), kUnpublished},
       {"publish end"}},
  });
}

// GStreamer's rtmp2sink asks for everything at once and may end by closeStream.
TEST(ClientFlow, GStreamer) {
  run({
      {"connect",
       command({"connect", 1.0,
                object({{"app", "live"},
                        {"type", "nonprivate"},
                        {"tcUrl", "rtmp://host/live"},
                        {"flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"}})}),
       connected(),
       {}},
      {"commands",
       join(command({"releaseStream", 0.0, amf::Null(), "demo"}), command({"FCPublish", 0.0, amf::Null(), "demo"}),
            command({"createStream", 2.0, amf::Null()})),
       {courtesy(0), courtesy(0), "_result@0 2 null 1"},
       {}},
      {"publish",
       command({"publish", 3.0, amf::Null(), "demo", "live"}, 1, 4),
       {kStreamBegin1, kStarted},
       {"publish live/demo live"}},
      {"media", media_message(9, 0, kVideoConfig), {}, {"h264 0"}},
      {"stop", command({"closeStream", 0.0, amf::Null()}, 1), {kUnpublished}, {"publish end"}},
  });
}

// CS-15: librtmp begins its control chunk stream with fmt 1.
TEST(ClientFlow, Librtmp) {
  run({
      {"connect", connect_command(), connected(), {}},
      {"control in fmt 1",
       join(hex("42 000000 000004 05 002625a0"), hex("42 000000 00000a 04 0003 00000000 00000bb8")),
       {},
       {}},
      {"create and publish",
       join(command({"createStream", 4.0, amf::Null()}), command({"publish", 5.0, amf::Null(), "demo", "live"}, 1, 4)),
       {"_result@0 4 null 1", kStreamBegin1, kStarted},
       {"publish live/demo live"}},
      {"media", media_message(8, 0, kAudioConfig), {}, {"aac 0"}},
      {"stop", command({"deleteStream", 6.0, amf::Null(), 1.0}), {kUnpublished}, {"publish end"}},
  });
}

// CS-18, CMD-02, ER-09: a query in the app, fourCcList, the chunk size after the connect result, closeStream at the
// end.
TEST(ClientFlow, HaishinKit) {
  Peer peer;
  peer.shake_hands();
  peer.send(command({"connect", 1.0,
                     object({{"app", "live?token=x"},
                             {"flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"},
                             {"tcUrl", "rtmp://host/live?token=x"},
                             {"fpad", false},
                             {"capabilities", 239.0},
                             {"fourCcList", amf::StrictArray{{"av01", "hvc1"}}},
                             {"objectEncoding", 0.0}})}));
  const Lines answer = peer.heard();
  ASSERT_EQ(answer.size(), 4u);
  EXPECT_NE(answer[3].find("fourCcList: ['avc1', 'hvc1'"), std::string::npos);
  EXPECT_NE(answer[3].find("videoFourCcInfoMap: {*: 4, avc1: 4"), std::string::npos);
  EXPECT_NE(answer[3].find("capsEx: 14"), std::string::npos);
  peer.send(join(control_bytes(message_type::kSetChunkSize, 8192), command({"createStream", 2.0, amf::Null()}),
                 command({"publish", 3.0, amf::Null(), "demo?key=secret", "live"}, 1)));
  EXPECT_EQ(peer.heard(), (Lines{"_result@0 2 null 1", kStreamBegin1, kStarted}));
  ASSERT_EQ(peer.requests.size(), 1u);
  EXPECT_EQ(peer.requests[0].query, "key=secret&token=x");
  EXPECT_EQ(peer.requests[0].tc_url, "rtmp://host/live");
  peer.take_events();
  peer.send(message_bytes(4, message(9, 1, 0, hex("90 68766331 01")), 8192));
  EXPECT_EQ(peer.take_events(), Lines{"hevc 0"});
  peer.send(command({"closeStream", 0.0, amf::Null()}, 1));
  EXPECT_EQ(peer.heard(), Lines{kUnpublished});
}

// RootEncoder answers pings, asks for none of the courtesies to succeed, and closes the stream.
TEST(ClientFlow, RootEncoder) {
  run({
      {"connect",
       command({"connect", 1.0,
                object({{"app", "live"},
                        {"flashVer", "FMLE/3.0 (compatible; Lavf57.56.101)"},
                        {"tcUrl", "rtmp://host/live"},
                        {"objectEncoding", 0.0}})}),
       connected(),
       {}},
      {"commands",
       join(command({"releaseStream", 2.0, amf::Null(), "demo"}), command({"FCPublish", 3.0, amf::Null(), "demo"}),
            command({"createStream", 4.0, amf::Null()})),
       {courtesy(2), courtesy(3), "_result@0 4 null 1"},
       {}},
      {"publish",
       command({"publish", 5.0, amf::Null(), "demo", "live"}, 1),
       {kStreamBegin1, kStarted},
       {"publish live/demo live"}},
      {"ping",
       message_bytes(2, message(message_type::kUserControl, 0, 0, hex("0006 01020304"))),
       {"control 4: 000701020304"},
       {}},
      {"media", media_message(8, 5, kAudioConfig), {}, {"aac 5"}},
      {"stop", command({"closeStream", 6.0, amf::Null()}, 1), {kUnpublished}, {"publish end"}},
  });
}

// AMF-06: commands of type 17, their values in AMF0 and, behind the switch marker, in AMF3.
TEST(ClientFlow, Amf3Commands) {
  const Bytes connect = join(hex("00"), amf_bytes({"connect", 1.0}), hex("11 0a 0b 01 07 617070 06 09 6c697665 01"));
  const Bytes create = join(hex("00"), amf_bytes({"createStream", 2.0}), hex("11 01"));
  const Bytes publish = join(hex("00"), amf_bytes({"publish", 3.0}), hex("11 01 11 06 09 64656d6f 11 06 09 6c697665"));
  const auto amf3 = [](const Bytes& payload, std::uint32_t stream) {
    return message_bytes(3, message(message_type::kCommandAmf3, stream, 0, payload));
  };
  run({
      {"connect", amf3(connect, 0), connected(), {}},
      {"createStream", amf3(create, 0), {"_result@0 2 null 1"}, {}},
      {"publish", amf3(publish, 1), {kStreamBegin1, kStarted}, {"publish live/demo live"}},
      {"data of type 15",
       message_bytes(4, message(message_type::kDataAmf3, 1, 9, join(hex("00"), amf_bytes({"onMetaData"})))),
       {},
       {"data 9 13"}},
  });
}

// CMD-16
TEST(ClientFlow, TheSameConnectionPublishesAgain) {
  run({
      {"connect", connect_command(), connected(), {}},
      {"first",
       join(command({"createStream", 2.0, amf::Null()}), command({"publish", 3.0, amf::Null(), "one", "live"}, 1)),
       {"_result@0 2 null 1", kStreamBegin1, kStarted},
       {"publish live/one live"}},
      {"its end", command({"deleteStream", 0.0, amf::Null(), 1.0}), {kUnpublished}, {"publish end"}},
      {"second",
       join(command({"createStream", 4.0, amf::Null()}), command({"publish", 5.0, amf::Null(), "two", "live"}, 2)),
       {"_result@0 4 null 2", "control 4: 000000000002",
        "onStatus@2 0 null {level: 'status', code: 'NetStream.Publish.Start', description: 'Publishing started.'}"},
       {"publish live/two live"}},
      {"media on the new stream", media_message(8, 5, kAudioConfig, 2), {}, {"aac 5"}},
  });
}

}  // namespace
}  // namespace sluice::rtmp
