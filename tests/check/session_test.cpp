// Whole checks against an origin with a clock of its own: what a sound one gets, and what each fault is found as.
#include "sluice/check/session.hpp"

#include <gtest/gtest.h>

#include "fake_origin.hpp"
#include "sluice/check/rules.hpp"

namespace sluice::check::testing {
namespace {

void remove(Answer& answer, const std::string& name) {
  std::erase_if(answer.fields, [&](const auto& field) { return field.first == name; });
}

void replace(Answer& answer, const std::string& name, const std::string& value) {
  remove(answer, name);
  answer.fields.emplace_back(name, value);
}

TEST(Session, SoundPresentationsBreakNothing) {
  for (const Kind kind : {Kind::low_latency, Kind::live, Kind::vod}) {
    FakeOrigin origin(kind);
    const Checked checked = run_check(origin);
    EXPECT_EQ(checked.findings.rules, std::set<std::string>{}) << checked.findings.text;
    EXPECT_EQ(checked.summary.failure, "");
    EXPECT_EQ(checked.summary.live, kind != Kind::vod);
    EXPECT_EQ(checked.summary.low_latency, kind == Kind::low_latency);
  }
}

TEST(Session, ReadsEverySegmentAndPartThatComes) {
  FakeOrigin origin(Kind::low_latency);
  const Checked checked = run_check(origin, {.watch = Seconds(20)});
  // Forty parts and ten segments come in that time, after the first one and three, and the parts of the last segment.
  EXPECT_GE(checked.summary.parts, 42U);
  EXPECT_LE(checked.summary.parts, 46U);
  EXPECT_GE(checked.summary.segments, 13U);
  EXPECT_LE(checked.summary.segments, 14U);
  EXPECT_GE(checked.summary.versions, 40U);
}

TEST(Session, ReadsAsManySegmentsOfAVodAsItIsTold) {
  FakeOrigin origin(Kind::vod);
  EXPECT_EQ(run_check(origin).summary.segments, 10U);
  const Checked some = run_check(origin, {.watch = {}, .segments_max = 3});
  EXPECT_EQ(some.summary.segments, 3U);
  EXPECT_EQ(some.summary.segments_left_out, 7U);
  EXPECT_EQ(run_check(origin, {.watch = {}, .segments_max = 0}).summary.segments, 0U);
}

struct Case {
  std::string rule;
  Kind kind;
  FakeOrigin::Tamper tamper;
  std::set<std::string> also = {};  // that cannot but come with it
};

bool is_plain(const Asked& asked) { return asked.is_playlist && asked.query.empty(); }
bool is_ahead(const Asked& asked, const Reply& reply) {
  return asked.is_playlist && reply.answer.status == 200 && reply.delay > Millis(100);
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"BL-03", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.msn && *asked.msn < 9) reply.answer.status = 400;
       }},
      {"BL-03", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.msn && *asked.msn < 9) reply.delay = Millis(1500);
       }},
      {"BL-04", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.query == "_HLS_part=0") reply.answer.status = 404;
       }},
      {"BL-05", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (reply.answer.status == 400 && asked.msn && !asked.part) reply.answer.status = 503;
       }},
      {"BL-06", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (reply.answer.status == 400 && asked.msn && asked.part) reply.answer.status = 503;
       }},
      {"BL-07", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.query == "_HLS_msn=abc") reply.answer.status = 500;
       }},
      {"BL-09", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.part == 4) reply.answer.status = 400;
       }},
      {"BL-10", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.skip) reply.answer.status = 400;
       }},
      {"BL-11", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.skip) edit(reply.answer, "SKIPPED-SEGMENTS=6", "SKIPPED-SEGMENTS=5");
       }},
      {"BL-12", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.skip) edit(reply.answer, "#EXT-X-PROGRAM", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXT-X-PROGRAM");
       }},
      {"BL-12", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.skip) reply.answer.status = 400;
       }},
      {"BL-13", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.msn) reply.answer.status = 400;
       }},
      {"BL-14", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.query.starts_with("_HLS_unknown")) reply.answer.status = 400;
       }},
      {"BL-15", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_part && reply.delay > Millis(100)) reply.answer.status = 404;
       }},
      {"BL-15", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_part && reply.delay > Millis(100)) reply.answer.status = 500;
       }},
      {"BL-16", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_part && reply.delay > Millis(100)) reply.body_takes = Millis(400);
       }},
      {"HT-01", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.path.ends_with("seg-18.aac")) reply.answer.status = 404;
       }},
      {"HT-03", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "content-type", "text/plain");
       }},
      {"HT-04", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_segment) replace(reply.answer, "content-type", "video/mp2t");
       }},
      {"HT-05", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) remove(reply.answer, "content-encoding");
       }},
      {"HT-06", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "vary", "Origin");
       }},
      {"HT-07", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_segment) replace(reply.answer, "content-encoding", "gzip");
       }},
      {"HT-08", Kind::vod, [](const Asked&, Reply& reply) { remove(reply.answer, "access-control-allow-origin"); }},
      {"HT-09", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "cache-control", "public, max-age=1, s-maxage=3");
       }},
      {"HT-10", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_segment) replace(reply.answer, "cache-control", "no-store");
       }},
      {"HT-11", Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "cache-control", "no-cache");
       }},
      {"HT-12", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_segment && reply.answer.status == 304) reply.answer.status = 200;
       }},
      {"HT-13", Kind::vod,
       [](const Asked&, Reply& reply) {
         if (reply.answer.status == 206) reply.answer.status = 200;
       }},
      {"HT-13", Kind::vod,
       [](const Asked&, Reply& reply) {
         if (reply.answer.status == 206) reply.answer.body.pop_back();
       }},
      {"HT-14", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.request.head) reply.answer.status = 405;
       }},
      {"HT-14", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.request.head && asked.is_segment) replace(reply.answer, "content-length", "0");
       }},
      {"HT-15", Kind::vod, [](const Asked&, Reply& reply) { remove(reply.answer, "content-length"); }},
      {"HT-16", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (!asked.is_segment || !asked.query.empty() || !is_get(asked)) return;
         reply.answer.status = 302;
         reply.answer.fields.emplace_back("location", asked.path + "?token=1");
       }},
      {"HT-17", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (!is_plain(asked)) return;
         reply.answer.status = 307;
         reply.answer.fields.emplace_back("location", "video.m3u8?session=1");
       }},
      {"HT-18", Kind::vod, [](const Asked&, Reply& reply) { remove(reply.answer, "date"); }},
      {"HT-19", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "date", "Sat, 21 Nov 2026 03:10:00 GMT");
       }},
      {"HT-19", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "date", "Sat, 21 Nov 2026 03:12:00 GMT");
       }},
      {"HT-20", Kind::live,
       [](const Asked& asked, Reply& reply) {
         if (asked.is_playlist) replace(reply.answer, "last-modified", "Sat, 21 Nov 2026 03:10:28 GMT");
       }},
      {"HT-21", Kind::low_latency, [](const Asked&, Reply& reply) { reply.answer.offers_http2 = false; }},
      {"HT-22", Kind::vod,
       [count = 0](const Asked& asked, Reply& reply) mutable {
         if (asked.is_segment && is_get(asked) && asked.path.ends_with("seg-0.aac") && ++count > 1)
           reply.answer.body.back() ^= 1;
       }},
      {"HT-23", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.path.find("no-such") != std::string::npos) reply.answer.status = 200;
       }},
      {"HT-24", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (asked.path.ends_with("seg-7.aac") && is_get(asked)) reply.answer.incomplete = true;
       }},
      {"MD-01", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (is_plain(asked) && is_get(asked))
           edit(reply.answer, "#EXTINF:2.000000,\nseg-9", "#EXTINF:1.900000,\nseg-9");
       }},
      {"MD-02",
       Kind::low_latency,
       [](const Asked& asked, Reply& reply) {
         // Twice as long as it should be.
         if (asked.path.ends_with("part-80.aac"))
           reply.answer.body.insert(reply.answer.body.end(), reply.answer.body.begin() + 73, reply.answer.body.end());
       },
       {"MA-09"}},
      {"MD-08", Kind::vod,
       [](const Asked& asked, Reply& reply) {
         if (is_plain(asked) && is_get(asked)) edit(reply.answer, "#EXTINF", "#EXT-X-BITRATE:9\n#EXTINF");
       }},
      {"MD-09",
       Kind::vod,
       [](const Asked& asked, Reply& reply) {
         // The timestamp of its ID3 tag: 2^16 ticks later.
         if (asked.path.ends_with("seg-7.aac")) ++reply.answer.body[70];
       },
       {"MA-09"}},
  };
  return all;
}

