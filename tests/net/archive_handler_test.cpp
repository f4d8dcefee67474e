// ArchiveHandler with a worker and a loop that are real, over an Archive that is not.
#include "sluice/net/archive_handler.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "hls/fake_archive.hpp"
#include "live/encoder.hpp"
#include "net/http_test_client.hpp"
#include "sluice/net/media_handler.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using hls::testing::kNoon;
using hls::testing::session;
using testing::HasSubstr;

// Segments are read once it is let go.
class SlowArchive : public hls::testing::FakeArchive {
 public:
  using Parts = std::vector<std::shared_ptr<const hls::Part>>;
  hls::ArchiveAnswer<Parts> segment(const StreamName& stream, const SessionId& of, std::uint64_t msn,
                                    bool added) override {
    std::unique_lock lock(mutex_);
    let_go_.wait(lock, [this] { return !held_; });
    lock.unlock();
    return FakeArchive::segment(stream, of, msn, added);
  }
  using FakeArchive::segment;
  void hold() { held_ = true; }
  void let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    let_go_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable let_go_;
  bool held_ = false;
};

class ArchiveHandlerTest : public testing::Test {
 protected:
  ArchiveHandlerTest() {
    archive_.session(1, kNoon);
    archive_.segments(10);
    handler_.on_recovered();
  }
  ~ArchiveHandlerTest() override { archive_.let_go(); }

  using Waiting = std::shared_ptr<std::optional<HttpResponse>>;
  // Asks and does not wait; what was answered at once is there.
  Waiting begin(const std::string& path) {
    HttpRequest request;
    request.path = path;
    return begin(media_.reply(request));
  }
  Waiting begin(HttpReply reply) {
    auto answer = std::make_shared<std::optional<HttpResponse>>();
    if (auto* now = std::get_if<HttpResponse>(&reply)) {
      *answer = std::move(*now);
    } else {
      asio::co_spawn(loop_, std::move(std::get<asio::awaitable<HttpResponse>>(reply)),
                     [answer](const std::exception_ptr& fault, HttpResponse response) {
                       if (!fault) *answer = std::move(response);
                     });
    }
    return answer;
  }
  HttpResponse end(const Waiting& waiting) {
    EXPECT_TRUE(run_until(loop_, [&] { return waiting->has_value(); }));
    return waiting->value_or(HttpResponse());
  }
  HttpResponse ask(const std::string& path) { return end(begin(path)); }
  // Asks, and hangs up.
  void abandon(const std::string& path) {
    HttpRequest request;
    request.path = path;
    HttpReply reply = media_.reply(request);
    asio::cancellation_signal hang_up;
    bool went = false;
    asio::co_spawn(loop_, std::move(std::get<asio::awaitable<HttpResponse>>(reply)),
                   asio::bind_cancellation_slot(
                       hang_up.slot(), [&went](const std::exception_ptr&, const HttpResponse&) { went = true; }));
    loop_.restart();
    loop_.poll();
    hang_up.emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(run_until(loop_, [&] { return went; }));
  }
  static std::string text(const HttpResponse& response) {
    std::string all;
    for (const Payload& piece : response.body->pieces()) all += as_text(piece.view());
    return all;
  }
  static std::string media_path(std::uint64_t msn) {
    return "/live/demo/ts/" + session(1).text() + "/" + std::to_string(msn) + ".ts";
  }
  static std::string playlist_path() { return "/live/demo/dvr/fmp4/" + session(1).text() + ".m3u8"; }

