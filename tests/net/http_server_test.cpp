// HttpServer over loopback, with deadlines of milliseconds.
#include "sluice/net/http_server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "io/log_capture.hpp"
#include "net/http_test_client.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

HttpResponse hello() {
  HttpResponse response;
  response.kind = ResourceKind::page;
  response.content_type = "text/plain";
  response.body = HttpBody::text("hello");
  return response;
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.listen = {asio::ip::make_address("127.0.0.1"), 0};
    options_.name = "http";
    options_.dialect.cors = true;
  }

  void start() {
    server_ = std::make_unique<HttpServer>(loop_, options_, [this](const HttpRequest& request) {
      paths_.push_back(request.path);
      return handler_(request);
    });
    ASSERT_FALSE(server_->start());
  }
  TestClient connect(int receive_buffer = 0) { return TestClient(loop_, server_->address(), receive_buffer); }
  bool run_until_closed() {
    return run_until(loop_, [&] { return server_->stats().connections == 0; });
  }

  asio::io_context loop_;
  HttpServerOptions options_;
  std::function<HttpReply(const HttpRequest&)> handler_ = [](const HttpRequest&) { return hello(); };
  std::vector<std::string> paths_;
  std::unique_ptr<HttpServer> server_;
};

// HC-10
TEST_F(HttpServerTest, OneConnectionServesManyRequests) {
  start();
  TestClient client = connect();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.exchange(kGet), EndsWith("Connection: keep-alive\r\n\r\nhello"));
  EXPECT_EQ(server_->stats().accepted, 1u);
}

TEST_F(HttpServerTest, AConnectionThatIsIdleHoldsNoBody) {
  auto body = HttpBody::text("hello");
  const std::weak_ptr<const HttpBody> held = body;
  handler_ = [&body](const HttpRequest&) {
    HttpResponse response = hello();
    response.body = std::exchange(body, nullptr);
    return response;
  };
  start();
  TestClient client = connect();
  EXPECT_THAT(client.exchange(kGet), EndsWith("hello"));
  EXPECT_TRUE(run_until(loop_, [&] { return held.expired(); }));
  EXPECT_EQ(server_->stats().connections, 1u);
}

// HC-10
TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  TestClient client = connect();
  client.send(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n"
      "Connection: close\r\n\r\nGET /never HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.ends());
  const std::string all = client.take_all();
  EXPECT_THAT(paths_, testing::ElementsAre("/1", "/2", "/3"));
  EXPECT_THAT(all, EndsWith("Connection: close\r\n\r\nhello"));
  EXPECT_THAT(all, HasSubstr("\r\n\r\nhelloHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, ARequestMayArriveByteByByte) {
  start();
  TestClient client = connect();
  for (const char byte : kGet) {
    client.send({&byte, 1});
    loop_.restart();
    loop_.poll();
  }
  EXPECT_THAT(client.receive_response(), EndsWith("hello"));
}

// HC-10
TEST_F(HttpServerTest, MethodsOfAReadOnlyServer) {
  start();
  TestClient client = connect();
  EXPECT_THAT(client.exchange("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(client.exchange("OPTIONS /x HTTP/1.1\r\nHost: h\r\n\r\n"),
              HasSubstr("Allow-Methods: GET, HEAD, OPTIONS"));
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"}) {
    const std::string answer = client.exchange(std::string(method) + " /x HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n")) << method;
  }
  EXPECT_THAT(client.exchange("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(paths_.empty());
}

// HC-10
TEST_F(HttpServerTest, AMalformedRequestIsAnsweredAndEndsTheConnection) {
  start();
  for (const std::string request : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
                                    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
                                    "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    TestClient client = connect();
    client.send(request);
    EXPECT_THAT(client.receive_response(), HasSubstr("\r\nConnection: close\r\n")) << request;
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(client.take_all(), "");
  }
  EXPECT_TRUE(paths_.empty());
  EXPECT_EQ(server_->stats().malformed, 3u);
}

// HC-10: a header far beyond the limit is refused while it still arrives, and the refusal can be read.
TEST_F(HttpServerTest, AnEndlessHeaderIsRefused) {
  start();
  TestClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100 * 1024, 'x'));
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 431 "));
  client.close();
  EXPECT_TRUE(run_until_closed());
}

// HC-10
TEST_F(HttpServerTest, AHeaderThatDripsIsCutOff) {
  options_.header_timeout = Millis(20);
  start();
  TestClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(server_->stats().header_timeouts, 1u);
}

// HC-10
TEST_F(HttpServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = Millis(20);
  start();
  TestClient fresh = connect();
  TestClient used = connect();
  used.exchange(kGet);
  EXPECT_TRUE(fresh.ends());
  EXPECT_TRUE(used.ends());
  EXPECT_EQ(fresh.take_all() + used.take_all(), "");
  EXPECT_TRUE(run_until_closed());
  EXPECT_EQ(server_->stats().header_timeouts, 0u);
}

TEST_F(HttpServerTest, ALargeBodyOfManyPiecesArrivesWhole) {
  std::vector<Payload> pieces;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 7 == 0 ? 0 : i * 20), static_cast<char>('a' + i % 26));
    pieces.push_back(Payload::copy_of(as_bytes(piece)));
    expected += piece;
  }
  HttpResponse response;
  response.body = HttpBody::media(pieces, "t");
  handler_ = [&](const HttpRequest&) { return response; };
  start();
  TestClient client = connect();
  for (int i = 0; i < 2; ++i) {
    const std::string answer = client.exchange(kGet);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + expected));
  }
}