TEST(Session, EachFaultBreaksItsRuleAlone) {
  for (const Case& one : cases()) {
    FakeOrigin origin(one.kind, one.tamper);
    const Checked checked = run_check(origin);
    std::set<std::string> expected = one.also;
    expected.insert(one.rule);
    EXPECT_EQ(checked.findings.rules, expected) << checked.findings.text;
  }
}

TEST(Session, AnswersToBlockingRequestsThatComeEarlyOrNotAtAll) {
  FakeOrigin early(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (is_ahead(asked, reply)) {
      reply.delay = Millis(20);
      reply.answer.body.clear();
      const std::string text = as_transport_streams(sound_low_latency(8, 19, 0));
      reply.answer.body.assign(text.begin(), text.end());
    }
  });
  EXPECT_TRUE(run_check(early).findings.rules.count("BL-01") > 0);
  FakeOrigin refusing(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (is_ahead(asked, reply)) reply.answer.status = 404;
  });
  EXPECT_TRUE(run_check(refusing).findings.rules.count("BL-02") > 0);
  FakeOrigin silent(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (is_ahead(asked, reply)) reply.delay = Seconds(1000);
  });
  EXPECT_TRUE(run_check(silent).findings.rules.count("BL-02") > 0);
}

TEST(Session, ServersThatOfferNoDirectivesNeedNotTakeThem) {
  // Their queries may be signed.
  for (const int status : {401, 403}) {
    for (const Kind kind : {Kind::live, Kind::vod}) {
      FakeOrigin signing(kind, [status](const Asked& asked, Reply& reply) {
        if (asked.is_playlist && !asked.query.empty()) reply.answer.status = status;
      });
      EXPECT_EQ(run_check(signing).findings.text, "");
    }
  }
  FakeOrigin offering(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (asked.query.starts_with("_HLS_unknown")) reply.answer.status = 403;
  });
  EXPECT_EQ(run_check(offering).findings.rules, std::set<std::string>{"BL-14"});
  // What is asked for so is in no cache.
  for (const Kind kind : {Kind::live, Kind::vod}) {
    FakeOrigin slow(kind, [](const Asked& asked, Reply& reply) {
      if (asked.is_playlist && !asked.query.empty()) reply.delay = Seconds(3);
    });
    EXPECT_EQ(run_check(slow).findings.text, "");
  }
}

