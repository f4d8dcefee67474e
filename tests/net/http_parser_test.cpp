#include "sluice/net/http_parser.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::net {
namespace {

using namespace std::string_literals;
using State = HttpRequestParser::State;

struct Outcome {
  State state = State::need_more;
  int status = 0;
  std::size_t consumed = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Feeds `bytes` in pieces as a connection would: what was not consumed comes again with what follows.
Outcome feed_in_pieces(HttpRequestParser& parser, std::string_view bytes, const std::vector<std::size_t>& ends) {
  Outcome outcome;
  for (const std::size_t end : ends) {
    const std::string_view waiting = bytes.substr(outcome.consumed, end - outcome.consumed);
    outcome.state = parser.feed(as_bytes(waiting));
    outcome.consumed += parser.consumed();
    if (outcome.state != State::need_more) break;
  }
  if (outcome.state == State::failed) outcome.status = parser.error_status();
  return outcome;
}

Outcome feed(std::string_view bytes, HttpParserLimits limits = {}) {
  HttpRequestParser parser(limits);
  return feed_in_pieces(parser, bytes, {bytes.size()});
}

TEST(HttpParser, ARequestIsTheSameAtEverySplit) {
  const std::string_view bytes =
      "\r\nGET /live/a/index.m3u8?q=1 HTTP/1.1\r\nHost: sluice.example:8080\r\nAccept-Encoding: gzip\r\n"
      "Accept-Encoding: br\r\nRANGE: bytes=0-1\r\nIf-None-Match: \"x\"\r\nX-Other: y\r\n\r\n";
  const auto check = [&](HttpRequestParser& parser, const Outcome& outcome) {
    ASSERT_EQ(outcome.state, State::done);
    EXPECT_EQ(outcome.consumed, bytes.size());
    const HttpRequest& request = parser.request();
    EXPECT_EQ(request.method, HttpMethod::get);
    EXPECT_EQ(request.path, "/live/a/index.m3u8");
    EXPECT_EQ(request.query, "q=1");
    EXPECT_EQ(request.host, "sluice.example:8080");
    EXPECT_EQ(request.accept_encoding, "gzip, br");
    EXPECT_EQ(request.range, "bytes=0-1");
    EXPECT_EQ(request.if_none_match, "\"x\"");
    EXPECT_TRUE(parser.keep_alive());
  };
  for (std::size_t split = 1; split <= bytes.size(); ++split) {
    SCOPED_TRACE(split);
    HttpRequestParser parser({});
    check(parser, feed_in_pieces(parser, bytes, {split, bytes.size()}));
  }
  std::vector<std::size_t> each_byte;
  for (std::size_t end = 1; end <= bytes.size(); ++end) each_byte.push_back(end);
  HttpRequestParser parser({});
  check(parser, feed_in_pieces(parser, bytes, each_byte));
}

// HC-10
TEST(HttpParser, PipelinedRequestsComeOneAfterTheOther) {
  const std::string first = "GET /1 HTTP/1.1\r\nHost: h\r\nIf-Range: \"a\"\r\n\r\n";
  const std::string both = first + "HEAD /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  HttpRequestParser parser({});
  ASSERT_EQ(parser.feed(as_bytes(both)), State::done);
  EXPECT_EQ(parser.consumed(), first.size());
  parser.reset();
  EXPECT_FALSE(parser.started());
  ASSERT_EQ(parser.feed(as_bytes(both).subspan(first.size())), State::done);
  EXPECT_EQ(parser.request().method, HttpMethod::head);
  EXPECT_EQ(parser.request().path, "/2");
  EXPECT_EQ(parser.request().if_range, "");
}

TEST(HttpParser, KeepAliveFollowsVersionAndField) {
  const auto keep_alive = [](std::string_view bytes) {
    HttpRequestParser parser({});
    EXPECT_EQ(parser.feed(as_bytes(bytes)), State::done) << bytes;
    return parser.keep_alive();
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

// HC-10: no two parsers may disagree on where a request ends.
TEST(HttpParser, WhatIsRefusedAndHow) {
  const struct {
    const char* name;
    std::string bytes;
    int status;
  } cases[] = {
      {"TE and CL", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", 400},
      {"CL and TE", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", 400},
      {"odd length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\n", 400},
      {"negative length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -4\r\n\r\n", 400},
      {"chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
      {"odd coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 411},
      {"space before colon", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n", 400},
      {"a body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", 413},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"expectation", "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", 417},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"no version", "GET /\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400},
      {"RTMP", std::string("\x03", 1) + std::string(1536, 'x'), 400},
      {"line feed alone", "GET / HTTP/1.1\r\nHost: h\n\n", 400},
      {"traversal", "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"NUL in a field", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s, 400},
  };
  for (const auto& c : cases) {
    const Outcome outcome = feed(c.bytes);
    EXPECT_EQ(outcome.state, State::failed) << c.name;
    EXPECT_EQ(outcome.status, c.status) << c.name;
  }
}

// HC-10
TEST(HttpParser, TheRequestLineEndsAtItsLimit) {
  const HttpParserLimits limits{.request_line_bytes = 100, .header_bytes = 1000};
  const std::string around = "GET / HTTP/1.1\r\n";
  const std::string at_limit = "GET /" + std::string(100 - around.size(), 'a') + " HTTP/1.1\r\n";
  ASSERT_EQ(at_limit.size(), 100u);
  EXPECT_EQ(feed(at_limit + "Host: h\r\n\r\n", limits).state, State::done);
  const std::string beyond = "GET /a" + std::string(100 - around.size(), 'a') + " HTTP/1.1\r\n";
  EXPECT_EQ(feed(beyond + "Host: h\r\n\r\n", limits).status, 414);
  // Before its end has come.
  EXPECT_EQ(feed("GET /" + std::string(95, 'a'), limits).status, 414);
  EXPECT_EQ(feed("GET /" + std::string(94, 'a'), limits).state, State::need_more);
}

// HC-10
TEST(HttpParser, TheHeaderEndsAtItsLimitHoweverItArrives) {
  const HttpParserLimits limits{.request_line_bytes = 100, .header_bytes = 300};
  const auto request_of = [](std::size_t size) {
    std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
    while (size - text.size() > 60) text += "X: 67890123456789012345678901234567890\r\n";
    const std::size_t padding = size - text.size() - std::string_view("Y: \r\n\r\n").size();
    return text + "Y: " + std::string(padding, 'y') + "\r\n\r\n";
  };
  for (const std::size_t step : {1u, 7u, 1000u}) {
    SCOPED_TRACE(step);
    for (const std::size_t size : {300u, 301u}) {
      const std::string bytes = request_of(size);
      ASSERT_EQ(bytes.size(), size);
      std::vector<std::size_t> ends;
      for (std::size_t end = step; end < size; end += step) ends.push_back(end);
      ends.push_back(size);
      HttpRequestParser parser(limits);
      const Outcome outcome = feed_in_pieces(parser, bytes, ends);
      EXPECT_EQ(outcome.state, size == 300 ? State::done : State::failed);
      EXPECT_EQ(outcome.status, size == 300 ? 0 : 431);
    }
  }
}

TEST(HttpParser, ASmallBodyIsReadWhereItIsAllowed) {
  const HttpParserLimits limits{.body_bytes = 4};
  const std::string head = "POST /api/v1/drain HTTP/1.1\r\nHost: h\r\nContent-Length: ";
  for (std::size_t split = 1; split < head.size(); ++split) {
    HttpRequestParser parser(limits);
    const std::string bytes = head + "4\r\n\r\nbodyGET";
    const Outcome outcome = feed_in_pieces(parser, bytes, {split, bytes.size() - 5, bytes.size()});
    ASSERT_EQ(outcome.state, State::done) << split;
    EXPECT_EQ(parser.request().body, "body");
    EXPECT_EQ(outcome.consumed, bytes.size() - 3);
  }
  EXPECT_EQ(feed(head + "5\r\n\r\nbody!", limits).status, 413);
}

TEST(HttpParser, EmptyLinesBeforeARequestAreNoRequest) {
  HttpRequestParser parser({});
  EXPECT_EQ(parser.feed(as_bytes("\r\n\r\n\r")), State::need_more);
  EXPECT_EQ(parser.consumed(), 4u);
  EXPECT_FALSE(parser.started());
}

}  // namespace
}  // namespace sluice::net