// HC-15
TEST_F(HttpServerTest, AReaderThatStopsIsClosedAndItsBodyFreed) {
  options_.send_stall = Millis(30);
  std::weak_ptr<const HttpBody> body;
  handler_ = [&](const HttpRequest&) {
    HttpResponse response;
    response.body = HttpBody::media({Payload::copy_of(Bytes(16 * 1024 * 1024))}, "t");
    body = response.body;
    return response;
  };
  start();
  TestClient client = connect(4096);
  client.send(kGet);
  EXPECT_TRUE(run_until(loop_, [&] { return server_->stats().slow_closes == 1; }));
  EXPECT_TRUE(run_until_closed());
  EXPECT_TRUE(body.expired());
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreRefusedAtOnce) {
  options_.connections_max = 2;
  start();
  TestClient first = connect();
  TestClient second = connect();
  first.exchange(kGet);
  second.exchange(kGet);
  TestClient third = connect();
  const std::string answer = third.receive_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_TRUE(third.ends());
  first.close();
  EXPECT_TRUE(run_until(loop_, [&] { return server_->stats().connections == 1; }));
  TestClient fourth = connect();
  EXPECT_THAT(fourth.exchange(kGet), EndsWith("hello"));
  EXPECT_EQ(server_->stats().refused_at_limit, 1u);
}

TEST_F(HttpServerTest, OneAddressCannotTakeAllConnections) {
  options_.connections_per_address_max = 1;
  start();
  TestClient first = connect();
  first.exchange(kGet);
  TestClient second = connect();
  EXPECT_THAT(second.receive_response(), StartsWith("HTTP/1.1 503 "));
  first.close();
  EXPECT_TRUE(run_until_closed());
  TestClient third = connect();
  EXPECT_THAT(third.exchange(kGet), EndsWith("hello"));
}

asio::awaitable<HttpResponse> answer_after(asio::steady_timer& timer, bool& cancelled) {
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  cancelled = timer.expiry() == asio::steady_timer::time_point::max();
  co_return hello();
}

class HeldRequestTest : public HttpServerTest {
 protected:
  HeldRequestTest() {
    handler_ = [this](const HttpRequest& request) -> HttpReply {
      if (request.path != "/held") return hello();
      return answer_after(timer_, cancelled_);
    };
  }
  void answer_now() { timer_.expires_at(asio::steady_timer::clock_type::now()); }
  bool run_until_held() {
    return run_until(loop_, [&] { return server_->stats().held == 1; });
  }

  asio::steady_timer timer_{loop_, asio::steady_timer::time_point::max()};
  bool cancelled_ = false;
};

