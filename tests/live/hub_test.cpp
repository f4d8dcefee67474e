#include "sluice/live/hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encoder.hpp"

namespace sluice::live {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::Encoder;
using ::testing::HasSubstr;
using Outcome = std::variant<std::unique_ptr<Publish>, PublishRefusal>;

StreamName name(std::string_view stream = "a") { return StreamName::make("live", stream).value(); }

class HubTest : public ::testing::Test {
 protected:
  Hub make(HubOptions options = {}) { return Hub(std::move(options), renderer_, &sink_, 1); }

  static std::unique_ptr<Publish> accepted(Outcome outcome) {
    return std::move(std::get<std::unique_ptr<Publish>>(outcome));
  }
  static PublishRefusal refused(const Outcome& outcome) { return std::get<PublishRefusal>(outcome); }

  testing::OneByteRenderer renderer_;
  testing::KeepingSink sink_;
  Encoder encoder_;
  Encoder other_;
};

TEST_F(HubTest, OfTwoPublishersForOneSlotExactlyOneGetsIt) {
  Hub hub = make();
  const auto first = accepted(hub.begin_publish(name("a"), encoder_, at(0)));
  EXPECT_EQ(refused(hub.begin_publish(name("b"), other_, at(0))), PublishRefusal::busy);
  EXPECT_EQ(hub.slots().free(), 0);
  EXPECT_EQ(hub.find(name("b")), nullptr) << "a refusal leaves nothing behind";
  first->end(at(1));
  EXPECT_EQ(hub.slots().free(), 1);
}

TEST_F(HubTest, ASecondPublisherOnALiveNameIsRefusedAndTheFirstGoesOn) {  // REJ-03
  Hub hub = make({.slots = 2});
  const auto first = accepted(hub.begin_publish(name(), encoder_, at(0)));
  EXPECT_EQ(refused(hub.begin_publish(name(), other_, at(0))), PublishRefusal::name_in_use);
  EXPECT_EQ(hub.slots().free(), 1);
  EXPECT_TRUE(encoder_.wishes.empty());
  first->end(at(1));
}

TEST_F(HubTest, EachStreamIsMadeWithTheOptionsOfItsName) {
  HubOptions options{.slots = 2};
  options.stream_of = [](const StreamName& wanted) {
    StreamOptions stream;
    if (wanted.stream() == "a") stream.timeline.part_duration = Millis(500);
    return stream;
  };
  Hub hub = make(std::move(options));
  const auto one = accepted(hub.begin_publish(name("a"), encoder_, at(0)));
  const auto other = accepted(hub.begin_publish(name("b"), other_, at(0)));
  encoder_.run(*one, 0, 9000);
  other_.run(*other, 0, 9000);
  EXPECT_TRUE(hub.find(name("a"))->window().low_latency(media::Container::fmp4));
  EXPECT_FALSE(hub.find(name("b"))->window().low_latency(media::Container::fmp4));
  one->end(at(9000));
  other->end(at(9000));
}

TEST_F(HubTest, TheLateEndOfAPublisherThatWasTakenOverTearsNothingDown) {  // B2
  Hub hub = make({.slots = 1, .takeover = Takeover::replace});
  const auto loser = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*loser, 0, 5000);
  const auto winner = accepted(hub.begin_publish(name(), other_, at(5000)));
  EXPECT_THAT(encoder_.wishes, ElementsAre(EndWish::taken_over));
  EXPECT_EQ(hub.publishes(), 1);
  other_.run(*winner, 5000, 8000);
  encoder_.run(*loser, 5000, 6000);
  loser->end(at(8000));
  EXPECT_EQ(hub.find(name())->state(), StreamState::publishing);
  EXPECT_EQ(hub.slots().free(), 0);
  EXPECT_EQ(hub.find(name())->epoch(), loser->session()) << "the playlist goes on";
  winner->end(at(9000));
}