TEST(Session, ASlowServerIsNotLateWithDirectivesAlone) {
  const auto slow = [](Micros plain, Micros directed) {
    return [plain, directed](const Asked& asked, Reply& reply) {
      if (!asked.is_playlist) return;
      if (asked.query.empty()) reply.delay = plain;
      if ((asked.msn && *asked.msn < 9) || asked.query.starts_with("_HLS_unknown")) reply.delay = directed;
    };
  };
  const auto late = [](std::set<std::string> rules) { return rules.count("BL-03") + rules.count("BL-14"); };
  FakeOrigin both(Kind::low_latency, slow(Millis(2000), Millis(2900)));
  EXPECT_EQ(late(run_check(both).findings.rules), 0U);
  FakeOrigin one(Kind::low_latency, slow(Millis(20), Millis(2900)));
  EXPECT_EQ(late(run_check(one).findings.rules), 2U);
  EXPECT_EQ(late(run_check(one, {.watch = {}, .patience = Seconds(3)}).findings.rules), 0U);
  // There is an end to it.
  FakeOrigin stuck(Kind::low_latency, slow(Millis(15000), Millis(9000)));
  EXPECT_EQ(late(run_check(stuck).findings.rules), 2U);
}

TEST(Session, WhatIsAlwaysCompressedNeedsNoVary) {
  FakeOrigin always(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (!asked.is_playlist) return;
    remove(reply.answer, "vary");
    replace(reply.answer, "content-encoding", "gzip");
  });
  EXPECT_EQ(run_check(always).findings.text, "");
}

