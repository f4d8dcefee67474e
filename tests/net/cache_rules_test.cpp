// What caches are told of each kind of answer (checklist HC-01, HC-03, HC-08; rfc8216bis appendix B.1): the header
// fields as they go out, one golden text a kind.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <regex>

#include "net/low_latency_stream.hpp"
#include "sluice/net/http_answer.hpp"
#include "sluice/net/media_handler.hpp"

namespace sluice::net {
namespace {

using ::testing::HasSubstr;
using testing::LowLatencyStream;
using ::testing::Not;

class CacheRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    low_.first_segment();
    low_.parts(2);
    session_ = low_.stream().session()->text();
  }

  HttpRequest request(const std::string& path, const std::string& query = "") const {
    HttpRequest request;
    request.path = path;
    request.query = query;
    return request;
  }
  // The head of the answer, which must be there at once, with entity tags of texts as "…".
  std::string head(const HttpRequest& request) {
    HttpReply reply = media_.reply(request);
    HttpAnswer answer({.cors = false});
    answer.make(request, std::move(std::get<HttpResponse>(reply)), true, WallTime(Seconds(1795233600)));
    std::string text = std::regex_replace(answer.head(), std::regex("\r"), "");
    text = std::regex_replace(text, std::regex("ETag: \"[0-9a-f]{24}"), "ETag: \"…");
    text = std::regex_replace(text, std::regex(session_), "SESSION");
    text = std::regex_replace(text, std::regex("(Date|Content-Length|X-Content-Type-Options|Connection): .*\n"), "");
    EXPECT_THAT(answer.head(), HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer.head(), Not(HasSubstr("\r\nAge: ")));
    return text;
  }
  std::string head(const std::string& path, const std::string& query = "") { return head(request(path, query)); }
  std::string media_path(const std::string& name) const { return "/live/low/fmp4/" + session_ + "/" + name; }

  boost::asio::io_context loop_;
  hls::testing::FakeRenderer renderer_;
  live::Hub hub_{{.slots = 3}, renderer_, nullptr, 1};
  StaticPages pages_;
  MediaHandler media_{loop_.get_executor(), {}, hub_, pages_, nullptr};
  LowLatencyStream low_{hub_, "low"};
  std::string session_;
};

TEST_F(CacheRulesTest, MultivariantPlaylistsAreKeptForHalfATargetDuration) {
  EXPECT_EQ(head("/live/low/fmp4/index.m3u8"),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=1\n"
            "ETag: \"…\"\n\n");
}

TEST_F(CacheRulesTest, ALowLatencyPlaylistIsKeptForASecond) {
  EXPECT_EQ(head(low_.playlist_path()),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=1\n"
            "ETag: \"…\"\n\n");
}

TEST_F(CacheRulesTest, ABlockingPlaylistIsKeptForSixTargetDurations) {
  EXPECT_EQ(head(low_.playlist_path(), "_HLS_msn=1001&_HLS_part=1"),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=12\n"
            "ETag: \"…\"\n\n");
}

TEST_F(CacheRulesTest, ABlockingPlaylistThatEndsWithAWholeSegmentIsKeptForASecondByCachesAlone) {
  low_.parts(2);
  EXPECT_EQ(head(low_.playlist_path(), "_HLS_msn=1001"),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=0, s-maxage=1\n"
            "ETag: \"…\"\n\n");
}

TEST_F(CacheRulesTest, AnEndedPlaylistIsKeptForAMinute) {
  low_.end();
  EXPECT_EQ(head(low_.playlist_path(), "_HLS_msn=1001&_HLS_part=1"),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=60\n"
            "ETag: \"…\"\n\n");
}

TEST_F(CacheRulesTest, MediaIsKeptForEver) {
  const std::string kept =
      "Cache-Control: public, max-age=31536000, immutable\n"
      "ETag: \"SESSION/";
  EXPECT_EQ(head(media_path("init-7.mp4")),
            "HTTP/1.1 200 OK\nContent-Type: video/mp4\n" + kept + "7\"\nAccept-Ranges: bytes\n\n");
  EXPECT_EQ(head(media_path("1000.m4s")),
            "HTTP/1.1 200 OK\nContent-Type: video/iso.segment\n" + kept + "1000f\"\nAccept-Ranges: bytes\n\n");
  EXPECT_EQ(head(media_path("part-7-2.m4s")),
            "HTTP/1.1 200 OK\nContent-Type: video/iso.segment\n" + kept + "7-2\"\nAccept-Ranges: bytes\n\n");
}

TEST_F(CacheRulesTest, APartOfAPartIsOne) {
  HttpRequest range = request(media_path("part-7-2.m4s"));
  range.range = "bytes=0-3";
  EXPECT_EQ(head(range),
            "HTTP/1.1 206 Partial Content\n"
            "Content-Type: video/iso.segment\n"
            "Cache-Control: public, max-age=31536000, immutable\n"
            "ETag: \"SESSION/7-2\"\n"
            "Accept-Ranges: bytes\n"
            "Content-Range: bytes 0-3/12\n\n");
}

TEST_F(CacheRulesTest, ErrorsAreKeptForASecond) {
  const std::string rest =
      "Content-Type: text/plain; charset=utf-8\n"
      "Vary: Accept-Encoding\n"
      "Cache-Control: public, max-age=1\n";
  EXPECT_EQ(head(low_.playlist_path(), "_HLS_part=1"), "HTTP/1.1 400 Bad Request\n" + rest + "\n");
  EXPECT_EQ(head(media_path("part-7-99.m4s")), "HTTP/1.1 404 Not Found\n" + rest + "\n");
  EXPECT_EQ(head("/live/nobody/index.m3u8"), "HTTP/1.1 404 Not Found\n" + rest + "\n");
  LowLatencyStream fresh(hub_, "fresh");
  HttpRequest early = request(fresh.playlist_path());
  early.method = HttpMethod::head;
  EXPECT_EQ(head(early), "HTTP/1.1 503 Service Unavailable\n" + rest + "Retry-After: 1\n\n");
}

// HC-03: each representation has a tag of its own.
TEST_F(CacheRulesTest, ACompressedPlaylistIsAnotherRepresentation) {
  HttpRequest gzip = request(low_.playlist_path(), "_HLS_msn=1001&_HLS_part=1");
  gzip.accept_encoding = "gzip";
  EXPECT_EQ(head(gzip),
            "HTTP/1.1 200 OK\n"
            "Content-Type: application/vnd.apple.mpegurl\n"
            "Content-Encoding: gzip\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=12\n"
            "ETag: \"…-gzip\"\n\n");
}

// HC-06: who has it already is told so, and how much longer it is good.
TEST_F(CacheRulesTest, AConditionThatHoldsIsAnsweredWithTheSameRules) {
  HttpRequest again = request(low_.playlist_path());
  const auto reply = std::get<HttpResponse>(media_.reply(again));
  again.if_none_match = reply.body->etag();
  EXPECT_EQ(head(again),
            "HTTP/1.1 304 Not Modified\n"
            "Vary: Accept-Encoding\n"
            "Cache-Control: public, max-age=1\n"
            "ETag: \"…\"\n\n");
}

}  // namespace
}  // namespace sluice::net
