// Two versions of a playlist for each rule SU: what the second must not do to the first.
#include "sluice/check/succession.hpp"

#include <gtest/gtest.h>

#include "broken_playlists.hpp"
#include "sluice/check/rules.hpp"

namespace sluice::check {
namespace {

using namespace testing;  // NOLINT: of the tests

constexpr MonoTime kStart{Seconds(1000)};

// By a request that was held until then.
Sighting at(double seconds) {
  const MonoTime time = kStart + Micros(static_cast<std::int64_t>(seconds * 1e6));
  return {time, time, true};
}

Findings after(const std::string& old, const std::string& now, double seconds = 0.4) {
  Findings findings;
  Succession succession;
  succession.add(parse_media(old), at(0), findings.report());
  succession.add(parse_media(now), at(seconds), findings.report());
  return findings;
}

// Segment 10 is gone, 17 has come.
std::string slid_live() {
  std::string text = changed(sound_live(), "SEQUENCE:10", "SEQUENCE:11");
  text = changed(text, "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:55:10.000Z\n#EXTINF:2.000000,\nseg-10.m4s\n", "");
  return text + "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:55:24.000Z\n#EXTINF:2.000000,\nseg-17.m4s\n";
}

TEST(Succession, WhatAPlaylistMayDo) {
  EXPECT_EQ(after(sound_live(), sound_live()).text, "");
  EXPECT_EQ(after(sound_live(), slid_live()).text, "");
  EXPECT_EQ(after(sound_live(), sound_live() + "#EXT-X-ENDLIST\n").text, "");
  EXPECT_EQ(after(sound_low_latency(10, 16, 2), sound_low_latency(10, 16, 3)).text, "");
  EXPECT_EQ(after(sound_low_latency(10, 16, 4), sound_low_latency(11, 17, 0)).text, "");
  EXPECT_EQ(after(sound_low_latency(10, 16, 3), sound_low_latency(11, 17, 1)).text, "");
}

TEST(Succession, EachForbiddenChangeBreaksItsRuleAlone) {
  struct Case {
    std::string rule;
    std::string old;
    std::string now;
  };
  const std::string live = sound_live();
  const std::string slid = slid_live();
  const std::string low = sound_low_latency(10, 16, 2);
  const std::string next = sound_low_latency(10, 16, 3);
  const std::string event = changed(live, "#EXT-X-MEDIA-", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-");
  const std::vector<Case> all = {
      {"SU-02", live, changed(slid, "seg-12.m4s", "seg-12b.m4s")},
      {"SU-03", live, changed(slid, "#EXTINF:2.000000,\nseg-12", "#EXTINF:1.900000,\nseg-12")},
      {"SU-03", live, changed(slid, "03:55:16.000Z", "03:55:16.100Z")},
      {"SU-03", live, changed(slid, "seg-14.m4s", "#EXT-X-GAP\nseg-14.m4s")},
      {"SU-03", live, changed(slid, "init-1.mp4", "init-2.mp4")},
      {"SU-04", live, changed(slid, "DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:1")},
      {"SU-05", live, changed(slid, "TARGETDURATION:2", "TARGETDURATION:3")},
      {"SU-06", low, changed(next, "PART-TARGET=0.500000", "PART-TARGET=0.510000")},
      {"SU-07", low, changed(next, "PART-HOLD-BACK=1.500000", "PART-HOLD-BACK=1.600000")},
      {"SU-08", live + "#EXT-X-ENDLIST\n", slid + "#EXT-X-ENDLIST\n"},
      {"SU-08", live + "#EXT-X-ENDLIST\n", live},
      {"SU-09", slid,
       changed(slid, "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:55:24.000Z\n#EXTINF:2.000000,\nseg-17.m4s\n", "")},
      {"SU-10", low, sound_low_latency(16, 17, 0)},
      {"SU-11", low, sound_low_latency(13, 17, 0)},
      {"SU-14", live, event},
      {"SU-14", event, changed(slid, "#EXT-X-MEDIA-", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-")},
      {"SU-15", low, changed(next, "\"part-69.m4s\"", "\"part-69.m4s\",INDEPENDENT=YES")},
      {"SU-15", low, changed(next, "DURATION=0.500000,URI=\"part-66.m4s\"", "DURATION=0.490000,URI=\"part-66.m4s\"")},
      {"SU-16", changed(low, "part-70.m4s", "part-70b.m4s"), next},
      {"SU-17", low, changed(sound_low_latency(11, 17, 0), "part-69.m4s", "part-69b.m4s")},
      {"SU-18", low, sound_low_latency(18, 24, 0)},
  };
  std::set<std::string> tested = {"SU-01", "SU-12", "SU-13"};
  for (const Case& one : all) {
    const Findings found = after(one.old, one.now);
    EXPECT_EQ(found.rules, std::set<std::string>{one.rule}) << found.text << "\n" << one.now;
    tested.insert(one.rule);
  }
  for (const Rule& rule : kSuccessionRules) EXPECT_TRUE(tested.count(std::string(rule.id)) > 0) << rule.id;
}

TEST(Succession, TheSequenceNumberGoesBack) {
  EXPECT_TRUE(after(slid_live(), changed(slid_live(), "SEQUENCE:11", "SEQUENCE:9")).rules.count("SU-01") > 0);
}

TEST(Succession, NoNewSegmentInTime) {
  // 1.5 target durations and the second for the way.
  EXPECT_EQ(after(sound_live(), sound_live(), 3.9).text, "");
  EXPECT_EQ(after(sound_live(), sound_live(), 4.1).rules, std::set<std::string>{"SU-12"});
  // It was there the whole time, for all that is known: nobody had asked.
  Findings findings;
  Succession succession;
  succession.add(parse_media(sound_live()), at(0), findings.report());
  succession.add(parse_media(slid_live()), {at(0.1).asked, at(9).answered, false}, findings.report());
  EXPECT_EQ(findings.text, "");
}

TEST(Succession, NoNewPartInTime) {
  EXPECT_EQ(after(sound_low_latency(10, 16, 2), sound_low_latency(10, 16, 3), 1.4).text, "");
  EXPECT_EQ(after(sound_low_latency(10, 16, 2), sound_low_latency(10, 16, 3), 1.7).rules,
            std::set<std::string>{"SU-13"});
}

TEST(Succession, WhatAPollFindsMayHaveBeenThereBefore) {
  const auto polled_at = [](double seconds) { return Sighting{at(seconds).asked, at(seconds).answered, false}; };
  Findings findings;
  Succession succession;
  succession.add(parse_media(sound_low_latency(10, 16, 2)), polled_at(0), findings.report());
  succession.add(parse_media(sound_low_latency(10, 16, 3)), polled_at(3), findings.report());
  succession.add(parse_media(sound_low_latency(11, 17, 0)), polled_at(9), findings.report());
  EXPECT_EQ(findings.text, "");
  // The old version, asked for late, is the proof.
  succession.add(parse_media(sound_low_latency(11, 17, 0)), polled_at(11), findings.report());
  EXPECT_EQ(findings.rules, std::set<std::string>{"SU-13"});
}

TEST(Succession, StallsAreToldOnce) {
  std::size_t told = 0;
  Succession succession;
  for (int i = 0; i < 20; ++i) {
    succession.add(parse_media(sound_live()), at(i), [&](const Finding&) { ++told; });
  }
  EXPECT_EQ(told, 1U);
}

TEST(Succession, AnEndedPlaylistNeedsNothingNew) { EXPECT_EQ(after(sound_vod(), sound_vod(), 100).text, ""); }

TEST(MergeDelta, GivesTheWholePlaylist) {
  const MediaPlaylist before = parse_media(sound_low_latency(10, 20, 2));
  const MediaPlaylist whole = parse_media(sound_low_latency(11, 21, 1));
  std::string text = changed(sound_low_latency(16, 21, 1), "MEDIA-SEQUENCE:16", "MEDIA-SEQUENCE:11");
  text = changed(text, "#EXT-X-PROGRAM", "#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n#EXT-X-PROGRAM");
  const auto merged = merge_delta(before, parse_media(text));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->segments.size(), whole.segments.size());
  EXPECT_EQ(merged->first_msn(), 11U);
  EXPECT_EQ(merged->segments.front().url, "http://host/live/x/seg-11.m4s");
  EXPECT_EQ(merged->segments.back().dsn, 3U);
  EXPECT_EQ(difference(*merged, whole), "");
  EXPECT_NE(difference(*merged, parse_media(changed(sound_low_latency(11, 21, 1), "#EXTINF:2.0", "#EXTINF:1.9"))), "");
}

TEST(MergeDelta, ARangeGoesOnFromWhatIsSkipped) {
  const std::string head = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n";
  const std::string whole = head + "#EXTINF:4.0,\n#EXT-X-BYTERANGE:100@0\na.ts\n";
  const std::string next = "#EXTINF:4.0,\n#EXT-X-BYTERANGE:50\na.ts\n";
  const MediaPlaylist delta = parse_media(head + "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n" + next);
  EXPECT_TRUE(delta.faults.empty());
  const auto merged = merge_delta(parse_media(whole + next), delta);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->segments.back().range, (ByteRange{50, 100}));
}

TEST(MergeDelta, NeedsWhatItSkips) {
  std::string text =
      changed(sound_low_latency(16, 21, 1), "#EXT-X-PROGRAM", "#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n#EXT-X-PROGRAM");
  EXPECT_FALSE(merge_delta(parse_media(sound_low_latency(10, 13, 1)), parse_media(text)));
  text = changed(text, "SKIPPED-SEGMENTS=5", "SKIPPED-SEGMENTS=18446744073709551615");
  EXPECT_FALSE(merge_delta(parse_media(sound_low_latency(10, 20, 1)), parse_media(text)));
}

}  // namespace
}  // namespace sluice::check
