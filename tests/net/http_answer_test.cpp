#include "sluice/net/http_answer.hpp"

#include <gmock/gmock.h>

namespace sluice::net {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime kNow{Seconds(1795233312)};

Payload bytes_of(std::string_view text) { return Payload::copy_of(as_bytes(text)); }

HttpResponse playlist() {
  HttpResponse response;
  response.cache = CacheClass::live_playlist;
  response.target_duration = Seconds(4);
  response.content_type = "application/vnd.apple.mpegurl";
  response.body = HttpBody::text("#EXTM3U\n#EXT-X-VERSION:7\n");
  response.last_modified = kNow - Seconds(2);
  return response;
}

// "0123456789" in three pieces.
HttpResponse segment() {
  HttpResponse response;
  response.cache = CacheClass::media;
  response.content_type = "video/iso.segment";
  response.accepts_ranges = true;
  response.body = HttpBody::media({bytes_of("012"), bytes_of("3456"), bytes_of("789")}, "s-7");
  response.last_modified = kNow;
  return response;
}

class HttpAnswerTest : public testing::Test {
 protected:
  // Head and body as they would be sent.
  std::string answer(HttpResponse response) {
    answer_.make(request_, std::move(response), true, kNow);
    std::string sent = answer_.head();
    std::size_t body = 0;
    for (const ByteView piece : answer_.pieces()) {
      sent += as_text(piece);
      body += piece.size();
    }
    EXPECT_EQ(body, answer_.body_bytes());
    return sent;
  }
  std::string body_of(const std::string& sent) { return sent.substr(sent.find("\r\n\r\n") + 4); }

