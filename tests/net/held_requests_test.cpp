// HeldRequests by itself: who is woken by what, in which order, and that nobody stays behind.
#include "sluice/net/held_requests.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "net/http_test_client.hpp"
#include "net/low_latency_stream.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LowLatencyStream;

class HeldRequestsTest : public ::testing::Test {
 protected:
  using Wait = HeldRequests::Wait;
  // A request on its way: its hold, and the answer once there is one.
  struct Client {
    std::unique_ptr<HttpHold> hold;
    std::optional<HttpResponse> response;
  };

  void SetUp() override {
    a_.first_segment();
    b_.first_segment();
  }

  std::shared_ptr<HeldRequests> make(HeldRequests::Options options = {}) {
    return std::make_shared<HeldRequests>(loop_.get_executor(), options, [this](const HeldRequests::Question&) {
      ++judged_;
      return verdict_();
    });
  }
  std::shared_ptr<Client> ask(HeldRequests& held, LowLatencyStream& stream, const Wanted& wanted,
                              Micros patience = Seconds(60)) {
    auto client = std::make_shared<Client>();
    HttpReply reply = held.hold({{StreamName::make("live", "a").value(), hls::MultivariantName{}}, {}},
                                {hub_.find(stream.stream().name()), wanted, patience});
    if (auto* refused = std::get_if<HttpResponse>(&reply)) {
      client->response = std::move(*refused);
      return client;
    }
    client->hold = std::move(std::get<std::unique_ptr<HttpHold>>(reply));
    client->hold->wait([this, client = client.get()](HttpResponse response) {
      client->response = std::move(response);
      order_.push_back(client);
    });
    return client;
  }
  void turn() {
    loop_.restart();
    loop_.poll();
  }
  static HttpResponse fine() {
    HttpResponse response;
    response.body = HttpBody::text("fine");
    return response;
  }

  asio::io_context loop_;
  live::testing::OneByteRenderer renderer_;
  live::Hub hub_{{.slots = 3}, renderer_, nullptr, 1};
  LowLatencyStream a_{hub_, "a"};
  LowLatencyStream b_{hub_, "b"};
  std::function<HeldRequests::Verdict()> verdict_ = [] { return fine(); };
  int judged_ = 0;
  std::vector<Client*> order_;
};

// LL-14
TEST_F(HeldRequestsTest, AChangeWakesOnlyWhoWaitsForIt) {
  const auto held = make();
  const auto this_part = ask(*held, a_, NextInPlaylist{1001, 0});
  const auto next_part = ask(*held, a_, NextInPlaylist{1001, 1});
  const auto segment = ask(*held, a_, NextInPlaylist{1001, std::nullopt});
  const auto other_stream = ask(*held, b_, NextInPlaylist{1001, 0});
  a_.part();
  EXPECT_FALSE(this_part->response) << "whoever changed the stream goes on first";
  turn();
  EXPECT_TRUE(this_part->response);
  EXPECT_EQ(judged_, 1) << "the others cost nothing";
  a_.part();
  turn();
  EXPECT_TRUE(next_part->response);
  EXPECT_FALSE(segment->response);
  a_.parts(2);
  turn();
  EXPECT_TRUE(segment->response);
  EXPECT_FALSE(other_stream->response);
  EXPECT_EQ(held->count(), 1u);
}

// LL-14: whoever asks for a part that a segment turned out not to have waits for the first of the next one.
TEST_F(HeldRequestsTest, APartBehindTheEndOfItsSegmentIsTheFirstOfTheNextOne) {
  const auto held = make();
  const auto behind = ask(*held, a_, NextInPlaylist{1001, 5});
  const auto segment = ask(*held, a_, NextInPlaylist{1001, std::nullopt});
  a_.parts(4);
  turn();
  EXPECT_TRUE(segment->response);
  EXPECT_FALSE(behind->response);
  a_.part();
  turn();
  EXPECT_TRUE(behind->response);
}

// LL-12
TEST_F(HeldRequestsTest, AHintedPartIsWaitedForUntilItIsThereOrAnotherOneComes) {
  a_.part();
  const auto held = make();
  const auto client = ask(*held, a_, a_.part_name(3));
  a_.part();
  turn();
  EXPECT_TRUE(client->response);
  const auto abandoned = ask(*held, a_, a_.part_name(4));
  a_.period(media::PeriodCause::codec);
  a_.stream().changed().notify();
  turn();
  EXPECT_TRUE(abandoned->response);
}

TEST_F(HeldRequestsTest, AllOfAStreamAreAnsweredWhenItEnds) {  // MP-20
  const auto held = make();
  std::vector<std::shared_ptr<Client>> clients;
  for (std::uint64_t part = 0; part < 3; ++part) clients.push_back(ask(*held, a_, NextInPlaylist{1001, part}));
  clients.push_back(ask(*held, a_, NextInPlaylist{1002, std::nullopt}));
  const auto other = ask(*held, b_, NextInPlaylist{1001, 0});
  a_.end();
  turn();
  for (const auto& client : clients) EXPECT_TRUE(client->response);
  EXPECT_FALSE(other->response);
}

// LL-17
TEST_F(HeldRequestsTest, WhoWaitedForTooLongIsToldToComeAgain) {
  const auto held = make();
  verdict_ = [this] { return Wait{hub_.find(a_.stream().name()), NextInPlaylist{1001, 0}, Seconds(60)}; };
  const auto patient = ask(*held, a_, NextInPlaylist{1001, 0});
  const auto impatient = ask(*held, a_, NextInPlaylist{1001, 0}, Millis(5));
  ASSERT_TRUE(run_until(loop_, [&] { return impatient->response.has_value(); }));
  EXPECT_EQ(impatient->response->status, 503);
  EXPECT_EQ(impatient->response->retry_after, Seconds(1));
  EXPECT_EQ(impatient->response->cache, CacheClass::error);
  EXPECT_FALSE(patient->response);
  EXPECT_EQ(held->stats().kinds[1].timed_out, 1u);
  EXPECT_EQ(held->count(), 1u);
}

