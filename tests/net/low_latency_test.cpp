// What the media port answers about a low-latency stream: the table "Held requests" of docs/low-latency.md, row by row.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "net/http_test_client.hpp"
#include "net/low_latency_stream.hpp"
#include "sluice/net/media_handler.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using testing::LowLatencyStream;
using ::testing::Not;

class LowLatencyTest : public ::testing::Test {
 protected:
  struct Client {
    std::unique_ptr<HttpHold> hold;
    std::optional<HttpResponse> response;
  };

  void SetUp() override { stream_.first_segment(); }

  std::shared_ptr<Client> begin(const std::string& path, const std::string& query = "",
                                HttpMethod method = HttpMethod::get) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    auto client = std::make_shared<Client>();
    HttpReply reply = media_.reply(request);
    if (auto* at_once = std::get_if<HttpResponse>(&reply)) {
      client->response = std::move(*at_once);
    } else {
      client->hold = std::move(std::get<std::unique_ptr<HttpHold>>(reply));
      client->hold->wait([client = client.get()](HttpResponse response) { client->response = std::move(response); });
    }
    return client;
  }
  std::shared_ptr<Client> playlist(const std::string& query = "", HttpMethod method = HttpMethod::get) {
    return begin(stream_.playlist_path(), query, method);
  }
  // An answer that must be there.
  HttpResponse now(const std::shared_ptr<Client>& client) {
    loop_.restart();
    loop_.poll();
    EXPECT_TRUE(client->response.has_value()) << "it is held";
    return client->response.value_or(HttpResponse());
  }
  bool is_held(const std::shared_ptr<Client>& client) {
    loop_.restart();
    loop_.poll();
    return !client->response.has_value();
  }
  static std::string text(const HttpResponse& response) {
    if (response.body == nullptr) return response.message;
    std::string all;
    for (const Payload& piece : response.body->pieces()) all += as_text(piece.view());
    return all;
  }
  static std::string msn(std::uint64_t number) { return "_HLS_msn=" + std::to_string(number); }

  asio::io_context loop_;
  hls::testing::FakeRenderer renderer_;
  live::Hub hub_{{.slots = 3}, renderer_, nullptr, 1};
  StaticPages pages_;
  MediaHandler media_{loop_.get_executor(), {}, hub_, pages_, nullptr};
  LowLatencyStream stream_{hub_, "a"};
};

TEST_F(LowLatencyTest, APlainReloadIsAnsweredAtOnceAndKeptASecond) {
  const HttpResponse response = now(playlist());
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(text(response), HasSubstr("#EXT-X-PART-INF:"));
  EXPECT_EQ(response.cache, CacheClass::low_latency_playlist);
}

// LL-15
TEST_F(LowLatencyTest, WhatIsListedAlreadyIsAnsweredAtOnceWithTheCurrentPlaylist) {
  stream_.parts(2);
  for (const std::string& query :
       std::vector<std::string>{msn(1), msn(1000), msn(1001) + "&_HLS_part=0", msn(1001) + "&_HLS_part=1"}) {
    const HttpResponse response = now(playlist(query));
    EXPECT_EQ(response.status, 200) << query;
    EXPECT_EQ(response.cache, CacheClass::blocking_playlist) << query;
    EXPECT_EQ(text(response), text(now(playlist()))) << query;
  }
}

// LL-14
TEST_F(LowLatencyTest, WhatComesNextIsHeldUntilItIsListed) {
  const auto part = playlist(msn(1001) + "&_HLS_part=0");
  const auto segment = playlist(msn(1001));
  EXPECT_TRUE(is_held(part));
  stream_.part();
  const HttpResponse response = now(part);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.cache, CacheClass::blocking_playlist);
  EXPECT_EQ(response.target_duration, Seconds(2));
  EXPECT_THAT(text(response), HasSubstr(hls::uri_of(stream_.part_name(2))));
  stream_.parts(2);
  EXPECT_TRUE(is_held(segment));
  stream_.part();
  EXPECT_THAT(text(now(segment)), HasSubstr("/1001.m4s\n"));
}

// video.js asks for the last part of a segment again, until the answer names one of the next.
TEST_F(LowLatencyTest, AnAnswerThatEndsWithAWholeSegmentIsSoonAskedForAnew) {
  const auto last = playlist(msn(1001) + "&_HLS_part=3");
  stream_.parts(4);
  const HttpResponse response = now(last);
  EXPECT_THAT(text(response), HasSubstr("/1001.m4s\n"));
  EXPECT_EQ(response.cache, CacheClass::segment_end_playlist);
  stream_.part();
  EXPECT_EQ(now(playlist(msn(1001) + "&_HLS_part=3")).cache, CacheClass::blocking_playlist);
}

// LL-27
TEST_F(LowLatencyTest, AllWhoWaitForTheSameShareItsText) {
  const auto one = playlist(msn(1001) + "&_HLS_part=0");
  const auto other = playlist(msn(1001) + "&_HLS_part=0");
  stream_.part();
  const HttpResponse response = now(one);
  EXPECT_EQ(response.body, now(other).body);
  EXPECT_EQ(response.body, now(playlist()).body);
  EXPECT_EQ(response.body->gzip(), now(other).body->gzip());
}

