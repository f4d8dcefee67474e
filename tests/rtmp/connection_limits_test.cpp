#include <gtest/gtest.h>

#include "rtmp/peer.hpp"

namespace sluice::rtmp {
namespace {

using namespace testing;  // NOLINT: everything below is made of it

Bytes create_stream() { return command({"createStream", 2.0, amf::Null()}); }
Bytes publish() { return command({"publish", 3.0, amf::Null(), "demo", "live"}, 1); }

// CMD-06, LIM-15
TEST(ConnectionLimits, StreamsAreNumberedAndLimited) {
  Peer peer;
  peer.shake_hands();
  peer.send(connect_command());
  peer.heard();
  for (int id = 1; id <= 4; ++id) {
    peer.send(create_stream());
    EXPECT_EQ(peer.heard(), Lines{"_result@0 2 null " + std::to_string(id)});
  }
  peer.send(create_stream());
  EXPECT_EQ(peer.heard(), Lines{"_error@0 2 null {level: 'error', code: 'NetConnection.Call.Failed', description: "
                                "'no more than 4 streams on a connection'}"});
  peer.send(command({"deleteStream", 0.0, amf::Null(), 2.0}));
  peer.heard();
  peer.send(create_stream());
  EXPECT_EQ(peer.heard(), Lines{"_result@0 2 null 5"});
}

// LIM-14
TEST(ConnectionLimits, CommandsBeforeAPublishAreLimited) {
  Limits limits;
  limits.commands = 10;
  Peer peer(limits);
  peer.shake_hands();
  peer.send(connect_command());
  for (int i = 0; i < 9; ++i) peer.send(command({"releaseStream", 2.0, amf::Null(), "demo"}));
  EXPECT_FALSE(peer.error.has_value());
  peer.send(command({"releaseStream", 2.0, amf::Null(), "demo"}));
  ASSERT_TRUE(peer.error.has_value());
  EXPECT_EQ(peer.error->failure, Failure::limit);
}

// LIM-17: unknown messages that are valid, until the limit.
TEST(ConnectionLimits, BytesBeforeAPublishAreLimited) {
  Limits limits;
  limits.bytes_before_publish = 1000;
  Peer peer(limits);
  peer.shake_hands();
  const Bytes noise = message_bytes(4, message(30, 0, 0, pattern(88)));
  ASSERT_EQ(noise.size(), 100u);
  for (int i = 0; i < 10; ++i) peer.send(noise);
  EXPECT_FALSE(peer.error.has_value());
  peer.send({4});
  ASSERT_TRUE(peer.error.has_value());
  EXPECT_EQ(peer.error->failure, Failure::limit);
}

// CMD-12
TEST(ConnectionLimits, DroppedMediaIsLimited) {
  Limits limits;
  limits.dropped_media_bytes = 12;
  Peer peer(limits);
  peer.accepts = false;
  peer.shake_hands();
  peer.send(join(connect_command(), create_stream(), publish()));
  peer.send(join(media_message(9, 0, kKeyFrame), media_message(9, 0, kKeyFrame)));
  EXPECT_FALSE(peer.error.has_value());
  peer.send(media_message(8, 0, "af"));
  ASSERT_TRUE(peer.error.has_value());
  EXPECT_EQ(peer.error->failure, Failure::limit);
}

// LIM-06, LIM-07: the larger message limit comes with acceptance and goes with the publish.
TEST(ConnectionLimits, MessageLimitFollowsThePublish) {
  const Bytes large = join(hex("04 000000 010001 09 01000000"), pattern(1));
  Peer beginner;
  beginner.accepts = false;
  beginner.shake_hands();
  beginner.send(join(connect_command(), create_stream(), publish(), large));
  EXPECT_TRUE(beginner.error.has_value());
  Peer publisher;
  start_publish(publisher);
  publisher.send(large);
  EXPECT_FALSE(publisher.error.has_value());
  Peer finished;
  start_publish(finished);
  finished.send(join(command({"closeStream", 0.0, amf::Null()}, 1), large));
  EXPECT_TRUE(finished.error.has_value());
}

}  // namespace
}  // namespace sluice::rtmp