TEST(Session, TheMultivariantPlaylistMaySayThatSegmentsAreIndependent) {
  for (const bool stated : {false, true}) {
    FakeOrigin origin(Kind::low_latency, [stated](const Asked& asked, Reply& reply) {
      if (asked.path.ends_with("/index.m3u8")) {
        std::string text = sound_multivariant();
        if (stated) text = changed(text, "#EXT-X-VERSION", "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-VERSION");
        reply.answer.status = 200;
        reply.answer.body.assign(text.begin(), text.end());
      }
      if (!asked.is_playlist || reply.answer.status != 200) return;
      std::string text = changed(reply.answer.text(), "#EXT-X-INDEPENDENT-SEGMENTS\n", "");
      while (text.find("INDEPENDENT=YES,") != std::string::npos) text = changed(text, "INDEPENDENT=YES,", "");
      reply.answer.body.assign(text.begin(), text.end());
    });
    const Checked checked = run_check(origin, {}, "http://host/live/x/index.m3u8");
    EXPECT_EQ(checked.findings.rules.count("LL-11"), stated ? 1U : 0U) << checked.findings.text;
  }
}

TEST(Session, AStreamThatStallsIsFoundLate) {
  FakeOrigin origin(Kind::low_latency);
  origin.stall_at(Seconds(2));
  const Checked checked = run_check(origin, {.watch = Seconds(12)});
  // Held for three target durations and refused then, as it should be; what does not come is the fault.
  EXPECT_TRUE(checked.findings.rules.count("SU-12") > 0) << checked.findings.text;
  EXPECT_TRUE(checked.findings.rules.count("SU-13") > 0) << checked.findings.text;
}

TEST(Session, ARequestIsHeldForTooLong) {
  // Three target durations, and a second for the way.
  for (const Micros held : {Millis(6900), Millis(7100)}) {
    FakeOrigin origin(Kind::low_latency, [held](const Asked& asked, Reply& reply) {
      if (is_ahead(asked, reply) && asked.part) reply.delay = held;
    });
    EXPECT_EQ(run_check(origin, {.watch = Seconds(10)}).findings.rules.count("BL-08"), held > Seconds(7) ? 1U : 0U);
  }
}

TEST(Session, EveryRuleOfTheServiceHasItsFault) {
  // These have their own tests.
  std::set<std::string> tested = {"BL-01", "BL-02", "BL-08", "HT-02", "MD-03", "MD-04", "MD-05", "MD-06", "MD-07"};
  for (const Case& one : cases()) tested.insert(one.rule);
  for (const std::span<const Rule> table : {std::span<const Rule>(kBlockingRules), std::span<const Rule>(kHttpRules),
                                            std::span<const Rule>(kMediaAgainstPlaylistRules)}) {
    for (const Rule& rule : table) EXPECT_TRUE(tested.count(std::string(rule.id)) > 0) << rule.id;
  }
}

TEST(Session, APlaylistThatNothingTellsAsOne) {
  FakeOrigin origin(Kind::vod, [](const Asked& asked, Reply& reply) {
    if (asked.is_playlist) replace(reply.answer, "content-type", "text/plain");
  });
  EXPECT_EQ(run_check(origin, {}, "http://host/live/x/video").findings.rules, std::set<std::string>{"HT-02"});
}

}  // namespace
}  // namespace sluice::check::testing
