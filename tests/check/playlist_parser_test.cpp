// The reader of playlists at odd inputs: it says what is wrong, and reads on.
#include <gtest/gtest.h>

#include "broken_playlists.hpp"
#include "sluice/check/playlist.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check::testing {
namespace {

TEST(PlaylistParser, ReadsAWholePlaylist) {
  const MediaPlaylist playlist = parse_media(sound_low_latency());
  EXPECT_TRUE(playlist.faults.empty());
  EXPECT_EQ(playlist.target_duration, 2U);
  EXPECT_EQ(playlist.part_target, 0.5);
  EXPECT_EQ(playlist.skip_boundary(), 12.0);
  EXPECT_TRUE(playlist.can_block() && playlist.low_latency() && !playlist.ended);
  ASSERT_EQ(playlist.segments.size(), 7U);
  EXPECT_EQ(playlist.segments[0].msn, 10U);
  EXPECT_EQ(playlist.segments[0].dsn, 3U);
  EXPECT_EQ(playlist.segments[0].url, "http://host/live/x/seg-10.m4s");
  EXPECT_EQ(playlist.segments[6].parts.size(), 4U);
  EXPECT_EQ(playlist.segments[6].map->url, "http://host/live/x/init.mp4");
  EXPECT_EQ(to_rfc3339(*playlist.segments[0].date), "2026-11-21T03:10:20.000Z");
  EXPECT_EQ(playlist.open.msn, 17U);
  ASSERT_EQ(playlist.open.parts.size(), 2U);
  EXPECT_TRUE(playlist.open.parts[0].independent);
  ASSERT_EQ(playlist.hints.size(), 1U);
  EXPECT_EQ(playlist.hints[0].url, "http://host/live/x/part-70.m4s");
  EXPECT_EQ(playlist.duration(), 15.0);
  EXPECT_EQ(playlist.line_of("EXT-X-TARGETDURATION"), 3);
  EXPECT_EQ(playlist.segments[0].line, 12);
}

TEST(PlaylistParser, CountsDiscontinuitiesFromTheirSequenceNumber) {
  const MediaPlaylist playlist = parse_media(sound_live());
  EXPECT_EQ(playlist.segments[5].dsn, 0U);
  EXPECT_EQ(playlist.segments[6].dsn, 1U);
  EXPECT_EQ(playlist.open.dsn, 1U);
}

TEST(PlaylistParser, TakesBothLineEndsAndAMissingLastOne) {
  std::string text = sound_live();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\r\n");
  text.resize(text.size() - 2);
  const MediaPlaylist playlist = parse_media(text);
  EXPECT_TRUE(playlist.faults.empty());
  EXPECT_EQ(playlist.segments.size(), 7U);
}

TEST(PlaylistParser, ReadsOnBehindWhatIsWrong) {
  const MediaPlaylist playlist = parse_media(
      "\xef\xbb\xbf#EXTM3U8\n#EXT-X-TARGETDURATION:abc\n#EXTINF:nan,\na.ts\n#EXTINF:-1,\nb.ts\n#EXTINF:1e9,\nc.ts\n"
      "#EXT-X-BYTERANGE:18446744073709551616@1\n#EXTINF:4.0,\nd.ts\n#EXT-X-PART:DURATION=,URI=\n");
  EXPECT_EQ(playlist.segments.size(), 4U);
  EXPECT_EQ(playlist.segments[3].duration, 4.0);
  EXPECT_EQ(playlist.open.parts.size(), 1U);
  EXPECT_GE(playlist.faults.size(), 6U);
}

TEST(PlaylistParser, ByteRangesGoOnWhereTheOneBeforeEnded) {
  const MediaPlaylist playlist = parse_media(
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.0,\n#EXT-X-BYTERANGE:100@20\na.ts\n#EXTINF:4.0,\n"
      "#EXT-X-BYTERANGE:50\na.ts\n#EXTINF:4.0,\n#EXT-X-BYTERANGE:50\nb.ts\n");
  EXPECT_EQ(playlist.segments[1].range, (ByteRange{50, 120}));
  EXPECT_EQ(playlist.segments[2].range, (ByteRange{50, std::nullopt}));
  ASSERT_EQ(playlist.faults.size(), 1U);
  EXPECT_EQ(playlist.faults[0].line, 11);
}

TEST(PlaylistParser, PutsVariablesIn) {
  const std::string text =
      "#EXTM3U\n#EXT-X-VERSION:11\n#EXT-X-DEFINE:NAME=\"where\",VALUE=\"http://b/c\"\n#EXT-X-DEFINE:IMPORT=\"who\"\n"
      "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.0,\n{$where}/{$who}.ts?t={$token}\n"
      "#EXTINF:4.0,\n{$nobody}.ts\n";
  const Playlist parsed = parse_playlist(text, "http://a/x.m3u8?token=17", {{"who", "me"}});
  EXPECT_EQ(parsed.media->segments[0].url, "http://b/c/me.ts?t=17");
  ASSERT_EQ(parsed.media->faults.size(), 1U);
  EXPECT_EQ(parsed.media->faults[0].what, "'{$nobody}' is not defined");
}

TEST(PlaylistParser, GoesNoFurtherThanItsLimits) {
  const std::string head = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
  const auto repeated = [](const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  struct Case {
    std::string text;
    std::string beyond;
  };
  const std::string long_value = "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"" + std::string(60'000, 'a') + "\"\n";
  const std::vector<Case> all = {
      {head + "#EXTINF:4.0,\n" + std::string(65'537, 'a') + "\n", "more than 65536 bytes in line 4"},
      {head + "#EXT-X-KEY:" + repeated("A=1,", 65) + "\n", "more than 64 attributes in line 3"},
      {head + repeated("#EXTINF:4.0,\na\n", 50'000) + repeated("#EXT-X-PART:URI=\"a\",DURATION=1\n", 50'001),
       "more than 100000 segments, parts and date ranges"},
      {head + repeated("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"a\"\n", 1001),
       "more than 1000 variants, renditions, hints, reports and variables"},
      {head + repeated("#EXTINF:4.0\na\n", 1001), "more than 1000 faults"},
      {head + long_value + "#EXTINF:4.0,\n{$a}{$a}{$a}\n", "more than 65536 bytes with its variables in line 5"},
      {head + long_value + repeated("#EXTINF:4.0,\n{$a}\n", 2000),
       "more than 67108864 bytes of addresses and variables"},
  };
  for (const Case& one : all) {
    const Playlist parsed = parse_playlist(one.text, kUrl);
    EXPECT_EQ(parsed.beyond, one.beyond);
    EXPECT_FALSE(parsed.media || parsed.multivariant);
  }
  EXPECT_EQ(parse_playlist(head + "#EXT-X-KEY:" + repeated("A=1,", 63) + "A=1\n", kUrl).beyond, "");
  EXPECT_EQ(parse_playlist(head + repeated("#EXTINF:4.0,\na\n", 100'000), kUrl).beyond, "");
}

TEST(PlaylistParser, VariantsAndRenditions) {
  const auto playlist = parse_playlist(sound_multivariant(), kUrl).multivariant;
  ASSERT_TRUE(playlist);
  ASSERT_EQ(playlist->variants.size(), 1U);
  EXPECT_EQ(playlist->variants[0].url, kUrl);
  EXPECT_EQ(playlist->variants[0].attributes.text("CODECS"), "avc1.64001f,mp4a.40.2");
  EXPECT_EQ(playlist->url_of(playlist->renditions[0]), "http://host/live/x/audio.m3u8");
}

TEST(PlaylistParser, DateTimes) {
  struct Case {
    const char* text;
    const char* utc;  // null: it is none
  };
  for (const Case& one : std::vector<Case>{{"2026-11-21T03:55:12.345Z", "2026-11-21T03:55:12.345Z"},
                                           {"2026-11-21T03:55:12.345+01:30", "2026-11-21T02:25:12.345Z"},
                                           {"2026-11-21T03:55:12.345-0130", "2026-11-21T05:25:12.345Z"},
                                           {"20261121T035512Z", "2026-11-21T03:55:12.000Z"},
                                           {"2026-11-21T03:55:12", "2026-11-21T03:55:12.000Z"},
                                           {"2026-11-21T03:55:12.1234567Z", "2026-11-21T03:55:12.123Z"},
                                           {"2026-11-21 03:55:12Z", nullptr},
                                           {"2026-13-21T03:55:12Z", nullptr},
                                           {"2026-02-30T03:55:12Z", nullptr},
                                           {"2026-11-21T03:55Z", nullptr},
                                           {"2026-11-21T03:55:12.Z", nullptr},
                                           {"2026-11-21T03:55:12X", nullptr},
                                           {"", nullptr}}) {
    const auto parsed = parse_date_time(one.text);
    EXPECT_EQ(parsed.has_value(), one.utc != nullptr) << one.text;
    if (one.utc != nullptr) {
      EXPECT_EQ(parsed ? to_rfc3339(parsed->time) : "none", one.utc) << one.text;
    }
  }
}

TEST(Attributes, AreReadAsFarAsTheyGo) {
  const auto read = [](std::string_view text, std::size_t faults) {
    std::size_t count = 0;
    const AttributeList list = parse_attributes(text, 1, [&](const std::string&) { ++count; });
    EXPECT_EQ(count, faults) << text;
    return list;
  };
  EXPECT_EQ(read("A=1,B=\"x,y=z\",C=0.5", 0).text("B"), "x,y=z");
  EXPECT_EQ(read("A=1,B=\"x,y=z\",C=0.5", 0).number("C"), 0.5);
  EXPECT_EQ(read("A=1,A=2", 1).integer("A"), 1U);
  EXPECT_EQ(read("A=1 , B=2", 2).integer("B"), 2U);
  EXPECT_EQ(read("A=\"open", 1).text("A"), "open");
  EXPECT_EQ(read("A=\"x\"y,B=1", 1).integer("B"), 1U);
  EXPECT_EQ(read("A=-1.5", 0).number("A"), -1.5);
  EXPECT_EQ(read("A=99999999999999999999999", 0).integer("A"), std::nullopt);
  read("A", 1);
  read("A=1,", 1);
  read("=1", 1);
  read("a=1", 1);
}

TEST(Url, IsTakenApart) {
  const auto url = parse_url("HTTPS://User:pw@Example.COM:8443/a/./b/../c.m3u8?x=1#y");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text(), "https://example.com:8443/a/c.m3u8?x=1");
  EXPECT_EQ(parse_url("http://[::1]:80")->text(), "http://[::1]/");
  for (const char* text : {"", "host/x", "ftp://h/x", "http://", "http://h:0/", "http://h:99999/", "http://h:x/",
                           "http://h/a b", "http://[::1/", "http:/h"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Url, UserInformationIsSeen) {
  for (const char* text : {"http://me:secret@h/x", "HTTPS://me@h", "ftp://me@h/x", "me:secret@h/x", "//me@h/x"}) {
    EXPECT_TRUE(has_user_info(text)) << text;
  }
  for (const char* text : {"http://h/a@b", "http://h?a@b", "http://h#a@b", "h/a@b", "http://h/x//a@b", ""}) {
    EXPECT_FALSE(has_user_info(text)) << text;
  }
}

TEST(Url, ResolvesReferences) {
  struct Case {
    const char* reference;
    const char* absolute;
  };
  // RFC 3986 section 5.4, with this base.
  for (const Case& one : std::vector<Case>{{"g", "http://a/b/c/g"},
                                           {"./g", "http://a/b/c/g"},
                                           {"g/", "http://a/b/c/g/"},
                                           {"/g", "http://a/g"},
                                           {"//g", "http://g/"},
                                           {"?y", "http://a/b/c/d?y"},
                                           {"g?y", "http://a/b/c/g?y"},
                                           {"#s", "http://a/b/c/d?q"},
                                           {"", "http://a/b/c/d?q"},
                                           {".", "http://a/b/c/"},
                                           {"..", "http://a/b/"},
                                           {"../g", "http://a/b/g"},
                                           {"../../../g", "http://a/g"},
                                           {"g;x=1/../y", "http://a/b/c/y"},
                                           {"https://h/x", "https://h/x"},
                                           {"data:text/plain,x", "data:text/plain,x"}}) {
    EXPECT_EQ(resolve("http://a/b/c/d?q", one.reference), one.absolute) << one.reference;
  }
}

}  // namespace
}  // namespace sluice::check::testing
