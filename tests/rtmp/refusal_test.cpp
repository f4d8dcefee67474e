#include "sluice/rtmp/refusal.hpp"

#include <gtest/gtest.h>

#include "rtmp/peer.hpp"

namespace sluice::rtmp {
namespace {

using namespace testing;  // NOLINT: everything below is made of it

constexpr int kRefusals = static_cast<int>(Refusal::playback) + 1;

std::string answer(const Refusal refusal) {
  return "onStatus@1 0 null {level: 'error', code: '" + std::string(status_code(refusal)) + "', description: '" +
         std::string(default_description(refusal)) + "'}";
}

void ask_to_publish(Peer& peer, const char* app, const char* name) {
  peer.accepts = false;
  peer.shake_hands();
  peer.send(join(connect_command(app), command({"createStream", 2.0, amf::Null()})));
  peer.heard();
  peer.send(command({"publish", 3.0, amf::Null(), name, "live"}, 1));
}

// REJ-03, REJ-04, REJ-05: the table itself.
TEST(Refusal, CodesAreThoseThatClientsKnow) {
  struct Row {
    Refusal refusal;
    const char* name;
    const char* code;
  };
  const std::vector<Row> rows = {
      {Refusal::app_missing, "app_missing", "NetStream.Publish.BadName"},
      {Refusal::draining, "draining", "NetStream.Publish.BadName"},
      {Refusal::bad_name, "bad_name", "NetStream.Publish.BadName"},
      {Refusal::already_publishing, "already_publishing", "NetStream.Publish.BadName"},
      {Refusal::name_in_use, "name_in_use", "NetStream.Publish.BadName"},
      {Refusal::busy, "busy", "NetStream.Publish.BadName"},
      {Refusal::denied, "denied", "NetStream.Publish.Denied"},
      {Refusal::failed, "failed", "NetStream.Publish.Failed"},
      {Refusal::ended, "ended", "NetStream.Publish.Failed"},
      {Refusal::playback, "playback", "NetStream.Play.StreamNotFound"},
  };
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(kRefusals));
  for (const Row& row : rows) {
    EXPECT_EQ(to_string(row.refusal), row.name);
    EXPECT_EQ(status_code(row.refusal), row.code);
  }
}

// REJ-10, CMD-21
TEST(Refusal, DescriptionsAreThereAndStartNoDialogue) {
  for (int i = 0; i < kRefusals; ++i) {
    const std::string_view description = default_description(static_cast<Refusal>(i));
    EXPECT_FALSE(description.empty());
    for (const char* word : {"authmod=", "code=403", "reason="}) {
      EXPECT_EQ(description.find(word), std::string_view::npos) << description;
    }
  }
}

// REJ-10, REJ-11: every refusal of a publish, then the connection is closing and deaf.
TEST(Refusal, OfAPublishIsAnErrorStatusOnItsStream) {
  for (int i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    Peer peer;
    ask_to_publish(peer, "live", "demo");
    EXPECT_EQ(peer.heard(), Lines());
    peer.connection.refuse_publish(refusal);
    EXPECT_EQ(peer.heard(), Lines{answer(refusal)});
    EXPECT_EQ(peer.connection.phase(), Phase::closing);
    peer.take_events();
    peer.send(media_message(9, 0, kKeyFrame));
    EXPECT_EQ(peer.take_events(), Lines());
    EXPECT_FALSE(peer.error.has_value());
  }
}

// REJ-03, CW-01: on the wire.
TEST(Refusal, GoldenBytesOfBusy) {
  Peer peer;
  ask_to_publish(peer, "live", "demo");
  peer.connection.refuse_publish(Refusal::busy, "busy");
  EXPECT_EQ(to_hex(peer.connection.take_output()),
            "05000000"
            "00005e"
            "14"
            "01000000"
            "0200086f6e537461747573"
            "000000000000000000"
            "05"
            "03"
            "00056c6576656c"
            "0200056572726f72"
            "0004636f6465"
            "0200194e657453747265616d2e5075626c6973682e4261644e616d65"
            "000b6465736372697074696f6e"
            "02000462757379"
            "000009");
}

// REJ-01, CW-04: in one chunk, after the one Set Chunk Size.
TEST(Refusal, OfAConnectIsAnError) {
  const std::string rejected =
      "_error@0 1 null {level: 'error', code: 'NetConnection.Connect.Rejected', description: '";
  Peer draining;
  draining.connection.refuse_new();
  draining.shake_hands();
  draining.send(connect_command());
  const Lines heard = draining.heard();
  ASSERT_EQ(heard.size(), 4u);
  EXPECT_EQ(heard[3], rejected + "draining: this server takes no more publishes'}");
  EXPECT_EQ(draining.take_events(), Lines{"refused draining"});
  EXPECT_EQ(draining.connection.phase(), Phase::closing);

  for (const amf::Value& fields :
       {object({}), object({{"app", "/"}}), object({{"app", 5.0}}), amf::Value(amf::Null())}) {
    Peer peer;
    peer.shake_hands();
    peer.send(command({"connect", 1.0, fields}));
    EXPECT_EQ(peer.heard().back(), rejected + "no application: publish to rtmp://HOST/APP/STREAM'}");
    EXPECT_EQ(peer.take_events(), Lines{"refused app_missing"});
  }
}

TEST(Refusal, DrainingAfterConnectRefusesThePublishAndSparesARunningOne) {
  Peer late;
  late.shake_hands();
  late.send(join(connect_command(), command({"createStream", 2.0, amf::Null()})));
  late.heard();
  late.connection.refuse_new();
  late.send(command({"publish", 3.0, amf::Null(), "demo", "live"}, 1));
  EXPECT_EQ(late.heard(), Lines{answer(Refusal::draining)});
  Peer running;
  start_publish(running);
  running.connection.refuse_new();
  running.send(media_message(9, 0, kVideoConfig));
  EXPECT_EQ(running.take_events(), Lines{"h264 0"});
}

// CMD-02, CMD-07, LIM-20
TEST(Refusal, NamesThatAreNotOneSegmentEach) {
  const std::string long_name(10000, 'x');
  struct Row {
    const char* app;
    const char* name;
  };
  const std::vector<Row> rows = {
      {"live", ""},   {"live", "a/b"}, {"a/b", "c"},       {"live", "../../etc"},       {"live", "%2e%2e"},
      {"live", ".x"}, {"live", "a b"}, {"live", "?key=x"}, {"live", long_name.c_str()}, {"live", "mp4:x"}};
  for (const Row& row : rows) {
    Peer peer;
    ask_to_publish(peer, row.app, row.name);
    EXPECT_EQ(peer.take_events(), Lines{"refused bad_name"}) << row.name;
    const Lines heard = peer.heard();
    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0].find("onStatus@1 0 null {level: 'error', code: 'NetStream.Publish.BadName', description: '"),
              0u);
    EXPECT_EQ(peer.connection.phase(), Phase::closing);
  }
  Peer nul;
  nul.accepts = false;
  nul.shake_hands();
  nul.send(join(connect_command(), command({"createStream", 2.0, amf::Null()}),
                command({"publish", 3.0, amf::Null(), std::string("a\0b", 3), "live"}, 1)));
  EXPECT_EQ(nul.take_events(), Lines{"refused bad_name"});
}

