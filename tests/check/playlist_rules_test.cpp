// A playlist for each rule PL, LL and MV that breaks it, and nothing else; and sound ones, which break none.
#include <gtest/gtest.h>

#include <functional>

#include "broken_playlists.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/rules.hpp"

namespace sluice::check {
namespace {

using namespace testing;  // NOLINT: of the tests

Findings judged(const std::string& text, bool delta = false) {
  Findings findings;
  const Playlist parsed = parse_playlist(text, std::string(kUrl) + "?token=1");
  if (parsed.media) judge_media_playlist(*parsed.media, delta, findings.report());
  if (parsed.multivariant) judge_multivariant(*parsed.multivariant, findings.report());
  return findings;
}

TEST(PlaylistRules, SoundPlaylistsBreakNone) {
  for (const std::string& text : {sound_live(), sound_vod(), sound_low_latency(), sound_multivariant(),
                                  changed(sound_live(), "#EXTM3U\n", "#EXTM3U\r\n")}) {
    EXPECT_EQ(judged(text).text, "") << text;
  }
}

struct Case {
  std::string rule;
  std::string text;
};

// With whole seconds, which it needs.
std::string as_version_1(std::string text) {
  for (std::size_t at = 0; (at = text.find("2.000000")) != std::string::npos;) text.replace(at, 8, "2");
  return changed(text, "VERSION:6", "VERSION:1");
}

const std::vector<Case>& cases() {
  const std::string live = sound_live();
  const std::string vod = sound_vod();
  const std::string plain = as_transport_streams(live);
  const std::string low = sound_low_latency();
  const std::string multi = sound_multivariant();
  static const std::vector<Case> all = {
      {"PL-01", changed(live, "#EXTM3U\n", "#EXTM3U8\n")},
      {"PL-02", changed(live, "seg-10", "s\xff\x67-10")},
      {"PL-02", changed(live, "seg-10", "seg\x01-10")},
      {"PL-03", changed(live, "URI=\"init-0.mp4\"", "URI = \"init-0.mp4\"")},
      {"PL-03", changed(live, "URI=\"init-0.mp4\"", "URI=\"init-0.mp4\",URI=\"b\"")},
      {"PL-03", changed(live, "#EXTINF:2.000000,", "#EXTINF:2.000000")},
      {"PL-03", changed(live, "seg-12.m4s", "seg-12.m4s ")},
      {"PL-03", changed(live, "VERSION:6", "VERSION:8\n#EXT-X-DEFINE:NAME=\"a\"")},
      {"PL-04", changed(live, "#EXT-X-TARGETDURATION:2\n", "#EXT-X-TARGETDURATION:2\n#EXT-X-TARGETDURATION:2\n")},
      {"PL-05", changed(changed(live, "#EXT-X-MEDIA-SEQUENCE:10\n", ""), "seg-10.m4s\n",
                        "seg-10.m4s\n#EXT-X-MEDIA-SEQUENCE:10\n")},
      {"PL-06", changed(changed(live, "#EXT-X-TARGETDURATION:2\n", ""), "seg-10.m4s\n",
                        "seg-10.m4s\n#EXT-X-TARGETDURATION:2\n")},
      {"PL-07", changed(live, "#EXT-X-TARGETDURATION:2\n", "")},
      {"PL-08", changed(live, "#EXTINF:2.000000,\nseg-16", "#EXTINF:2.500000,\nseg-16")},
      {"PL-09",
       changed(changed(plain, "VERSION:6", "VERSION:3"), "#EXTINF:2.000000,\nseg-16", "#EXTINF:2.400000,\nseg-16")},
      {"PL-10", changed(live, "VERSION:6", "VERSION:5")},
      {"PL-10", changed(as_version_1(plain), "#EXTINF", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n#EXTINF")},
      {"PL-10", changed(changed(plain, "VERSION:6", "VERSION:4"), "#EXTINF",
                        "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"identity\"\n#EXTINF")},
      {"PL-10", changed(changed(plain, "VERSION:6", "VERSION:4"), "#EXTINF",
                        "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMATVERSIONS=\"1\"\n#EXTINF")},
      {"PL-10", changed(live, "VERSION:6", "VERSION:10\n#EXT-X-DEFINE:QUERYPARAM=\"token\"")},
      {"PL-10", changed(multi, "VERSION:6", "VERSION:10\n#EXT-X-DEFINE:QUERYPARAM=\"token\"")},
      {"PL-11", changed(live, "VERSION:6", "VERSION:7")},
      {"PL-12", changed(live, "#EXTINF:2.000000,\nseg-16", "#EXTINF:long,\nseg-16")},
      {"PL-12", changed(live, "#EXTINF:2.000000,\nseg-16", "seg-16")},
      {"PL-13", changed(live, "#EXTINF:2.000000,\nseg-16", "#EXTINF:2,\nseg-16")},
      {"PL-14", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"},
      {"PL-15", changed(live, "#EXT-X-DISCONTINUITY-SEQUENCE:0\n", "")},
      {"PL-16", changed(live, "#EXT-X-MAP:URI=\"init-0.mp4\"\n", "")},
      {"PL-16", changed(live, "URI=\"init-0.mp4\"", "BYTERANGE=\"100@0\"")},
      {"PL-17", changed(live, "2026-11-21T03:55:22.000Z", "yesterday")},
      {"PL-18", changed(live, "03:55:22.000Z", "03:55:22Z")},
      {"PL-18", changed(live, "03:55:22.000Z", "03:55:22.000")},
      {"PL-20", changed(live, "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:55:22.000Z\n", "")},
      {"PL-21", changed(live, "03:55:20.000Z", "03:55:19.980Z")},
      {"PL-22", changed(live, "03:55:22.000Z", "03:55:20.900Z")},
      {"PL-23", changed(live, "#EXT-X-TARGETDURATION", "#EXT-X-PLAYLIST-TYPE:LIVE\n#EXT-X-TARGETDURATION")},
      {"PL-23", changed(vod, "#EXT-X-ENDLIST\n", "")},
      {"PL-24", changed(live, "seg-12", "#EXT-X-BYTERANGE:many\nseg-12")},
      {"PL-24", changed(live, "seg-12", "#EXT-X-BYTERANGE:100\nseg-12")},
      {"PL-25", changed(live, "#EXTINF", "#EXT-X-KEY:METHOD=AES-128\n#EXTINF")},
      {"PL-26", changed(live, "#EXT-X-TARGETDURATION", "#EXT-X-START:PRECISE=YES\n#EXT-X-TARGETDURATION")},
      {"PL-27", changed(live, "#EXT-X-TARGETDURATION", "#EXT-X-START:TIME-OFFSET=-1.0\n#EXT-X-TARGETDURATION")},
      {"PL-27", changed(vod, "#EXT-X-TARGETDURATION", "#EXT-X-START:TIME-OFFSET=100\n#EXT-X-TARGETDURATION")},
      {"PL-28", changed(live, "#EXT-X-TARGETDURATION", "#EXT-X-ALLOW-CACHE:NO\n#EXT-X-TARGETDURATION")},
      {"PL-29", live + "#EXT-X-DATERANGE:START-DATE=\"2026-11-21T03:55:12.000Z\"\n"},
      {"PL-29", live + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"soon\"\n"},
      {"PL-29", live + "#EXT-X-DATERANGE:ID=\"a\",SCTE35-IN=0xFC\n"},
      {"PL-29", live + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-21T03:55:12Z\",END-ON-NEXT=YES\n"},
      {"PL-30",
       changed(live, "#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF:BANDWIDTH=1\nother.m3u8\n#EXT-X-TARGETDURATION")},
      {"PL-31", changed(live, "seg-16.m4s", "seg-15.m4s")},

      {"LL-01", changed(low, "#EXT-X-PART-INF:PART-TARGET=0.500000\n", "")},
      {"LL-01", changed(low, "PART-TARGET=0.500000", "PART-TARGET=none")},
      {"LL-02", changed(low, "PART-HOLD-BACK=1.500000", "PART-HOLD-BACK=0.900000")},
      {"LL-03", changed(low, "PART-HOLD-BACK=1.500000", "PART-HOLD-BACK=1.400000")},
      {"LL-04", changed(low, "PART-HOLD-BACK", "HOLD-BACK=5.5,PART-HOLD-BACK")},
      {"LL-05", changed(low, "CAN-SKIP-UNTIL=12.000000", "CAN-SKIP-UNTIL=11.000000")},
      {"LL-05", changed(low, "CAN-SKIP-UNTIL=12.000000", "CAN-SKIP-DATERANGES=YES")},
      {"LL-06", changed(low, "CAN-BLOCK-RELOAD=YES,", "")},
      {"LL-07", changed(low, "DURATION=0.500000,URI=\"part-69.m4s\"", "URI=\"part-69.m4s\"")},
      {"LL-07", changed(low, ",URI=\"part-69.m4s\"", "")},
      {"LL-08", changed(low, "DURATION=0.500000,URI=\"part-69.m4s\"", "DURATION=0.500001,URI=\"part-69.m4s\"")},
      {"LL-09", changed(changed(low, "DURATION=0.500000,URI=\"part-66.m4s\"", "DURATION=0.400000,URI=\"part-66.m4s\""),
                        "#EXTINF:2.000000,\nseg-16", "#EXTINF:1.900000,\nseg-16")},
      {"LL-10", changed(low, "#EXTINF:2.000000,\nseg-16", "#EXTINF:1.980000,\nseg-16")},
      {"LL-12",
       changed(low, "#EXT-X-PRELOAD-HINT", "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:10:34.000Z\n#EXT-X-PRELOAD-HINT")},
      {"LL-14", changed(low, "#EXT-X-PRELOAD-HINT", "#EXT-X-PRELOAD-HINT:TYPE=MAP\n#EXT-X-PRELOAD-HINT")},
      {"LL-15", low + "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-71.m4s\"\n"},
      {"LL-16", changed(low, "TYPE=PART,URI=\"part-70.m4s\"", "TYPE=PART,URI=\"part-69.m4s\"")},
      {"LL-16", low + "#EXT-X-ENDLIST\n"},
      {"LL-17", changed(low, "#EXT-X-PRELOAD-HINT", "#EXT-X-NOTHING")},
      {"LL-19", low + "#EXT-X-RENDITION-REPORT:URI=\"http://host/live/x/b.m3u8\",LAST-MSN=17,LAST-PART=1\n"},
      {"LL-19", low + "#EXT-X-RENDITION-REPORT:URI=\"b.m3u8\",LAST-MSN=17\n"},

      {"MV-01", changed(multi, "video.m3u8\n", "")},
      {"MV-02", changed(changed(multi, "INF:BANDWIDTH=900000,", "INF:"), "AVERAGE", "AVERAGE")},
      {"MV-03", changed(multi, "AVERAGE-BANDWIDTH=800000,", "")},
      {"MV-04", changed(multi, "AVERAGE-BANDWIDTH=800000", "AVERAGE-BANDWIDTH=900001")},
      {"MV-05", changed(multi, "CODECS=\"avc1.64001f,mp4a.40.2\",", "")},
      {"MV-06", changed(multi, "RESOLUTION=1280x720,", "")},
      {"MV-06", changed(multi, "1280x720", "1280*720")},
      {"MV-07", changed(multi, "FRAME-RATE=30.000,", "")},
      {"MV-08", changed(multi, "avc1.64001f,mp4a", "avc1.64,mp4a")},
      {"MV-08", changed(multi, "avc1.64001f,mp4a", "video,mp4a")},
      {"MV-09", changed(multi, "AUDIO=\"sound\"", "AUDIO=\"noise\"")},
      {"MV-10", changed(multi, ",NAME=\"English\"", "")},
      {"MV-10",
       changed(multi, "#EXT-X-STREAM-INF",
               "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"English\",URI=\"b.m3u8\"\n#EXT-X-STREAM-INF")},
      {"MV-10", changed(multi, "#EXT-X-STREAM-INF",
                        "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"words\",NAME=\"a\"\n#EXT-X-STREAM-INF")},
      {"MV-11", changed(multi, "FRAME-RATE", "VIDEO-RANGE=WIDE,FRAME-RATE")},
      {"MV-12", changed(multi, ",CLOSED-CAPTIONS=NONE", "")},
      {"MV-13", changed(multi, ",URI=\"iframes.m3u8\"", "")},
  };
  return all;
}

TEST(PlaylistRules, EachBrokenPlaylistBreaksItsRuleAlone) {
  for (const Case& one : cases()) {
    const Findings found = judged(one.text);
    EXPECT_EQ(found.rules, std::set<std::string>{one.rule}) << found.text << "\n" << one.text;
  }
}

TEST(PlaylistRules, ACodecThatIsNotKnownMayBeOne) {
  for (const std::string name : {"abcd", "lhe1.10.2", "mhm1.0x0D", "ac-4.02.01.03"}) {
    EXPECT_EQ(judged(changed(sound_multivariant(), "mp4a.40.2", name)).text, "") << name;
  }
  for (const std::string name : {"abc", "abcd.", "abcd..1", "ab/d", "avc1.1"}) {
    EXPECT_EQ(judged(changed(sound_multivariant(), "mp4a.40.2", name)).rules, std::set<std::string>{"MV-08"}) << name;
  }
}

TEST(PlaylistRules, ADateRangeMayLeaveOutWhatAnEarlierOneSays) {
  const std::string live = sound_live();
  // As RFC 8216 section 8.10.
  const std::string out =
      "#EXT-X-DATERANGE:ID=\"splice-6FFFFFF0\",CLASS=\"ad\",START-DATE=\"2026-11-21T03:55:12Z\",PLANNED-DURATION=59.9,"
      "SCTE35-OUT=0xFC002F\n";
  const std::string in = "#EXT-X-DATERANGE:ID=\"splice-6FFFFFF0\",DURATION=59.9,SCTE35-IN=0xFC002A\n";
  const std::string next = "#EXT-X-DATERANGE:ID=\"splice-6FFFFFF0\",END-ON-NEXT=YES\n";
  EXPECT_EQ(judged(live + out + in + next).text, "");
  EXPECT_EQ(judged(live + in).rules, std::set<std::string>{"PL-29"});
  // The earlier one may have gone with an earlier version.
  Findings findings;
  DateRangesSeen seen;
  judge_media_playlist(parse_media(live + out), false, findings.report(), seen);
  judge_media_playlist(parse_media(live + in + next), false, findings.report(), seen);
  EXPECT_EQ(findings.text, "");
  judge_media_playlist(parse_media(changed(live + in, "6FFFFFF0", "6FFFFFF1")), false, findings.report(), seen);
  EXPECT_EQ(findings.rules, std::set<std::string>{"PL-29"});
}

TEST(PlaylistRules, OfMoreDateRangesThanAreRememberedNothingIsSaid) {
  DateRangesSeen seen;
  const auto range = [](std::size_t i) {
    return parse_attributes("ID=\"" + std::to_string(i) + "\"", 1, [](const std::string&) {});
  };
  for (std::size_t i = 0; i <= DateRangesSeen::kMax; ++i) seen.add(range(i));
  EXPECT_FALSE(seen.has_start(range(0)));
  EXPECT_TRUE(seen.has_start(range(DateRangesSeen::kMax)));
}

TEST(PlaylistRules, LivePlaylistWithoutDates) {
  std::string text = sound_live();
  for (std::size_t at = 0; (at = text.find("#EXT-X-PROGRAM")) != std::string::npos;) {
    text.erase(at, text.find('\n', at) + 1 - at);
  }
  EXPECT_EQ(judged(text).rules, std::set<std::string>{"PL-19"});
}

TEST(PlaylistRules, SegmentsWithoutIndependentPart) {
  // The first part of a segment must be one, where segments are independent: so both.
  std::string text = changed(sound_low_latency(), "\"part-64.m4s\",INDEPENDENT=YES", "\"part-64.m4s\"");
  EXPECT_EQ(judged(text).rules, (std::set<std::string>{"LL-11", "LL-20"}));
  EXPECT_EQ(judged(changed(text, "#EXT-X-INDEPENDENT-SEGMENTS\n", "")).rules, std::set<std::string>{"LL-20"});
  text = changed(text, "\"part-65.m4s\"", "\"part-65.m4s\",INDEPENDENT=YES");
  EXPECT_EQ(judged(text).rules, std::set<std::string>{"LL-11"});
}

TEST(PlaylistRules, PartsThatAreRemovedOneByOneTakeTheIndependentOneFirst) {
  EXPECT_EQ(
      judged(changed(sound_low_latency(), "#EXT-X-PART:DURATION=0.500000,URI=\"part-60.m4s\",INDEPENDENT=YES\n", ""))
          .text,
      "");
}

TEST(PlaylistRules, ManyPartsThatAreRounded) {
  // 36 of a sixth of a second, printed as 0.167, make 6.012 s.
  std::string text = changed(sound_low_latency(10, 16, 0), "TARGETDURATION:2", "TARGETDURATION:6");
  text = changed(text, "CAN-SKIP-UNTIL=12.000000", "CAN-SKIP-UNTIL=36.000000");
  std::string parts;
  for (int i = 0; i < 36; ++i) {
    parts += "#EXT-X-PART:DURATION=0.167,URI=\"p" + std::to_string(i) + ".m4s\",INDEPENDENT=YES\n";
  }
  text += parts + "#EXTINF:6.000,\nseg-17.m4s\n";
  EXPECT_EQ(judged(text).rules.count("LL-10"), 0U) << judged(text).text;
  EXPECT_EQ(judged(changed(text, "#EXTINF:6.000,", "#EXTINF:6.200,")).rules.count("LL-10"), 1U);
}

TEST(PlaylistRules, PartsFarFromTheEnd) {
  std::string text = sound_low_latency();
  std::string parts;
  for (int i = 0; i < 4; ++i) {
    parts += "#EXT-X-PART:DURATION=0.500000,URI=\"part-4" + std::to_string(i) + ".m4s\",INDEPENDENT=YES\n";
  }
  EXPECT_EQ(judged(changed(text, "#EXTINF:2.000000,\nseg-11", parts + "#EXTINF:2.000000,\nseg-11")).rules,
            std::set<std::string>{"LL-13"});
}

TEST(PlaylistRules, SkipIsForWhoAskedForIt) {
  const std::string text =
      changed(changed(sound_low_latency(14, 16), "VERSION:6", "VERSION:9"), "#EXT-X-PROGRAM-DATE-TIME",
              "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n#EXT-X-PROGRAM-DATE-TIME");
  EXPECT_EQ(judged(text, true).text, "");
  EXPECT_EQ(judged(text, false).rules, std::set<std::string>{"LL-18"});
}

// How playlists of one presentation agree.
Findings together(const std::string& first, const std::string& other, bool is_other_subtitles = false) {
  const MediaPlaylist playlists[] = {parse_media(first, "http://host/a.m3u8"),
                                     parse_media(other, "http://host/b.m3u8")};
  const PresentedPlaylist both[] = {{&playlists[0], false}, {&playlists[1], is_other_subtitles}};
  Findings findings;
  judge_renditions(both, findings.report());
  return findings;
}

TEST(PlaylistRules, RenditionsThatDisagree) {
  const std::string live = sound_live();
  std::string undated = live;
  for (std::size_t at = 0; (at = undated.find("#EXT-X-PROGRAM")) != std::string::npos;) {
    undated.erase(at, undated.find('\n', at) + 1 - at);
  }
  const std::vector<Case> all = {
      {"MV-14", changed(live, "TARGETDURATION:2", "TARGETDURATION:3")},
      {"MV-15", changed(live, "#EXT-X-MEDIA-", "#EXT-X-SERVER-CONTROL:HOLD-BACK=6\n#EXT-X-MEDIA-")},
      {"MV-16", changed(live, "#EXT-X-MEDIA-", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-")},
      {"MV-17", undated},
      {"MV-18", changed(live, "DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:1")},
  };
  EXPECT_EQ(together(live, live).text, "");
  for (const Case& one : all) {
    const Findings found = together(live, one.text);
    EXPECT_EQ(found.rules, std::set<std::string>{one.rule}) << found.text;
  }
}

TEST(PlaylistRules, SubtitlesThatDoNotGrowHaveATargetDurationOfTheirOwn) {
  const std::string vod = sound_vod();
  const std::string other = changed(vod, "TARGETDURATION:2", "TARGETDURATION:30");
  EXPECT_EQ(together(vod, other).rules, std::set<std::string>{"MV-14"});
  EXPECT_EQ(together(vod, other, true).text, "");
  const std::string live = sound_live();
  EXPECT_EQ(together(live, changed(live, "TARGETDURATION:2", "TARGETDURATION:30"), true).rules,
            std::set<std::string>{"MV-14"});
}

TEST(PlaylistRules, RenditionReports) {
  const std::string a = sound_low_latency() + "#EXT-X-RENDITION-REPORT:URI=\"b.m3u8\",LAST-MSN=17,LAST-PART=1\n";
  const std::string b = sound_low_latency() + "#EXT-X-RENDITION-REPORT:URI=\"a.m3u8\",LAST-MSN=17,LAST-PART=1\n";
  EXPECT_EQ(together(a, b).text, "");
  EXPECT_EQ(together(a, sound_low_latency()).rules, std::set<std::string>{"MV-19"});
  EXPECT_EQ(together(a, changed(b, "LAST-MSN=17", "LAST-MSN=14")).rules, std::set<std::string>{"MV-20"});
}

TEST(PlaylistRules, EveryOneHasItsBrokenPlaylist) {
  // Those with tests of their own.
  std::set<std::string> tested = {"PL-19", "LL-11", "LL-13", "LL-18", "LL-20", "MV-14",
                                  "MV-15", "MV-16", "MV-17", "MV-18", "MV-19", "MV-20"};
  for (const Case& one : cases()) tested.insert(one.rule);
  for (const std::span<const Rule> table :
       {std::span<const Rule>(kPlaylistRules), std::span<const Rule>(kLowLatencyRules),
        std::span<const Rule>(kMultivariantRules)}) {
    for (const Rule& rule : table) EXPECT_TRUE(tested.count(std::string(rule.id)) > 0) << rule.id;
  }
}

}  // namespace
}  // namespace sluice::check