  asio::io_context loop_;
  SlowArchive archive_;
  hls::testing::FakeRenderer renderer_;
  hls::ArchiveViews views_{{}, archive_, renderer_};
  live::testing::OneByteRenderer live_renderer_;
  live::Hub hub_{{}, live_renderer_, nullptr, 1};
  StaticPages pages_;
  io::WorkerPool worker_{loop_.get_executor(), 1, 4};
  ArchiveHandler handler_{loop_.get_executor(), {media::Container::fmp4, 40'000, 20}, views_, worker_, hub_};
  MediaHandler media_{loop_.get_executor(), {}, hub_, pages_, &handler_};
};

TEST_F(ArchiveHandlerTest, MediaOfNoLiveStreamComesFromTheRecording) {
  const HttpResponse segment = ask(media_path(1003));
  EXPECT_EQ(segment.status, 200);
  EXPECT_EQ(text(segment), "ts 1003");
  EXPECT_EQ(segment.content_type, "video/mp2t");
  EXPECT_EQ(segment.body->etag(), "\"" + session(1).text() + "/1003t\"");
  EXPECT_EQ(segment.cache, CacheClass::media);
  EXPECT_TRUE(segment.accepts_ranges);
  const HttpResponse init = ask("/live/demo/fmp4/" + session(1).text() + "/init-100.mp4");
  EXPECT_EQ(text(init), "init 100");
  EXPECT_EQ(init.body->etag(), "\"" + session(1).text() + "/100\"");
  EXPECT_EQ(ask(media_path(2000)).status, 404);
  EXPECT_EQ(ask(media_path(999)).status, 410);
}

TEST_F(ArchiveHandlerTest, ManyWhoAskForOneSegmentShareOneRendering) {
  archive_.hold();
  std::vector<Waiting> all;
  for (int i = 0; i < 20; ++i) all.push_back(begin(media_path(1003)));
  archive_.let_go();
  for (const Waiting& one : all) EXPECT_EQ(text(end(one)), "ts 1003");
  EXPECT_EQ(renderer_.calls.size(), 1u);
  EXPECT_EQ(handler_.stats().segments, 1u);
  EXPECT_EQ(handler_.stats().shared, 19u);
  EXPECT_EQ(text(ask(media_path(1003))), "ts 1003");
  EXPECT_EQ(handler_.stats().hits, 1u);
  EXPECT_EQ(handler_.stats().waiting, 0u);
}

TEST_F(ArchiveHandlerTest, OneWhoGoesAwayEndsNothingForTheOthers) {
  archive_.hold();
  HttpRequest request;
  request.path = media_path(1003);
  HttpReply reply = media_.reply(request);
  asio::cancellation_signal hang_up;
  bool went = false;
  asio::co_spawn(loop_, std::move(std::get<asio::awaitable<HttpResponse>>(reply)),
                 asio::bind_cancellation_slot(
                     hang_up.slot(), [&went](const std::exception_ptr&, const HttpResponse&) { went = true; }));
  const Waiting other = begin(media_path(1003));
  loop_.poll();
  hang_up.emit(asio::cancellation_type::terminal);
  EXPECT_TRUE(run_until(loop_, [&] { return went; }));
  EXPECT_FALSE(*other);
  archive_.let_go();
  EXPECT_EQ(text(end(other)), "ts 1003");
  EXPECT_EQ(renderer_.calls.size(), 1u);
  EXPECT_EQ(handler_.stats().timed_out, 0u);
  EXPECT_EQ(handler_.stats().waiting, 0u);
}

TEST_F(ArchiveHandlerTest, PartsAreServedFromTheRecording) {
  const std::string folder = "/live/demo/fmp4/" + session(1).text() + "/";
  const HttpResponse part = ask(folder + "part-100-1003.m4s");
  EXPECT_EQ(part.status, 200);
  EXPECT_EQ(text(part), "part 1003.0 ");
  EXPECT_EQ(part.kind, ResourceKind::part);
  EXPECT_EQ(ask(folder + "part-100-1003r.m4s").status, 404);
  EXPECT_EQ(ask(folder + "part-101-1003.m4s").status, 404);
  EXPECT_EQ(handler_.stats().parts, 1u);
}

TEST_F(ArchiveHandlerTest, WhatNobodyWaitsForIsNotMade) {
  archive_.hold();
  const Waiting first = begin(media_path(1003));
  abandon(media_path(1004));
  abandon(media_path(1005));
  const Waiting joined = begin(media_path(1005));
  archive_.let_go();
  EXPECT_EQ(end(first).status, 200);
  EXPECT_EQ(text(end(joined)), "ts 1005");
  EXPECT_EQ(renderer_.calls.size(), 2u);
  EXPECT_EQ(text(ask(media_path(1004))), "ts 1004");
}

TEST_F(ArchiveHandlerTest, PlaylistsLeaveJobsForMedia) {
  ArchiveHandler::Options options;
  options.playlist_jobs_max = 1;
  ArchiveHandler handler(loop_.get_executor(), options, views_, worker_, hub_);
  const auto playlist = [&](const std::string& path) { return begin(handler.playlist(*hls::parse_route(path))); };
  const auto segment = [&](std::uint64_t msn) {
    return begin(handler.media(*hls::parse_route(media_path(msn)), http_error(404, "")));
  };
  archive_.hold();
  const Waiting first = segment(1003);
  const Waiting listed = playlist(playlist_path());
  EXPECT_EQ(playlist("/live/demo/dvr/index.m3u8")->value().status, 503);
  const Waiting second = segment(1004);
  archive_.let_go();
  for (const Waiting& one : {first, listed, second}) EXPECT_EQ(end(one).status, 200);
  EXPECT_EQ(end(playlist("/live/demo/dvr/index.m3u8")).status, 200);
}

TEST_F(ArchiveHandlerTest, OnlySoManyWait) {
  archive_.hold();
  std::vector<Waiting> all;
  for (int i = 0; i < 21; ++i) all.push_back(begin(media_path(1003)));
  loop_.poll();
  EXPECT_EQ(begin(media_path(1003))->value().status, 503);
  archive_.let_go();
  for (const Waiting& one : all) end(one);
  EXPECT_EQ(ask(media_path(1003)).status, 200);
}

TEST_F(ArchiveHandlerTest, OnlySoManyJobsAreBegun) {
  archive_.hold();
  std::vector<Waiting> all;
  for (std::uint64_t i = 0; i < 4; ++i) all.push_back(begin(media_path(1000 + i)));
  const Waiting refused = begin(media_path(1005));
  ASSERT_TRUE(*refused);
  EXPECT_EQ((*refused)->status, 503);
  EXPECT_EQ((*refused)->retry_after, Seconds(1));
  EXPECT_EQ(handler_.stats().refused, 1u);
  archive_.let_go();
  for (const Waiting& one : all) EXPECT_EQ(end(one).status, 200);
  EXPECT_EQ(ask(media_path(1005)).status, 200);
}

TEST_F(ArchiveHandlerTest, TheCacheKeepsWithinItsLimit) {
  archive_.segments(40);
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(ask(media_path(1000 + i)).status, 200);
  EXPECT_LE(handler_.cache_bytes(), 40'000u);
  EXPECT_GT(handler_.cache_bytes(), 20'000u);
}

TEST_F(ArchiveHandlerTest, MadeUpNamesTakeNoRoomFromMedia) {
  ask(media_path(1003));
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(ask(media_path(2000 + i)).status, 404);
  const int calls = archive_.calls;
  EXPECT_EQ(ask(media_path(2049)).status, 404);
  EXPECT_EQ(ask(media_path(1003)).status, 200);
  EXPECT_EQ(archive_.calls, calls);
  EXPECT_EQ(handler_.stats().hits, 2u);
}

TEST_F(ArchiveHandlerTest, RangesThatHaveEndedAreNotRemembered) {
  archive_.epochs.clear();
  archive_.session(2, WallTime(Seconds(1'600'000'000)));  // 2020-09-13T12:26:40Z
  archive_.segments(10);
  const std::string range = "/live/demo/range/20200913T122640Z/";
  const std::string file = "/fmp4/" + session(2).text() + ".m3u8";
  EXPECT_EQ(ask(range + "20200913T122650Z" + file).status, 200);
  EXPECT_EQ(handler_.remembered_playlists(), 0u);
  EXPECT_EQ(ask(range + "now" + file).status, 200);
  EXPECT_EQ(handler_.remembered_playlists(), 1u);
}

// A segment is "ts 1003": 7 bytes, and nothing is cached.
class ArchiveBodiesTest : public ArchiveHandlerTest {
 protected:
  Waiting begin_segment(std::uint64_t msn) {
    return begin(strict_.media(*hls::parse_route(media_path(msn)), http_error(404, "")));
  }

  ArchiveHandler strict_{loop_.get_executor(), {media::Container::fmp4, 0, 20, 64, 14}, views_, worker_, hub_};
};

TEST_F(ArchiveBodiesTest, NothingIsMadeWhileTooMuchIsBeingSent) {
  std::optional<HttpResponse> first = end(begin_segment(1001));
  EXPECT_EQ(strict_.body_bytes(), 7u);
  const HttpResponse second = end(begin_segment(1002));
  EXPECT_EQ(strict_.body_bytes(), 14u);
  const int calls = archive_.calls;
  const HttpResponse refused = end(begin_segment(1003));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.retry_after, Seconds(1));
  EXPECT_EQ(strict_.stats().refused, 1u);
  EXPECT_EQ(archive_.calls, calls);
  first.reset();
  EXPECT_EQ(strict_.body_bytes(), 7u);
  EXPECT_EQ(text(end(begin_segment(1003))), "ts 1003");
}

TEST_F(ArchiveBodiesTest, JobsThatWaitForTheWorkerAreRefusedToo) {
  archive_.hold();
  std::vector<Waiting> all;
  for (std::uint64_t i = 0; i < 4; ++i) all.push_back(begin_segment(1001 + i));
  archive_.let_go();
  EXPECT_EQ(end(all[0]).status, 200);
  EXPECT_EQ(end(all[1]).status, 200);
  EXPECT_EQ(end(all[2]).status, 503);
  EXPECT_EQ(end(all[3]).status, 503);
  EXPECT_EQ(strict_.body_bytes(), 14u);
}

TEST_F(ArchiveHandlerTest, ABodyThatStaysTheSameIsCountedOnce) {
  ArchiveHandler early(loop_.get_executor(), {}, views_, worker_, hub_);
  const auto ask_early = [&] { return end(begin(early.playlist(*hls::parse_route(playlist_path())))); };
  const HttpResponse first = ask_early();
  const std::size_t bytes = early.body_bytes();
  EXPECT_EQ(bytes, first.body->size() + first.body->gzip()->size());
  // A playlist that may grow is made again after a second.
  EXPECT_TRUE(run_until(loop_, [&] {
    EXPECT_EQ(ask_early().body, first.body);
    return early.stats().playlists == 2;
  }));
  EXPECT_EQ(early.body_bytes(), bytes);
}

TEST_F(ArchiveHandlerTest, PlaylistsAreCompressedBeforehandAndKept) {
  const HttpResponse first = ask(playlist_path());
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(text(first), HasSubstr("#EXT-X-ENDLIST\n"));
  EXPECT_EQ(first.cache, CacheClass::ended_playlist);
  EXPECT_EQ(as_text(gunzip(first.body->gzip()->view())), text(first));
  EXPECT_EQ(ask(playlist_path()).body, first.body);
  EXPECT_EQ(handler_.stats().playlists, 1u);
  EXPECT_THAT(text(ask("/live/demo/dvr/index.m3u8")), HasSubstr("\nfmp4/" + session(1).text() + ".m3u8\n"));
  EXPECT_THAT(text(ask("/live/demo/dvr/ts/index.m3u8")), HasSubstr("\n" + session(1).text() + ".m3u8\n"));
}

TEST_F(ArchiveHandlerTest, NothingEndsBeforeWhatAnEarlierProcessLeftIsInOrder) {
  ArchiveHandler early(loop_.get_executor(), {}, views_, worker_, hub_);
  const HttpResponse response = end(begin(early.playlist(*hls::parse_route(playlist_path()))));
  EXPECT_EQ(text(response).find("ENDLIST"), std::string::npos);
  EXPECT_EQ(response.cache, CacheClass::live_playlist);
}

TEST_F(ArchiveHandlerTest, WhatIsLiveAndNotYetOnTheDiskIsToBeAskedForAgain) {
  live::testing::Encoder encoder;
  auto outcome = hub_.begin_publish(hls::testing::kRecorded, encoder, {io::mono_now(), io::wall_now()});
  const auto publish = std::move(std::get<std::unique_ptr<live::Publish>>(outcome));
  const HttpResponse response = ask("/live/demo/dvr/index.m3u8");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.retry_after, Seconds(1));
  // What was recorded before can be had all the same.
  EXPECT_EQ(ask(playlist_path()).status, 200);
  EXPECT_EQ(ask(media_path(1003)).status, 200);
  publish->end({io::mono_now(), io::wall_now()});
}

TEST_F(ArchiveHandlerTest, RangesThatCannotBeAreRefusedAtOnce) {
  EXPECT_EQ(begin("/live/demo/range/20261121T040000Z/20261122T040001Z/index.m3u8")->value().status, 400);
  EXPECT_EQ(begin("/live/demo/range/20261121T040000Z/20261121T040000Z/index.m3u8")->value().status, 400);
  EXPECT_EQ(begin("/live/demo/range/20260229T040000Z/now/index.m3u8")->value().status, 400);
  EXPECT_EQ(begin("/live/demo/range/29990101T000000Z/now/index.m3u8")->value().status, 404);
  EXPECT_EQ(archive_.calls, 0);
}

TEST_F(ArchiveHandlerTest, ABrokenRecordingIsAnErrorOfOurs) {
  archive_.fault = "recordings/live/demo/x.slog: Input/output error";
  EXPECT_EQ(ask(playlist_path()).status, 500);
  EXPECT_EQ(ask(media_path(1003)).status, 500);
  EXPECT_EQ(handler_.stats().faults, 2u);
}

TEST_F(ArchiveHandlerTest, WithoutRecordingsItSaysSo) {
  MediaHandler without(loop_.get_executor(), {}, hub_, pages_, nullptr);
  HttpRequest request;
  request.path = "/live/demo/dvr/index.m3u8";
  const HttpResponse response = std::get<HttpResponse>(without.reply(request));
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.message, HasSubstr("recordings are off"));
}

}  // namespace
}  // namespace sluice::net