TEST(Refusal, ABadNameIsExplainedWithoutItsQuery) {
  Peer peer;
  ask_to_publish(peer, "live", "a b?key=secret");
  EXPECT_EQ(peer.heard(), Lines{"onStatus@1 0 null {level: 'error', code: 'NetStream.Publish.BadName', description: "
                                "'stream name 'a?b' (3 characters) is not allowed: 1 to 64 of A-Z a-z 0-9 . _ -, not "
                                "starting with a dot'}"});
}

// CMD-17
TEST(Refusal, ASecondPublishOnTheConnection) {
  Peer peer;
  start_publish(peer);
  peer.send(command({"publish", 4.0, amf::Null(), "other", "live"}, 1));
  EXPECT_EQ(peer.heard(), Lines{answer(Refusal::already_publishing)});
  EXPECT_EQ(peer.take_events(), Lines{"refused already_publishing"});
}

// CMD-18
TEST(Refusal, PlayersAreSentAway) {
  Peer peer;
  peer.shake_hands();
  peer.send(join(connect_command(), command({"createStream", 2.0, amf::Null()})));
  peer.heard();
  peer.send(command({"play", 4.0, amf::Null(), "demo"}, 1, 8));
  EXPECT_EQ(peer.heard(), Lines{answer(Refusal::playback)});
  EXPECT_EQ(peer.take_events(), Lines{"refused playback"});
  EXPECT_EQ(peer.connection.phase(), Phase::closing);
}

// REJ-06
TEST(Refusal, AnAcceptedPublishIsEndedTheSameWay) {
  Peer peer;
  start_publish(peer);
  peer.connection.refuse_publish(Refusal::ended, "ended: deleted by an operator");
  EXPECT_EQ(peer.heard(), Lines{"onStatus@1 0 null {level: 'error', code: 'NetStream.Publish.Failed', description: "
                                "'ended: deleted by an operator'}"});
  EXPECT_EQ(peer.connection.phase(), Phase::closing);
}

// CW-04
TEST(Refusal, LongDescriptionsAreCut) {
  Peer peer;
  ask_to_publish(peer, "live", "demo");
  peer.connection.refuse_publish(Refusal::failed, std::string(100000, 'x'));
  EXPECT_LT(peer.connection.take_output().size(), 700u);
}

}  // namespace
}  // namespace sluice::rtmp
