// Requests that an HttpServer holds for a handler that answers them as an HttpHold, over loopback.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>

#include "net/http_test_client.hpp"
#include "sluice/net/http_server.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using testing::EndsWith;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /held HTTP/1.1\r\nHost: h\r\n\r\n";

HttpResponse hello() {
  HttpResponse response;
  response.kind = ResourceKind::playlist;
  response.content_type = "text/plain";
  response.body = HttpBody::text("hello");
  return response;
}

class HttpHoldTest : public testing::Test {
 protected:
  // Those that wait, in no order.
  class Hold : public HttpHold {
   public:
    explicit Hold(std::set<Hold*>& all) : all_(all) { all_.insert(this); }
    ~Hold() override { all_.erase(this); }
    void wait(Answer answer) override { answer_ = std::move(answer); }
    void answer(HttpResponse response) { answer_(std::move(response)); }

   private:
    std::set<Hold*>& all_;
    Answer answer_;
  };

  void SetUp() override {
    HttpServerOptions options;
    options.listen = {asio::ip::make_address("127.0.0.1"), 0};
    options.name = "http";
    server_ = std::make_unique<HttpServer>(loop_, options, [this](const HttpRequest& request) -> HttpReply {
      if (request.path != "/held") return hello();
      return std::make_unique<Hold>(waiting_);
    });
    ASSERT_FALSE(server_->start());
  }

  TestClient connect() { return TestClient(loop_, server_->address()); }
  bool run_until_waiting(std::size_t count) {
    return run_until(loop_, [&] { return waiting_.size() == count; });
  }
  bool run_until_closed() {
    return run_until(loop_, [&] { return server_->stats().connections == 0; });
  }

  std::set<Hold*> waiting_;
  asio::io_context loop_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpHoldTest, IsAnsweredAndTheConnectionGoesOn) {
  TestClient client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    ASSERT_TRUE(run_until_waiting(1));
    EXPECT_EQ(server_->stats().held, 1u);
    (*waiting_.begin())->answer(hello());
    EXPECT_THAT(client.receive_response(), EndsWith("hello"));
    EXPECT_TRUE(run_until_waiting(0));
    EXPECT_EQ(server_->stats().held, 0u);
  }
}

TEST_F(HttpHoldTest, WhatWasSentEarlyIsAnsweredAfterIt) {
  TestClient client = connect();
  client.send(std::string(kGet) + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_waiting(1));
  (*waiting_.begin())->answer(hello());
  EXPECT_THAT(client.receive_response(), EndsWith("hello"));
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 200 "));
}

// LL-26
TEST_F(HttpHoldTest, IsForgottenAtOnceWhenThePeerHangsUp) {
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(run_until_waiting(1));
  client.close();
  EXPECT_TRUE(run_until_waiting(0));
  EXPECT_TRUE(run_until_closed());
  EXPECT_EQ(server_->stats().held, 0u);
}

// LL-26: bytes that wait to be read do not hide the reset behind them.
TEST_F(HttpHoldTest, IsForgottenAtOnceWhenThePeerResetsAfterItSentMore) {
  TestClient client = connect();
  client.send(std::string(kGet) + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_waiting(1));
  loop_.restart();
  loop_.poll();
  client.reset();
  EXPECT_TRUE(run_until_waiting(0));
  EXPECT_TRUE(run_until_closed());
}

// LL-26: nor the end.
TEST_F(HttpHoldTest, IsForgottenSoonWhenThePeerHangsUpAfterItSentMore) {
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(run_until_waiting(1));
  client.send("G");
  loop_.restart();
  loop_.poll();
  client.close();
  EXPECT_TRUE(run_until_waiting(0));
  EXPECT_TRUE(run_until_closed());
}

TEST_F(HttpHoldTest, WhatIsSentWhileItWaitsIsAnsweredAfterIt) {
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(run_until_waiting(1));
  client.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.restart();
  loop_.run_for(Millis(1200));  // it is looked for an end twice
  ASSERT_EQ(waiting_.size(), 1u);
  (*waiting_.begin())->answer(hello());
  EXPECT_THAT(client.receive_response(), EndsWith("hello"));
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpHoldTest, IsForgottenWhenTheServerCloses) {
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(run_until_waiting(1));
  server_->close_all();
  EXPECT_TRUE(run_until_closed());
  EXPECT_EQ(waiting_.size(), 0u);
}

TEST_F(HttpHoldTest, AnAnswerThatComesAsThePeerHangsUpGoesNowhere) {
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(run_until_waiting(1));
  client.close();
  (*waiting_.begin())->answer(hello());
  EXPECT_TRUE(run_until_closed());
  EXPECT_EQ(waiting_.size(), 0u);
}

}  // namespace
}  // namespace sluice::net
