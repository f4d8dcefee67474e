#include "sluice/rtmp/connection.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "rtmp/peer.hpp"

namespace sluice::rtmp {
namespace {

using namespace testing;  // NOLINT: everything below is made of it

Bytes create_stream(double transaction = 2) { return command({"createStream", transaction, amf::Null()}); }
Bytes publish(const char* name = "demo", std::uint32_t stream_id = 1) {
  return command({"publish", 3.0, amf::Null(), name, "live"}, stream_id);
}

// CW-02, CW-03: byte by byte, up to the result.
TEST(Connection, PreambleComesBeforeTheConnectResult) {
  Peer peer;
  peer.shake_hands();
  peer.send(connect_command());
  const std::string output = to_hex(peer.connection.take_output());
  EXPECT_EQ(output.substr(0, 2 * (16 + 17 + 16 + 18)),
            "02000000000004"
            "05"
            "00000000"
            "002625a0"
            "02000000000005"
            "06"
            "00000000"
            "002625a002"
            "02000000000004"
            "01"
            "00000000"
            "00010000"
            "02000000000006"
            "04"
            "00000000"
            "000000000000");
  EXPECT_EQ(output.substr(2 * 67, 2), "03");
}

TEST(Connection, PhasesFollowTheConversation) {
  Peer peer;
  peer.accepts = false;
  EXPECT_EQ(peer.connection.phase(), Phase::handshake);
  peer.shake_hands();
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_connect);
  peer.send(connect_command());
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_publish);
  peer.send(join(create_stream(), publish()));
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_decision);
  peer.connection.accept_publish();
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_media);
  // LIM-04: metadata and silence are no media.
  peer.send(message_bytes(4, message(message_type::kDataAmf0, 1, 0, amf_bytes({"onMetaData"}))));
  peer.send(media_message(8, 0, ""));
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_media);
  peer.send(media_message(9, 0, kVideoConfig));
  EXPECT_EQ(peer.connection.phase(), Phase::publishing);
  EXPECT_EQ(peer.connection.counters().media_messages, 1u);
  peer.send(command({"closeStream", 0.0, amf::Null()}, 1));
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_publish);
}

// HS-09: everything in one write, and at every split.
TEST(Connection, TheWholeConversationMayArriveAtOnce) {
  const Bytes all =
      join(Peer::handshake_bytes(), connect_command(), create_stream(), publish(), media_message(9, 0, kVideoConfig));
  Peer whole;
  whole.send(all);
  EXPECT_EQ(whole.events, (Lines{"publish live/demo live", "h264 0"}));
  const Bytes output = whole.connection.take_output();
  for (std::size_t split = 3000; split < all.size(); ++split) {
    Peer peer;
    peer.send(Bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(split)));
    peer.send(Bytes(all.begin() + static_cast<std::ptrdiff_t>(split), all.end()));
    EXPECT_EQ(peer.events, whole.events) << split;
    EXPECT_EQ(peer.connection.take_output(), output) << split;
  }
}

// CMD-10, CMD-12: nothing is said before the decision; media until then is dropped and counted.
TEST(Connection, PublishStartWaitsForTheDecision) {
  Peer peer;
  peer.accepts = false;
  peer.shake_hands();
  peer.send(join(connect_command(), create_stream()));
  peer.heard();
  peer.send(join(publish(), media_message(9, 0, kKeyFrame)));
  EXPECT_EQ(peer.heard(), Lines());
  EXPECT_EQ(peer.events, (Lines{"publish live/demo live", "ignored not_publishing"}));
  EXPECT_EQ(peer.connection.counters().dropped_media_bytes, 6u);
  peer.connection.accept_publish();
  EXPECT_EQ(peer.heard().size(), 2u);
  peer.connection.accept_publish();
  EXPECT_EQ(peer.heard(), Lines());
}

