// Where a check ends: early, at its limits, and where it does not look.
#include <gtest/gtest.h>

#include "fake_origin.hpp"
#include "sluice/check/session.hpp"

namespace sluice::check::testing {
namespace {

TEST(Session, AnEndThatComesEarlyIsNoSuccess) {
  Findings findings;
  const MonoTime now{Seconds(5000)};
  Session unheard(kUrl, {}, findings.report());
  unheard.start(now);
  unheard.agenda().take_requests(now);
  unheard.stop();
  EXPECT_EQ(unheard.summary().failure, "it was ended before anything was loaded");

  Session begun(kUrl, {}, findings.report());
  begun.start(now);
  const auto asked = begun.agenda().take_requests(now);
  ASSERT_EQ(asked.size(), 1U);
  FakeOrigin origin(Kind::vod);
  begun.agenda().answer(asked[0].id, origin.serve(asked[0], now).answer, now);
  begun.stop();
  EXPECT_EQ(begun.summary().failure, "");
  EXPECT_EQ(begun.summary().playlists, 1U);
}

TEST(Session, APlaylistBeyondTheLimitsIsNotJudged) {
  std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:";
  for (int i = 0; i < 65; ++i) text += "A" + std::to_string(i) + "=1,";
  FakeOrigin origin(Kind::vod, [&](const Asked&, Reply& reply) { reply.answer.body.assign(text.begin(), text.end()); });
  EXPECT_EQ(run_check(origin).summary.failure, std::string(kUrl) + ": it has more than 64 attributes in line 3");
}

TEST(Session, PartsWithoutAPartTargetMayTakeATargetDuration) {
  FakeOrigin origin(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (asked.is_playlist && reply.answer.status == 200)
      edit(reply.answer, "#EXT-X-PART-INF:PART-TARGET=0.500000\n", "");
    if (asked.part == 4) reply.delay = Millis(1500);
  });
  const Checked checked = run_check(origin);
  EXPECT_TRUE(checked.findings.rules.count("LL-01") > 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("BL-09") == 0) << checked.findings.text;
}

TEST(Session, ADeltaUpdateIsJudgedAsWhatItMakes) {
  // One date, at the first segment: a delta update has none. Its variables are those of the multivariant playlist.
  FakeOrigin origin(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("/index.m3u8")) {
      const std::string text = changed(sound_multivariant(), "#EXT-X-STREAM-INF",
                                       "#EXT-X-DEFINE:NAME=\"name\",VALUE=\"seg\"\n#EXT-X-STREAM-INF");
      reply.answer.status = 200;
      reply.answer.body.assign(text.begin(), text.end());
    }
    if (!asked.is_playlist || reply.answer.status != 200) return;
    std::string text = changed(reply.answer.text(), "\nseg-", "\n{$name}-");
    text = changed(text, "#EXT-X-TARGET", "#EXT-X-DEFINE:IMPORT=\"name\"\n#EXT-X-TARGET");
    std::size_t at = asked.skip ? 0 : text.find("#EXT-X-PROGRAM") + 1;
    while ((at = text.find("#EXT-X-PROGRAM", at)) != std::string::npos) text.erase(at, text.find('\n', at) + 1 - at);
    reply.answer.body.assign(text.begin(), text.end());
  });
  const Checked checked = run_check(origin, {}, "http://host/live/x/index.m3u8");
  EXPECT_TRUE(checked.findings.rules.count("PL-19") == 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("PL-03") == 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("BL-11") == 0) << checked.findings.text;
}

// The sound presentation with an initialisation section before all that is listed.
FakeOrigin::Tamper with_map(const std::string& map, FakeOrigin::Tamper then) {
  return [map, then = std::move(then)](const Asked& asked, Reply& reply) {
    if (asked.is_playlist && is_get(asked) && reply.answer.status == 200)
      edit(reply.answer, "#EXT-X-PROGRAM", map + "\n#EXT-X-PROGRAM");
    then(asked, reply);
  };
}