// LL-16
TEST_F(LowLatencyTest, WhatCannotBeWaitedForIsABadRequestThatSaysWhy) {
  stream_.parts(2);
  const struct {
    std::string query;
    std::string why;
  } table[] = {
      {"_HLS_part=0", "_HLS_part"},
      {"_HLS_msn=", "_HLS_msn"},
      {"_HLS_msn=-1", "-1"},
      {"_HLS_msn=abc", "abc"},
      {"_HLS_msn=1001&_HLS_part=x", "_HLS_part"},
      {msn(1003), "_HLS_msn=1003 is too far ahead"},
      {msn(1001) + "&_HLS_part=99", "_HLS_msn=1001 with _HLS_part=99 is too far ahead"},
  };
  for (const auto& [query, why] : table) {
    const HttpResponse response = now(playlist(query));
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.message, HasSubstr(why)) << query;
    EXPECT_EQ(response.cache, CacheClass::error) << query;
  }
}

// LL-18
TEST_F(LowLatencyTest, WhatIsNoDirectiveMeansNothing) {
  EXPECT_EQ(now(playlist("_HLS_later=7&CMCD=sid%3D%22x%22&_HLS_skip=v9&token=a")).body, now(playlist()).body);
  EXPECT_EQ(now(playlist("CMCD=x&" + msn(1000))).status, 200);
}

// LL-20
TEST_F(LowLatencyTest, ADeltaUpdateIsSentToWhoAsksForOne) {
  for (int i = 0; i < 12; ++i) stream_.parts(4);
  const HttpResponse delta = now(playlist("_HLS_skip=YES"));
  EXPECT_THAT(text(delta), HasSubstr("#EXT-X-SKIP:"));
  EXPECT_EQ(delta.cache, CacheClass::low_latency_playlist);
  const auto held = playlist(msn(stream_.msn()) + "&_HLS_part=0&_HLS_skip=v2");
  const auto whole = playlist(msn(stream_.msn()) + "&_HLS_part=0");
  stream_.part();
  EXPECT_THAT(text(now(held)), HasSubstr("#EXT-X-SKIP:"));
  EXPECT_THAT(text(now(whole)), Not(HasSubstr("#EXT-X-SKIP:")));
}

// MP-20
TEST_F(LowLatencyTest, WhoeverWaitsGetsTheEndOfThePlaylistWithTheStream) {
  stream_.part();
  const auto for_playlist = playlist(msn(1001) + "&_HLS_part=3");
  const auto for_part = begin(stream_.next_part_path());
  EXPECT_TRUE(is_held(for_playlist));
  stream_.end();
  const HttpResponse response = now(for_playlist);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(text(response), HasSubstr("#EXT-X-ENDLIST\n"));
  EXPECT_EQ(response.cache, CacheClass::ended_playlist);
  EXPECT_EQ(now(for_part).status, 404);
}

// LL-18
TEST_F(LowLatencyTest, AnEndedPlaylistKnowsNoDirectives) {
  stream_.parts(4);
  stream_.end();
  for (const std::string& query :
       std::vector<std::string>{"_HLS_part=0", "_HLS_msn=nonsense", "_HLS_msn=999999", "_HLS_skip=YES"}) {
    EXPECT_EQ(now(playlist(query)).body, now(playlist()).body) << query;
  }
}

// LL-28
TEST_F(LowLatencyTest, NorDoesOneWithoutParts) {
  stream_.parts(12);
  const std::string ts = "/live/a/ts/" + stream_.stream().epoch().text() + ".m3u8";
  const HttpResponse plain = now(begin(ts));
  EXPECT_EQ(plain.cache, CacheClass::live_playlist);
  for (const std::string& query :
       std::vector<std::string>{"_HLS_part=0", "_HLS_msn=nonsense", "_HLS_msn=999999", "_HLS_skip=YES"}) {
    EXPECT_EQ(now(begin(ts, query)).body, plain.body) << query;
  }
}

TEST_F(LowLatencyTest, WhoWaitsGoesOnWaitingWhenAnotherPublisherTakesThePlaylistOver) {
  stream_.parts(2);
  const auto next = playlist(msn(1001) + "&_HLS_part=2");
  const auto hinted = begin(stream_.next_part_path());
  stream_.leave();
  EXPECT_EQ(now(hinted).status, 404) << "that part will not come";
  EXPECT_TRUE(is_held(next));
  stream_.publish();
  stream_.period(media::PeriodCause::publisher);
  EXPECT_TRUE(is_held(next));
  stream_.part();
  const HttpResponse response = now(next);
  EXPECT_THAT(text(response), HasSubstr("#EXT-X-DISCONTINUITY\n"));
  EXPECT_THAT(text(response), HasSubstr(hls::uri_of(stream_.part_name(1))));
}