TEST_F(HeldRequestsTest, WhatCameInTheLastMomentIsAnAnswer) {
  const auto held = make();
  const auto client = ask(*held, a_, NextInPlaylist{1001, 0}, Millis(5));
  ASSERT_TRUE(run_until(loop_, [&] { return client->response.has_value(); }));
  EXPECT_EQ(client->response->status, 200);
  EXPECT_EQ(held->stats().kinds[1].timed_out, 0u);
}

TEST_F(HeldRequestsTest, AnAnswerThatIsNoneYetWaitsOnForTheRest) {
  const auto held = make();
  const auto client = ask(*held, a_, FirstPlaylist{});
  verdict_ = [this] { return Wait{hub_.find(a_.stream().name()), NextInPlaylist{1001, 1}, Seconds(60)}; };
  a_.part();
  turn();
  EXPECT_FALSE(client->response);
  EXPECT_EQ(held->stats().kinds[0].waiting, 0u);
  EXPECT_EQ(held->stats().kinds[1].waiting, 1u);
  verdict_ = [] { return fine(); };
  a_.part();
  turn();
  EXPECT_TRUE(client->response);
}

// LL-26
TEST_F(HeldRequestsTest, WhoHangsUpIsForgottenWhereverHeStands) {
  const auto held = make();
  const std::size_t listeners = a_.stream().changed().size();
  const auto waiting = ask(*held, a_, NextInPlaylist{1001, 1});
  const auto ready = ask(*held, a_, NextInPlaylist{1001, 0});
  const auto other = ask(*held, a_, NextInPlaylist{1001, 0});
  EXPECT_EQ(a_.stream().changed().size(), listeners + 1);
  waiting->hold.reset();
  a_.part();
  ready->hold.reset();
  turn();
  EXPECT_TRUE(other->response);
  EXPECT_EQ(judged_, 1);
  EXPECT_EQ(held->count(), 0u);
  EXPECT_EQ(held->stats().kinds[1].abandoned, 2u);
  EXPECT_EQ(a_.stream().changed().size(), listeners);
}

TEST_F(HeldRequestsTest, TenThousandWhoHangUpLeaveNothing) {  // LL-26
  const auto held = make();
  const std::size_t listeners = a_.stream().changed().size();
  std::vector<std::shared_ptr<Client>> clients;
  for (std::uint64_t i = 0; i < 10'000; ++i) clients.push_back(ask(*held, a_, NextInPlaylist{1001, i % 5}));
  EXPECT_EQ(held->count(), 10'000u);
  clients.clear();
  EXPECT_EQ(held->count(), 0u);
  EXPECT_EQ(held->stats().kinds[1].abandoned, 10'000u);
  EXPECT_EQ(a_.stream().changed().size(), listeners);
  EXPECT_EQ(held.use_count(), 1);
}

// LL-27: between two batches the loop does what else is due.
TEST_F(HeldRequestsTest, ThousandsAreAnsweredInTurnsWithOthersInBetween) {
  const auto held = make();
  std::vector<std::shared_ptr<Client>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(ask(*held, a_, NextInPlaylist{1001, 0}));
  a_.part();
  std::size_t most_in_between = 0;
  std::size_t answered = 0;
  std::function<void()> look = [&] {
    most_in_between = std::max(most_in_between, order_.size() - answered);
    answered = order_.size();
    if (answered < 1000) asio::post(loop_, look);
  };
  asio::post(loop_, look);
  turn();
  EXPECT_EQ(order_.size(), 1000u);
  EXPECT_LE(judged_, 1000 / 50) << "who asked the same in a batch shares the answer";
  EXPECT_LE(most_in_between, HeldRequests::kBatch);
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(order_[i], clients[i].get()) << "in the order they came";
}

// LL-26
TEST_F(HeldRequestsTest, MoreThanTheLimitsAreRefused) {
  const auto held = make({.all_max = 3, .of_stream_max = 2});
  const auto first = ask(*held, a_, NextInPlaylist{1001, 0});
  const auto second = ask(*held, a_, NextInPlaylist{1001, 1});
  const auto third = ask(*held, a_, NextInPlaylist{1001, 0});
  ASSERT_TRUE(third->response);
  EXPECT_EQ(third->response->status, 503);
  EXPECT_EQ(third->response->retry_after, Seconds(1));
  EXPECT_THAT(third->response->message, HasSubstr("this stream"));
  const auto fourth = ask(*held, b_, NextInPlaylist{1001, 0});
  EXPECT_FALSE(fourth->response);
  const auto fifth = ask(*held, b_, NextInPlaylist{1001, 0});
  ASSERT_TRUE(fifth->response);
  EXPECT_EQ(fifth->response->status, 503);
  EXPECT_EQ(held->stats().refused_of_stream, 1u);
  EXPECT_EQ(held->stats().refused, 1u);
  first->hold.reset();
  EXPECT_FALSE(ask(*held, a_, NextInPlaylist{1001, 0})->response) << "there is room again";
}

TEST_F(HeldRequestsTest, NobodyIsAnsweredOnceTheJudgeIsGone) {
  const auto held = make();
  const auto client = ask(*held, a_, NextInPlaylist{1001, 0});
  a_.part();
  held->stop();
  turn();
  EXPECT_FALSE(client->response);
  EXPECT_EQ(judged_, 0);
}

}  // namespace
}  // namespace sluice::net
