// What is too large, too much or too slow: it is said, and bounded.
#include <gtest/gtest.h>

#include "fake_origin.hpp"
#include "sluice/check/session.hpp"

namespace sluice::check::testing {
namespace {

constexpr const char* kMultivariantUrl = "http://host/live/x/index.m3u8";

// A multivariant playlist that names video-0.m3u8 and so on.
void answer_multivariant(Reply& reply, int variants) {
  std::string text = "#EXTM3U\n";
  for (int i = 0; i < variants; ++i) {
    text += "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS=\"mp4a.40.2\"\nvideo-" +
            std::to_string(i) + ".m3u8\n";
  }
  reply.answer.status = 200;
  reply.answer.body.assign(text.begin(), text.end());
}

SessionOptions with_playlists_of(std::size_t bytes) {
  SessionOptions options;
  options.playlist_bytes_max = bytes;
  return options;
}

TEST(Session, APlaylistThatIsTooLargeIsAFailure) {
  FakeOrigin origin(Kind::vod);
  EXPECT_EQ(run_check(origin, with_playlists_of(500)).summary.failure,
            std::string(kUrl) + ": it has more than 500 bytes");
  FakeOrigin named(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("/index.m3u8")) answer_multivariant(reply, 2);
    if (asked.path.ends_with("-1.m3u8")) reply.answer.body.resize(9000, ' ');
  });
  const Checked checked = run_check(named, with_playlists_of(5000), kMultivariantUrl);
  EXPECT_EQ(checked.summary.failure, "http://host/live/x/video-1.m3u8: it has more than 5000 bytes");
  EXPECT_EQ(checked.summary.playlists, 1U);
}

TEST(Session, APlaylistThatGrowsTooLargeIsAFailure) {
  for (const Kind kind : {Kind::live, Kind::low_latency}) {
    FakeOrigin origin(kind, [count = 0](const Asked& asked, Reply& reply) mutable {
      const bool is_text = asked.is_playlist && reply.answer.status == 200;
      if (is_text && ++count > 4) reply.answer.body.resize(9000, '\n');
    });
    const Checked checked = run_check(origin, with_playlists_of(5000));
    EXPECT_NE(checked.summary.failure.find(": it has more than 5000 bytes"), std::string::npos);
    EXPECT_EQ(checked.findings.text, "");
  }
}

TEST(Session, MediaThatIsTooLargeIsNotRead) {
  SessionOptions options;
  FakeOrigin origin(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("seg-7.aac")) reply.answer.body.resize(9000);
  });
  options.media_bytes_max = 5000;
  const Checked checked = run_check(origin, options);
  EXPECT_EQ(checked.summary.segments, 9U);
  EXPECT_EQ(checked.summary.segments_left_out, 1U);
  EXPECT_EQ(checked.summary.failure, "");

  // Nothing can be judged without it.
  FakeOrigin init(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.is_playlist && is_get(asked) && reply.answer.status == 200)
      edit(reply.answer, "#EXT-X-PROGRAM", "#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-PROGRAM");
    if (!asked.path.ends_with("init.mp4")) return;
    reply.answer.status = 200;
    reply.answer.body.resize(9000);
  });
  EXPECT_EQ(run_check(init, options).summary.failure, "http://host/live/x/init.mp4: it has more than 5000 bytes");
}

TEST(Session, WhatIsAskedForAgainIsBoundedByWhatItWas) {
  std::size_t again_max = 0;
  std::size_t hinted_max = 0;
  const auto tamper = [&](const Asked& asked, Reply& reply) {
    const bool is_again = asked.is_segment && !is_get(asked);
    if (is_again) again_max = std::max(again_max, asked.request.body_bytes_max);
    if (asked.is_part && reply.delay > Millis(100)) hinted_max = std::max(hinted_max, asked.request.body_bytes_max);
  };
  FakeOrigin vod(Kind::vod, tamper);
  run_check(vod);
  EXPECT_GT(again_max, 0U);
  EXPECT_LE(again_max, 1001U);
  FakeOrigin live(Kind::low_latency, tamper);
  run_check(live);
  EXPECT_GT(hinted_max, 0U);
  EXPECT_LE(hinted_max, 4U * 1024 * 1024);
}

TEST(Session, MediaIsAskedForAgainInItsTurn) {
  // The same address twice at once, from each of twenty playlists: no more than four bodies are ever under way.
  FakeOrigin origin(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("/index.m3u8")) answer_multivariant(reply, 20);
  });
  Findings findings;
  const MonoTime now{Seconds(5000)};
  Session session(kMultivariantUrl, {}, findings.report());
  session.start(now);
  std::size_t bodies_max = 0;
  while (!session.finished()) {
    // All that is out is answered at once, so that as much is asked for as ever can be.
    std::size_t bodies = 0;
    for (const Request& request : session.agenda().take_requests(now)) {
      const bool is_media = request.url.find("/seg-") != std::string::npos;
      bodies += is_media && request.body_bytes_max > 1001 ? 1 : 0;
      session.agenda().answer(request.id, origin.serve(request, now).answer, now);
    }
    bodies_max = std::max(bodies_max, bodies);
  }
  EXPECT_GT(bodies_max, 0U);
  EXPECT_LE(bodies_max, 4U);
}

TEST(Session, ACheckThatTakesTooLongIsEnded) {
  FakeOrigin origin(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("/index.m3u8")) answer_multivariant(reply, 20);
    if (asked.is_segment) reply.delay = Seconds(59);
  });
  const Checked checked = run_check(origin, {}, kMultivariantUrl);
  EXPECT_EQ(checked.summary.failure, "it was ended after 1800 s, before it was done");
  EXPECT_GE(checked.summary.segments, 60U);
  EXPECT_GE(checked.summary.segments_left_out, 40U);
  const Checked longer = run_check(origin, {.watch = Seconds(3600)}, kMultivariantUrl);
  EXPECT_EQ(longer.summary.failure, "");
  EXPECT_EQ(longer.summary.segments, 200U);
}

}  // namespace
}  // namespace sluice::check::testing