// CMD-15: a publish that ends before its decision.
TEST(Connection, ADecisionThatComesTooLateIsWithoutEffect) {
  Peer peer;
  peer.accepts = false;
  peer.shake_hands();
  peer.send(join(connect_command(), create_stream(), publish(), command({"deleteStream", 0.0, amf::Null(), 1.0})));
  EXPECT_EQ(peer.events, (Lines{"publish live/demo live", "publish end"}));
  peer.heard();
  peer.connection.accept_publish();
  peer.connection.refuse_publish(Refusal::denied);
  EXPECT_EQ(peer.heard(), Lines());
  EXPECT_EQ(peer.connection.phase(), Phase::awaiting_publish);
}

// CMD-12
TEST(Connection, MediaOnMessageStreamZeroBelongsToThePublish) {
  Peer peer;
  start_publish(peer);
  peer.send(media_message(9, 0, kVideoConfig, 0));
  peer.send(media_message(9, 0, kVideoConfig, 7));
  EXPECT_EQ(peer.events, (Lines{"h264 0", "ignored not_publishing"}));
}

// CS-26
TEST(Connection, AggregatesAreTakenApart) {
  Peer peer;
  start_publish(peer);
  peer.send(message_bytes(4, message(message_type::kAggregate, 1, 1000, hex(R"(
      08 000004 000000 00 000000 af001210 0000000f
      14 000001 000000 00 000000 00       0000000c
      09 000007 00000a 00 000000 17000000000164)"))));
  EXPECT_EQ(peer.events, (Lines{"aac 1000", "h264 1010"}));
  EXPECT_EQ(peer.connection.counters().unknown_messages, 1u);
  peer.send(message_bytes(4, message(message_type::kAggregate, 1, 1000, hex("08 0000ff 000000 00 000000"))));
  ASSERT_TRUE(peer.error.has_value());
  EXPECT_EQ(peer.error->failure, Failure::protocol);
}

// CS-22, CS-23
TEST(Connection, AcknowledgesEachWindow) {
  Peer peer;
  start_publish(peer);
  peer.send(control_bytes(message_type::kWindowAcknowledgementSize, 1000000));
  EXPECT_FALSE(peer.connection.has_output());
  std::size_t acknowledgements = 0;
  const Bytes frame = message_bytes(4, message(9, 1, 0, join(hex(kKeyFrame), pattern(60000))), 128);
  for (std::uint64_t i = 0; i < 10'000'000 / frame.size(); ++i) {
    peer.send(frame, 4096);
    acknowledgements += peer.heard().size();
  }
  EXPECT_GE(acknowledgements, 9u);
  EXPECT_LE(acknowledgements, 10u);
}

// CW-05: a peer that does not read gets one acknowledgement for all of them, and no pongs without end.
TEST(Connection, AnswersToAPeerThatDoesNotReadAreBounded) {
  Peer peer;
  start_publish(peer);
  peer.send(control_bytes(message_type::kWindowAcknowledgementSize, 10));
  const Bytes ping = message_bytes(2, message(message_type::kUserControl, 0, 0, hex("0006 01020304")));
  for (int i = 0; i < 10000; ++i) peer.send(ping);
  EXPECT_FALSE(peer.error.has_value());
  const Bytes output = peer.connection.take_output();
  EXPECT_LE(output.size(), Limits().output_bytes + 64);
  EXPECT_FALSE(peer.connection.has_output());
}

// CS-21, CS-24, CS-25, UC-05
TEST(Connection, ControlMessages) {
  Peer peer;
  start_publish(peer);
  peer.send(control_bytes(message_type::kAcknowledgement, 5));
  peer.send(message_bytes(2, message(message_type::kUserControl, 0, 0, hex("0003 00000001 00000bb8"))));
  peer.send(message_bytes(2, message(message_type::kUserControl, 0, 0, hex("001f 00000001"))));
  peer.send(message_bytes(2, message(message_type::kSetPeerBandwidth, 0, 0, hex("002625a0 02"))));
  EXPECT_EQ(peer.heard(), Lines());
  peer.send(message_bytes(2, message(message_type::kSetPeerBandwidth, 0, 0, hex("004c4b40 02"))));
  EXPECT_EQ(peer.heard(), Lines{"control 5: 004c4b40"});
  // Whatever chunk stream and message stream they come on.
  peer.send(message_bytes(9, message(message_type::kUserControl, 1, 0, hex("0006 01020304"))));
  EXPECT_EQ(peer.heard(), Lines{"control 4: 000701020304"});
  EXPECT_EQ(peer.connection.counters().misplaced_controls, 1u);
  EXPECT_FALSE(peer.error.has_value());
}

// CS-25
TEST(Connection, ShortControlMessagesCloseTheConnection) {
  struct Row {
    std::uint8_t type;
    const char* payload;
  };
  for (const Row& row : {Row{3, "000000"}, Row{4, "00"}, Row{4, "0006 010203"}, Row{5, ""}, Row{6, "00000001"}}) {
    Peer peer;
    start_publish(peer);
    peer.send(message_bytes(2, message(row.type, 0, 0, hex(row.payload))));
    ASSERT_TRUE(peer.error.has_value()) << int{row.type};
    EXPECT_EQ(peer.error->failure, Failure::protocol);
  }
}

// CS-27
TEST(Connection, UnknownMessageTypesAreSkipped) {
  Peer peer;
  start_publish(peer);
  for (int type : {0, 7, 10, 11, 12, 13, 14, 16, 19, 21, 23, 24, 100, 255}) {
    peer.send(message_bytes(4, message(static_cast<std::uint8_t>(type), 1, 0, pattern(200))));
  }
  EXPECT_FALSE(peer.error.has_value());
  EXPECT_EQ(peer.connection.counters().unknown_messages, 14u);
  EXPECT_EQ(peer.events, Lines());
}

// CMD-05, CMD-18, CMD-19
TEST(Connection, CommandsBesidePublishing) {
  struct Row {
    Bytes sent;
    Lines heard;
  };
  const std::string no_playback =
      "onStatus@1 0 null {level: 'error', code: 'NetStream.Play.StreamNotFound', description: 'no playback over RTMP: "
      "use HLS'}";
  const std::vector<Row> rows = {
      {command({"getStreamLength", 9.0, amf::Null(), "demo"}), {"_result@0 9 null 0"}},
      {command({"FCSubscribe", 9.0, amf::Null(), "demo"}), {"_result@0 9 null undefined"}},
      {command({"pause", 0.0, amf::Null(), true}, 1), {no_playback}},
      {command({"receiveVideo", 0.0, amf::Null(), true}, 1), {no_playback}},
      {command({"strange", 9.0, amf::Null()}),
       {"_error@0 9 null {level: 'error', code: 'NetConnection.Call.Failed', description: 'unknown command: "
        "strange'}"}},
      {command({"strange", 0.0, amf::Null()}), {}},
      {command({"strange", std::nan(""), amf::Null()}), {}},
      {command({"strange"}), {}},
      {command({"_result", 9.0, amf::Null()}), {}},
      {command({"onStatus", 9.0, amf::Null()}), {}},
      {command({"deleteStream", 0.0, amf::Null(), 77.0}), {}},
      {command({"deleteStream", 0.0, amf::Null(), std::nan("")}), {}},
      {command({"deleteStream", 0.0}), {}},
      {command({"closeStream", 0.0, amf::Null()}, 77), {}},
  };
  for (const Row& row : rows) {
    Peer peer;
    start_publish(peer);
    peer.send(row.sent);
    EXPECT_EQ(peer.heard(), row.heard);
    EXPECT_EQ(peer.events, Lines());
    EXPECT_EQ(peer.connection.phase(), Phase::awaiting_media);
  }
}

// AMF-05: the transaction is echoed whatever it is.
TEST(Connection, OddTransactionsAreEchoed) {
  for (const double transaction : {-1.0, 1.5, 1e300, 0.0}) {
    Peer peer;
    peer.shake_hands();
    peer.send(connect_command());
    peer.heard();
    peer.send(create_stream(transaction));
    EXPECT_EQ(peer.heard(), Lines{"_result@0 " + testing::describe(amf::Value(transaction)) + " null 1"});
  }
}

TEST(Connection, CommandsOutOfOrderCloseTheConnection) {
  const std::vector<Bytes> bad = {
      create_stream(),
      publish(),
      join(connect_command(), connect_command()),
      join(connect_command(), publish()),
      join(connect_command(), create_stream(), publish("demo", 5)),
  };
  for (const Bytes& sent : bad) {
    Peer peer;
    peer.shake_hands();
    peer.send(sent);
    ASSERT_TRUE(peer.error.has_value());
    EXPECT_EQ(peer.error->failure, Failure::protocol);
    EXPECT_EQ(peer.events, Lines());
  }
}

// CMD-05: before connect, and publish on message stream 0 when there is one stream only.
TEST(Connection, LenienceInOrder) {
  Peer peer;
  peer.shake_hands();
  peer.send(command({"releaseStream", 2.0, amf::Null(), "demo"}));
  EXPECT_EQ(peer.heard(), Lines{"_result@0 2 null undefined"});
  peer.send(join(connect_command(), create_stream(), publish("demo", 0)));
  EXPECT_EQ(peer.events, Lines{"publish live/demo live"});
  EXPECT_EQ(peer.requests[0].message_stream, 1u);
}

// AMF-07: a command nobody can decode ends a beginner, not a running publish.
TEST(Connection, UndecodableCommands) {
  const Bytes bad = message_bytes(3, message(message_type::kCommandAmf0, 0, 0, hex("02 0003 6162")));
  Peer beginner;
  beginner.shake_hands();
  beginner.send(bad);
  ASSERT_TRUE(beginner.error.has_value());
  EXPECT_EQ(beginner.error->failure, Failure::amf);
  Peer publisher;
  start_publish(publisher);
  publisher.send(bad);
  EXPECT_FALSE(publisher.error.has_value());
  EXPECT_EQ(publisher.connection.counters().malformed_commands, 1u);
}

// AMF-03, AMF-04, CMD-01, CMD-02, ER-10
TEST(Connection, ConnectFieldsInAllTheirShapes) {
  using Form = amf::Object::Form;
  Peer peer;
  peer.shake_hands();
  peer.send(command({"connect", 1.0,
                     amf::Object{Form::ecma_array,
                                 {},
                                 {{"app", "first"},
                                  {"app", "/live/?token=x"},
                                  {"tcurl", "\"rtmp://user:pass@host/live?token=x\""},
                                  {"flashVer", "enc\ncoder"},
                                  {"capsEx", 1.0},
                                  {"unheard", amf::Undefined()}}}}));
  EXPECT_NE(peer.heard().at(3).find("capsEx"), std::string::npos);
  peer.send(join(create_stream(), command({"publish", 3.0, amf::Null(), "demo?key=k"}, 1)));
  ASSERT_EQ(peer.requests.size(), 1u);
  const PublishRequest& request = peer.requests[0];
  EXPECT_EQ(request.name.path(), "live/demo");
  EXPECT_EQ(request.query, "key=k&token=x");
  EXPECT_EQ(request.publish_type, "live");
  EXPECT_EQ(request.tc_url, "rtmp://host/live");
  EXPECT_EQ(request.client, "enc?coder");
  EXPECT_TRUE(request.supports_reconnect);
}

// ER-10
TEST(Connection, OddCapsExIsNoCapability) {
  for (const amf::Value& caps : {amf::Value(std::nan("")), amf::Value("1"), amf::Value(6.0), amf::Value(-1.0)}) {
    Peer peer;
    peer.shake_hands();
    peer.send(command({"connect", 1.0, object({{"app", "live"}, {"capsEx", caps}})}));
    peer.send(join(create_stream(), publish()));
    ASSERT_EQ(peer.requests.size(), 1u);
    EXPECT_FALSE(peer.requests[0].supports_reconnect);
  }
}

TEST(Connection, HandshakeFailuresAreReported) {
  Peer peer;
  peer.send(hex("474554202f"));
  ASSERT_TRUE(peer.error.has_value());
  EXPECT_EQ(peer.error->failure, Failure::handshake_version);
  EXPECT_FALSE(peer.connection.has_output());
}

}  // namespace
}  // namespace sluice::rtmp