TEST_F(HubTest, APublisherThatReturnsInTimeGoesOnInTheSamePlaylist) {  // RC-07, DC-02
  Hub hub = make();
  const auto first = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*first, 0, 7000);
  first->end(at(7000));
  hub.on_time(at(20'000));
  const auto second = accepted(hub.begin_publish(name(), encoder_, at(20'000)));
  encoder_.run(*second, 20'000, 25'000);
  const auto stream = hub.find(name());
  EXPECT_EQ(stream->epoch(), first->session());
  EXPECT_THAT(stream->window().media_playlist(media::Container::fmp4)->text, HasSubstr("#EXT-X-DISCONTINUITY\n"));
  EXPECT_EQ(sink_.begun.at(1).epoch, first->session());
  EXPECT_NE(sink_.begun.at(1).session, first->session());
  second->end(at(25'000));
}

TEST_F(HubTest, AfterTheResumeWindowThePlaylistEndsAndTheNextPublishBeginsAnother) {  // DC-03
  Hub hub = make();
  const auto first = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*first, 0, 7000);
  first->end(at(7000));
  hub.on_time(at(66'999));
  EXPECT_EQ(hub.find(name())->state(), StreamState::away);
  EXPECT_EQ(hub.resumable(), 1);
  hub.on_time(at(67'000));
  const auto ended = hub.find(name());
  EXPECT_EQ(ended->state(), StreamState::ended);
  EXPECT_THAT(ended->window().media_playlist(media::Container::fmp4)->text, HasSubstr("#EXT-X-ENDLIST\n"));

  const auto second = accepted(hub.begin_publish(name(), encoder_, at(68'000)));
  EXPECT_NE(hub.find(name()), ended);
  EXPECT_EQ(hub.find_playlist(name(), first->session()), ended) << "the old playlist stays what it was";
  EXPECT_EQ(hub.find_session(name(), first->session()), ended);
  encoder_.run(*second, 68'000, 73'000);
  EXPECT_GT(hub.find(name())->last_msn(), ended->last_msn());
  second->end(at(73'000));
}

TEST_F(HubTest, APlaylistOfAnotherProcessIsAnsweredWithTheLiveOne) {  // DC-05
  Hub hub = make();
  const auto publish = accepted(hub.begin_publish(name(), encoder_, at(0)));
  const SessionId elsewhere = SessionId::make(testing::kWallStart, 0xABCDEF);
  EXPECT_EQ(hub.find_playlist(name(), elsewhere), hub.find(name()));
  publish->end(at(1));
}

TEST_F(HubTest, NumbersGoOnWhereTheRecordingStopped) {  // DC-04, B25
  Hub hub = make();
  const std::uint64_t far = 4'000'000'000'000;
  const SessionId epoch = SessionId::make(testing::kWallStart - Seconds(900), 7);
  hub.restore(name(), {epoch, far, far, Seconds(100), testing::kWallStart - Seconds(600), Seconds(4)}, at(0));
  EXPECT_EQ(hub.find(name()), nullptr) << "nobody can return to it any more";

  const auto publish = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*publish, 0, 9000);
  const auto found = hub.find(name());
  EXPECT_GT(found->last_msn(), far);
  EXPECT_GT(found->last_period(), far);
  EXPECT_NE(found->epoch(), epoch);
  publish->end(at(9000));
}

TEST_F(HubTest, WithoutARecordingNumbersStartFromTheClock) {
  Hub hub = make();
  const auto publish = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*publish, 0, 3000);
  EXPECT_EQ(hub.find(name())->last_msn(), 434'793'025u);  // half seconds from 2020 to the start, and the first segment
  publish->end(at(3000));
}

TEST_F(HubTest, DrainedPublishersAreAskedToEndWhenTheirSegmentIsWhole) {  // RC-04
  Hub hub = make();
  const auto publish = accepted(hub.begin_publish(name(), encoder_, at(0)));
  encoder_.run(*publish, 0, 1000);
  hub.end_all(EndWish::drained, false);
  EXPECT_TRUE(encoder_.wishes.empty());
  encoder_.run(*publish, 1000, 3000);
  EXPECT_THAT(encoder_.wishes, ElementsAre(EndWish::drained));
  publish->end(at(3000));
  hub.finish_away(at(3000));
  const auto stream = hub.find(name());
  EXPECT_EQ(stream->window().info().listed_segments, 1u) << "what came behind the segment is not listed as a torso";
  EXPECT_THAT(stream->window().media_playlist(media::Container::fmp4)->text, HasSubstr("#EXT-X-ENDLIST\n"));
}

TEST_F(HubTest, TheLongestEndedStreamMakesRoomForANewOne) {
  Hub hub = make({.slots = 3, .streams_max = 2});
  for (const char* stream : {"a", "b", "c"}) {
    const auto publish = accepted(hub.begin_publish(name(stream), encoder_, at(0)));
    encoder_.run(*publish, 0, 3000);
    publish->end(at(3000 + stream[0]));
  }
  EXPECT_EQ(hub.stream_count(), 2u);
  EXPECT_EQ(hub.find(name("a")), nullptr);
  EXPECT_TRUE(hub.is_gone(name("a")));
  EXPECT_FALSE(hub.is_gone(name("never")));
  EXPECT_EQ(hub.totals().counts.segments, 6u) << "counts outlive streams";
}

TEST_F(HubTest, WhoWaitsForAStreamThatMakesRoomIsToldOfItsEnd) {  // B30
  Hub hub = make({.slots = 3, .streams_max = 1});
  const auto publish = accepted(hub.begin_publish(name("a"), encoder_, at(0)));
  encoder_.run(*publish, 0, 3000);
  publish->end(at(3000));
  const auto away = hub.find(name("a"));
  ASSERT_EQ(away->state(), StreamState::away);
  bool ended = false;
  const auto token = away->changed().add([&] { ended = away->window().ended(); });
  const auto other = accepted(hub.begin_publish(name("b"), encoder_, at(3100)));
  EXPECT_EQ(hub.find(name("a")), nullptr);
  EXPECT_TRUE(ended);
  away->changed().remove(token);
  other->end(at(3100));
}

TEST_F(HubTest, EverySessionIsRecordedFromItsFirstEntryToItsEnd) {
  Hub hub = make();
  const auto publish = accepted(hub.begin_publish(name(), encoder_, at(0)));
  EXPECT_TRUE(sink_.begun.empty()) << "a publish without media leaves no file";
  encoder_.run(*publish, 0, 3000);
  publish->end(at(3000));
  ASSERT_EQ(sink_.begun.size(), 1u);
  EXPECT_EQ(sink_.begun[0].session, publish->session());
  EXPECT_TRUE(std::holds_alternative<media::Period>(sink_.entries.front()));
  EXPECT_TRUE(std::holds_alternative<media::End>(sink_.entries.back()));
  EXPECT_THAT(sink_.ended, ElementsAre(publish->session()));
}

TEST(Signal, AListenerMayRemoveItselfAndOthersWhileItIsCalled) {
  Signal signal;
  int calls = 0;
  Signal::Token second = 0;
  Signal::Token first = 0;
  first = signal.add([&] {
    ++calls;
    signal.remove(first);
    signal.remove(second);
  });
  second = signal.add([&] { calls += 100; });
  signal.notify();
  signal.notify();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sluice::live