  HttpRequest request_;
  HttpAnswer answer_{{.cors = true}};
};

// HC-01, HC-02, HC-07, HC-08, HC-16
TEST_F(HttpAnswerTest, APlaylistWhole) {
  EXPECT_EQ(answer(playlist()),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sat, 21 Nov 2026 03:55:12 GMT\r\n"
            "Content-Length: 25\r\n"
            "Content-Type: application/vnd.apple.mpegurl\r\n"
            "Vary: Accept-Encoding\r\n"
            "Cache-Control: public, max-age=2\r\n"
            "ETag: \"d94852311a1c5cd7c40994da\"\r\n"
            "Last-Modified: Sat, 21 Nov 2026 03:55:10 GMT\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: Content-Length, Content-Range, Date, Age, ETag\r\n"
            "Timing-Allow-Origin: *\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            "#EXTM3U\n#EXT-X-VERSION:7\n");
}

TEST_F(HttpAnswerTest, APartOfASegmentWhole) {
  request_.range = "bytes=2-7";
  EXPECT_EQ(answer(segment()),
            "HTTP/1.1 206 Partial Content\r\n"
            "Date: Sat, 21 Nov 2026 03:55:12 GMT\r\n"
            "Content-Length: 6\r\n"
            "Content-Type: video/iso.segment\r\n"
            "Cache-Control: public, max-age=31536000, immutable\r\n"
            "ETag: \"s-7\"\r\n"
            "Last-Modified: Sat, 21 Nov 2026 03:55:12 GMT\r\n"
            "Accept-Ranges: bytes\r\n"
            "Content-Range: bytes 2-7/10\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: Content-Length, Content-Range, Date, Age, ETag\r\n"
            "Timing-Allow-Origin: *\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            "234567");
}

// HC-05
TEST_F(HttpAnswerTest, EveryRangeOfEveryPiece) {
  const std::string all = "0123456789";
  for (std::size_t first = 0; first < all.size(); ++first) {
    for (std::size_t last = first; last < all.size(); ++last) {
      request_.range = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
      EXPECT_EQ(body_of(answer(segment())), all.substr(first, last - first + 1)) << request_.range;
    }
  }
}

// HC-05
TEST_F(HttpAnswerTest, ARangeBeyondTheEndIsNotSatisfiable) {
  request_.range = "bytes=10-";
  const std::string sent = answer(segment());
  EXPECT_THAT(sent, HasSubstr("HTTP/1.1 416 Range Not Satisfiable\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Range: bytes */10\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(sent, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("immutable")));
  EXPECT_EQ(body_of(sent), "");
}

// HC-05
TEST_F(HttpAnswerTest, IfRangeMustNameTheseVeryBytes) {
  request_.range = "bytes=0-1";
  for (const char* match : {"\"s-7\"", "Sat, 21 Nov 2026 03:55:12 GMT"}) {
    request_.if_range = match;
    EXPECT_EQ(body_of(answer(segment())), "01") << match;
  }
  for (const char* other : {"\"s-8\"", "W/\"s-7\"", "Sat, 21 Nov 2026 03:55:11 GMT", "s-7"}) {
    request_.if_range = other;
    EXPECT_EQ(body_of(answer(segment())), "0123456789") << other;
    EXPECT_EQ(answer_.status(), 200);
  }
}

// HC-05
TEST_F(HttpAnswerTest, PlaylistsHaveNoRangesAndSeveralRangesAreTheWhole) {
  request_.range = "bytes=0-1";
  EXPECT_THAT(answer(playlist()), HasSubstr("HTTP/1.1 200 OK\r\n"));
  request_.range = "bytes=0-1, 3-4";
  EXPECT_EQ(body_of(answer(segment())), "0123456789");
}

// HC-04
TEST_F(HttpAnswerTest, HeadHasTheFieldsOfGetAndNoBody) {
  for (const HttpResponse& response : {playlist(), segment(), http_error(404, "no such stream", CacheClass::error)}) {
    request_.method = HttpMethod::get;
    const std::string get = answer(response);
    request_.method = HttpMethod::head;
    EXPECT_EQ(answer(response), get.substr(0, get.find("\r\n\r\n") + 4));
  }
  request_.range = "bytes=0-1";
  EXPECT_THAT(answer(segment()), HasSubstr("Content-Length: 10\r\n"));
}

// HC-03
TEST_F(HttpAnswerTest, GzipIsAnotherRepresentationWithAnotherTag) {
  const HttpResponse response = playlist();
  answer(response);
  request_.accept_encoding = "gzip";
  const std::string sent = answer(response);
  EXPECT_THAT(sent, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(sent, HasSubstr("Vary: Accept-Encoding\r\n"));
  EXPECT_THAT(sent, HasSubstr("ETag: \"d94852311a1c5cd7c40994da-gzip\"\r\n"));
  EXPECT_EQ(as_text(gunzip(as_bytes(body_of(sent)))), "#EXTM3U\n#EXT-X-VERSION:7\n");
  const std::uint8_t* const first = answer_.pieces()[0].data();
  answer(response);
  EXPECT_EQ(answer_.pieces()[0].data(), first) << "made once a body";
  EXPECT_THAT(answer(segment()), Not(HasSubstr("Content-Encoding")));
}

// HC-06
TEST_F(HttpAnswerTest, WhatTheClientHasIsNotSentAgain) {
  request_.if_none_match = "\"other\", \"s-7\"";
  EXPECT_EQ(answer(segment()),
            "HTTP/1.1 304 Not Modified\r\n"
            "Date: Sat, 21 Nov 2026 03:55:12 GMT\r\n"
            "Cache-Control: public, max-age=31536000, immutable\r\n"
            "ETag: \"s-7\"\r\n"
            "Last-Modified: Sat, 21 Nov 2026 03:55:12 GMT\r\n"
            "Accept-Ranges: bytes\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: Content-Length, Content-Range, Date, Age, ETag\r\n"
            "Timing-Allow-Origin: *\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Connection: keep-alive\r\n"
            "\r\n");
}

// HC-06
TEST_F(HttpAnswerTest, ConditionsInTheirOrder) {
  const auto status = [&](const char* if_none_match, const char* if_modified_since, const char* encoding = "") {
    request_.if_none_match = if_none_match;
    request_.if_modified_since = if_modified_since;
    request_.accept_encoding = encoding;
    answer(playlist());
    return answer_.status();
  };
  const char* const tag = "\"d94852311a1c5cd7c40994da\"";
  EXPECT_EQ(status(tag, ""), 304);
  EXPECT_EQ(status("*", ""), 304);
  EXPECT_EQ(status("", "Sat, 21 Nov 2026 03:55:10 GMT"), 304);
  EXPECT_EQ(status("", "Sat, 21 Nov 2026 03:55:12 GMT"), 304);
  EXPECT_EQ(status("", "Sat, 21 Nov 2026 03:55:09 GMT"), 200);
  EXPECT_EQ(status("", "yesterday"), 200);
  EXPECT_EQ(status("\"other\"", "Sat, 21 Nov 2026 03:55:12 GMT"), 200) << "the tag counts, not the date";
  EXPECT_EQ(status(tag, "", "gzip"), 200) << "the client has the other representation";
}

TEST_F(HttpAnswerTest, ErrorsAreNeverNotModified) {
  request_.if_none_match = "*";
  answer(http_error(404, "no such stream", CacheClass::error));
  EXPECT_EQ(answer_.status(), 404);
}

// HC-07
TEST_F(HttpAnswerTest, PreflightIsAllowed) {
  request_.method = HttpMethod::options;
  HttpResponse response;
  response.status = 204;
  response.allow = "GET, HEAD, OPTIONS";
  const std::string sent = answer(std::move(response));
  EXPECT_THAT(sent, HasSubstr("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(sent, HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(sent, HasSubstr("Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(sent, HasSubstr("Access-Control-Allow-Headers: Range, "));
  EXPECT_THAT(sent, HasSubstr("Access-Control-Max-Age: 86400\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("\r\nContent-Length")));
}

// HC-07
TEST_F(HttpAnswerTest, ErrorsAsTextOrJson) {
  HttpResponse response = http_error(503, "nothing to play \"yet\"", CacheClass::error);
  response.retry_after = Seconds(2);
  const std::string text = answer(response);
  EXPECT_THAT(text, HasSubstr("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(text, HasSubstr("Cache-Control: public, max-age=1\r\n"));
  EXPECT_THAT(text, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_THAT(text, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_EQ(body_of(text), "nothing to play \"yet\"\n");

  HttpAnswer admin({.json_errors = true});
  admin.make(request_, response, false, kNow);
  EXPECT_THAT(admin.head(), HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(admin.head(), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(admin.head(), Not(HasSubstr("Access-Control")));
  EXPECT_EQ(as_text(admin.pieces()[0]), "{\"status\":503,\"error\":\"nothing to play \\\"yet\\\"\"}\n");
}

// HC-01
TEST(HttpCache, EachClassByTheTable) {
  const struct {
    CacheClass cache;
    int target_duration;
    const char* expected;
  } cases[] = {
      {CacheClass::no_store, 2, "no-store"},
      {CacheClass::live_playlist, 6, "public, max-age=3"},
      {CacheClass::live_playlist, 2, "public, max-age=1"},
      {CacheClass::live_playlist, 1, "public, max-age=1"},
      {CacheClass::ended_playlist, 2, "public, max-age=60"},
      {CacheClass::media, 2, "public, max-age=31536000, immutable"},
      {CacheClass::error, 2, "public, max-age=1"},
      {CacheClass::asset, 2, "public, max-age=300"},
      {CacheClass::page, 2, "public, max-age=60"},
  };
  for (const auto& c : cases) EXPECT_EQ(cache_control(c.cache, Seconds(c.target_duration)), c.expected);
}

TEST(HttpBodyTest, TheSameBytesHaveTheSameTag) {
  EXPECT_EQ(HttpBody::text("a")->etag(), HttpBody::text("a")->etag());
  EXPECT_NE(HttpBody::text("a")->etag(), HttpBody::text("b")->etag());
  EXPECT_EQ(HttpBody::media({bytes_of("ab"), bytes_of("c")})->etag(), HttpBody::media({bytes_of("abc")})->etag());
  EXPECT_EQ(HttpBody::media({}, "name")->etag(), "\"name\"");
  EXPECT_EQ(HttpBody::media({bytes_of("x")})->gzip(), nullptr);
}

TEST(HttpBodyTest, GzipBothWays) {
  for (const std::size_t size : {0u, 1u, 65536u, 300000u}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>('a' + i % 23);
    EXPECT_EQ(as_text(gunzip(gzip_of(as_bytes(text)).view())), text) << size;
    EXPECT_EQ(as_text(gzip_of(as_bytes(text)).view()), as_text(gzip_of(as_bytes(text)).view()));
  }
}

}  // namespace
}  // namespace sluice::net