// HC-04
TEST_F(LowLatencyTest, AHeadIsNeverHeld) {
  stream_.part();
  const HttpResponse response = now(playlist(msn(1001) + "&_HLS_part=1", HttpMethod::head));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.cache, CacheClass::low_latency_playlist) << "it is not what was asked for";
  EXPECT_EQ(now(begin(stream_.next_part_path(), "", HttpMethod::head)).status, 404);
  EXPECT_EQ(now(begin(stream_.part_path(2), "", HttpMethod::head)).status, 200);
}

// LL-12
TEST_F(LowLatencyTest, TheHintedPartIsHeldUntilItIsWhole) {
  stream_.part();
  const auto client = begin(stream_.next_part_path());
  EXPECT_TRUE(is_held(client));
  stream_.part();
  const HttpResponse response = now(client);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text(response), "part 1001.1 ");
  EXPECT_EQ(response.content_type, "video/iso.segment");
  EXPECT_EQ(response.cache, CacheClass::media);
  EXPECT_TRUE(response.accepts_ranges);
  ASSERT_NE(response.body, nullptr);
  EXPECT_EQ(response.body->etag(), "\"" + stream_.stream().session()->text() + "/7-3\"");
}

// LL-27
TEST_F(LowLatencyTest, AllWhoWaitForTheHintedPartShareItsBytes) {
  stream_.part();
  const auto one = begin(stream_.next_part_path());
  const auto other = begin(stream_.next_part_path());
  stream_.part();
  EXPECT_EQ(now(one).body, now(other).body);
}

// LL-13: the part that was hinted is the first of the next segment.
TEST_F(LowLatencyTest, AnEarlyKeyFrameChangesNothingForWhoWaitsForTheHintedPart) {
  stream_.parts(2);
  const auto client = begin(stream_.next_part_path());
  const auto in_playlist = playlist(msn(1001) + "&_HLS_part=2");
  stream_.end_segment();
  EXPECT_TRUE(is_held(client));
  EXPECT_TRUE(is_held(in_playlist)) << "part 2 of this segment is part 0 of the next";
  stream_.part();
  EXPECT_EQ(text(now(client)), "part 1002.0 ");
  EXPECT_EQ(now(in_playlist).status, 200);
}

// LL-12
TEST_F(LowLatencyTest, OtherPartsAreNotWaitedFor) {
  stream_.part();
  for (const std::uint64_t fragment : {4, 5, 999}) EXPECT_EQ(now(begin(stream_.part_path(fragment))).status, 404);
  const HttpResponse response = now(begin("/live/a/fmp4/" + stream_.stream().session()->text() + "/part-99-1.m4s"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.cache, CacheClass::error);
  EXPECT_EQ(now(begin("/live/nobody/fmp4/20261121T035512Z-3f9a2c/part-7-1.m4s")).status, 404);
}

// LL-12: the plan changed.
TEST_F(LowLatencyTest, AHintedPartThatWillNotComeIsAnsweredAtOnce) {
  stream_.part();
  const auto client = begin(stream_.next_part_path());
  EXPECT_TRUE(is_held(client));
  stream_.period(media::PeriodCause::codec);
  stream_.stream().changed().notify();
  const HttpResponse response = now(client);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.cache, CacheClass::error);
}

TEST_F(LowLatencyTest, AQueryChangesNoByteOfMedia) {
  stream_.parts(2);
  EXPECT_EQ(text(now(begin(stream_.part_path(3), "_HLS_msn=7&x=y"))), text(now(begin(stream_.part_path(3)))));
}

TEST_F(LowLatencyTest, AFirstPlaylistIsWaitedForAndThenJudgedByItsDirectives) {
  LowLatencyStream fresh(hub_, "fresh");
  fresh.period();
  const auto plain = begin(fresh.playlist_path());
  const auto multivariant = begin("/live/fresh/index.m3u8");
  const auto next = begin(fresh.playlist_path(), msn(1001) + "&_HLS_part=0");
  const auto nonsense = begin(fresh.playlist_path(), "_HLS_msn=5000");
  EXPECT_TRUE(is_held(plain));
  EXPECT_EQ(now(begin(fresh.playlist_path(), "", HttpMethod::head)).status, 503);
  fresh.first_segment();
  EXPECT_EQ(now(plain).status, 200);
  EXPECT_EQ(now(multivariant).status, 200);
  EXPECT_EQ(now(nonsense).status, 400);
  EXPECT_TRUE(is_held(next));
  fresh.part();
  EXPECT_EQ(now(next).status, 200);
}

// MP-28: a low-latency playlist begins with one segment, MPEG-TS with three. B35: no 404 meanwhile.
TEST_F(LowLatencyTest, TheOtherContainerIsWaitedForUntilItHasEnough) {
  LowLatencyStream fresh(hub_, "fresh");
  fresh.first_segment();
  EXPECT_EQ(now(begin("/live/fresh/fmp4/index.m3u8")).status, 200);
  const auto ts = begin("/live/fresh/ts/index.m3u8");
  fresh.parts(4);
  EXPECT_TRUE(is_held(ts));
  fresh.parts(4);
  EXPECT_EQ(now(ts).status, 200);
}

}  // namespace
}  // namespace sluice::net