TEST(Session, WhatNeedsAnInitialisationSectionThatIsMissingIsNotLookedInto) {
  // It would be found shorter than stated.
  const auto tamper = [](const Asked& asked, Reply& reply) {
    if (asked.path.ends_with("seg-7.aac")) reply.answer.body.resize(500);
  };
  FakeOrigin missing(Kind::vod, with_map("#EXT-X-MAP:URI=\"init.mp4\"", tamper));
  const Checked checked = run_check(missing);
  EXPECT_TRUE(checked.findings.rules.count("HT-01") > 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("MD-01") == 0) << checked.findings.text;
  FakeOrigin encrypted(Kind::vod, with_map("#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXT-X-MAP:URI=\"seg-0.aac\"",
                                           [](const Asked& asked, Reply& reply) {
                                             if (asked.is_segment) reply.answer.body.assign(500, 'x');
                                           }));
  const std::string text = run_check(encrypted).findings.text;
  EXPECT_EQ(text.find("MF-"), std::string::npos) << text;
  EXPECT_EQ(text.find("MA-"), std::string::npos) << text;
}

TEST(Session, ARangeThatIsIgnoredIsFoundAndTheWholeNotTakenForIt) {
  FakeOrigin origin(Kind::vod, [](const Asked& asked, Reply& reply) {
    const bool is_text = asked.is_playlist && is_get(asked) && reply.answer.status == 200;
    if (is_text) edit(reply.answer, "\nseg-3", "\n#EXT-X-BYTERANGE:300@200\nseg-3");
    if (asked.path.ends_with("seg-3.aac") && !asked.field("Range").empty()) {
      FakeOrigin plain(Kind::vod);
      Request whole = asked.request;
      whole.fields.clear();
      reply = plain.serve(whole, MonoTime(Seconds(5000)));
    }
  });
  const Checked checked = run_check(origin);
  EXPECT_TRUE(checked.findings.rules.count("HT-13") > 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("MD-01") == 0) << checked.findings.text;
}

TEST(Session, MediaThatComesTooSlowlyEndsWithTheWatch) {
  FakeOrigin origin(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (asked.is_segment || asked.is_part) reply.delay = Seconds(50);
  });
  const Checked checked = run_check(origin, {.watch = Seconds(20)});
  // One of each kind came, and one was under way when the time was up.
  EXPECT_LE(checked.summary.segments, 2U);
  EXPECT_LE(checked.summary.parts, 2U);
  EXPECT_GE(checked.summary.segments_left_out, 8U);
  EXPECT_GE(checked.summary.parts_left_out, 20U);
}

TEST(Session, OfIFramesThePlaylistIsJudgedAlone) {
  FakeOrigin named(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (!asked.path.ends_with("/index.m3u8")) return;
    const std::string text = sound_multivariant();
    reply.answer.status = 200;
    reply.answer.body.assign(text.begin(), text.end());
  });
  EXPECT_EQ(run_check(named, {}, "http://host/live/x/index.m3u8").summary.playlists_left_out, 1U);
  FakeOrigin alone(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.is_playlist && is_get(asked) && reply.answer.status == 200)
      edit(reply.answer, "#EXT-X-TARGET", "#EXT-X-I-FRAMES-ONLY\n#EXT-X-TARGET");
  });
  const Checked checked = run_check(alone);
  EXPECT_EQ(checked.summary.segments, 0U);
  EXPECT_EQ(checked.summary.segments_left_out, 10U);
  EXPECT_EQ(checked.findings.text, "");
}

TEST(Session, WhatCannotBeLoadedIsSaid) {
  FakeOrigin missing(Kind::vod, [](const Asked&, Reply& reply) { reply.answer.status = 404; });
  EXPECT_EQ(run_check(missing).summary.failure, "status 404");
  FakeOrigin page(Kind::vod, [](const Asked&, Reply& reply) {
    const std::string text = "<!doctype html>\n";
    reply.answer.body.assign(text.begin(), text.end());
  });
  EXPECT_EQ(run_check(page).summary.failure, "it is no playlist: it begins with '<!doctype html>?'");
  FakeOrigin circle(Kind::vod, [](const Asked& asked, Reply& reply) {
    reply.answer.status = 302;
    reply.answer.fields.emplace_back("location", asked.path);
  });
  EXPECT_EQ(run_check(circle).summary.failure, "it is redirected more than 5 times");
}

}  // namespace
}  // namespace sluice::check::testing