TEST_F(HeldRequestTest, IsAnsweredWhenTheHandlerIsDone) {
  start();
  TestClient client = connect();
  client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_held());
  answer_now();
  EXPECT_THAT(client.receive_response(), EndsWith("hello"));
  EXPECT_THAT(client.receive_response(), EndsWith("hello"));
  EXPECT_THAT(paths_, testing::ElementsAre("/held", "/next"));
  EXPECT_EQ(server_->stats().held, 0u);
}

TEST_F(HeldRequestTest, IsCancelledWhenThePeerHangsUp) {
  start();
  TestClient client = connect();
  client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_held());
  client.close();
  EXPECT_TRUE(run_until_closed());
  EXPECT_TRUE(cancelled_);
  EXPECT_EQ(server_->stats().held, 0u);
}

TEST_F(HeldRequestTest, IsCancelledWhenTheServerCloses) {
  start();
  TestClient client = connect();
  client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_held());
  server_->close_all();
  EXPECT_TRUE(run_until_closed());
  EXPECT_TRUE(cancelled_);
}

asio::awaitable<HttpResponse> throw_something() {
  throw std::runtime_error("the disk is on fire");
  co_return hello();
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsAnsweredWith500AndLogged) {
  const io::LogCapture log;
  handler_ = [](const HttpRequest&) -> HttpReply { return throw_something(); };
  start();
  TestClient client = connect();
  const std::string answer = client.exchange(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("fire")));
  EXPECT_TRUE(log.contains("the disk is on fire"));
}

TEST_F(HeldRequestTest, StoppingClosesIdleConnectionsAndFinishesTheOthers) {
  start();
  TestClient idle = connect();
  idle.exchange(kGet);
  TestClient busy = connect();
  busy.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until_held());
  server_->stop_accepting();
  EXPECT_TRUE(idle.ends());
  answer_now();
  EXPECT_THAT(busy.receive_response(), EndsWith("hello"));
  boost::system::error_code refused;
  asio::ip::tcp::socket late(loop_);
  late.connect(server_->address(), refused);
  EXPECT_TRUE(refused);
}

TEST_F(HttpServerTest, AdminTakesSmallBodiesAndRefusesOtherSites) {
  options_.name = "admin";
  options_.read_only = false;
  options_.same_origin_changes = true;
  options_.dialect = {.json_errors = true};
  options_.request.body_bytes = 16;
  handler_ = [](const HttpRequest& request) {
    HttpResponse response = hello();
    response.body = HttpBody::text(std::string(to_string(request.method)) + ":" + request.body);
    return response;
  };
  start();
  TestClient client = connect();
  EXPECT_THAT(client.exchange("POST /drain HTTP/1.1\r\nHost: h:8081\r\nContent-Length: 2\r\n\r\n{}"),
              EndsWith("POST:{}"));
  EXPECT_THAT(client.exchange("DELETE /x HTTP/1.1\r\nHost: h:8081\r\nOrigin: http://h:8081\r\n\r\n"),
              EndsWith("DELETE:"));
  const std::string refused =
      client.exchange("POST /drain HTTP/1.1\r\nHost: h:8081\r\nOrigin: https://evil.example\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(refused,
              EndsWith("{\"status\":403,\"error\":\"a page of another site may not change anything here\"}\n"));
  EXPECT_THAT(client.exchange("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 17\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, ItsMetricsTellWhatWasServed) {
  start();
  TestClient client = connect();
  client.exchange(kGet);
  client.exchange("POST / HTTP/1.1\r\nHost: h\r\n\r\n");
  io::MetricsWriter metrics;
  server_->collect(metrics);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr(R"(sluice_http_requests_total{listener="http",kind="page",method="GET",code="200"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(sluice_http_requests_total{listener="http",kind="other",method="POST",code="405"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(sluice_http_requests_total{listener="http",kind="segment",method="GET",code="200"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(sluice_http_connections{listener="http"} 1)"));
}

TEST_F(HttpServerTest, AnAddressInUseIsAnError) {
  start();
  options_.listen = server_->address();
  HttpServer second(loop_, options_, handler_);
  EXPECT_EQ(second.start(), asio::error::address_in_use);
}

}  // namespace
}  // namespace sluice::net
