// Playlists that are redirected to another place each time, as balancers do: that changes nothing of what they say.
#include <gtest/gtest.h>

#include "fake_origin.hpp"
#include "sluice/check/session.hpp"

namespace sluice::check::testing {
namespace {

// Two variants; each load of one is sent to another place.
FakeOrigin::Tamper balanced(FakeOrigin::Tamper then = {}) {
  return [count = 0, then = std::move(then)](const Asked& asked, Reply& reply) mutable {
    Answer& answer = reply.answer;
    if (asked.path.ends_with("/index.m3u8")) {
      const std::string variant =
          "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS=\"mp4a.40.2\"\nvideo-";
      const std::string text = "#EXTM3U\n" + variant + "0.m3u8\n" + variant + "1.m3u8\n";
      answer.status = 200;
      answer.fields.emplace_back("content-type", "application/vnd.apple.mpegurl");
      answer.fields.emplace_back("date", "Sat, 21 Nov 2026 03:10:40 GMT");
      answer.body.assign(text.begin(), text.end());
    } else if (asked.is_playlist && asked.request.url.starts_with("http://host/")) {
      const std::string place = std::to_string(++count);
      reply = Reply{};
      answer.status = 302;
      answer.fields = {{"location", "http://edge" + place + "/" + place + asked.path + "?" + asked.query}};
    } else {
      if (asked.is_playlist && answer.status == 200 && answer.text().find("#EXT-X-PART-INF") != std::string::npos) {
        const std::string text = answer.text();
        const std::string other = asked.path.find("video-0") != std::string::npos ? "video-1" : "video-0";
        const MediaPlaylist playlist = parse_media(text);
        const std::size_t parts = playlist.open.parts.size();
        const std::string report = "#EXT-X-RENDITION-REPORT:URI=\"" + other +
                                   ".m3u8\",LAST-MSN=" + std::to_string(playlist.next_msn() - (parts == 0 ? 1 : 0)) +
                                   ",LAST-PART=" + std::to_string(parts == 0 ? 3 : parts - 1) + "\n";
        answer.body.insert(answer.body.end(), report.begin(), report.end());
      }
      if (then) then(asked, reply);
    }
  };
}

Checked checked_with(Kind kind, FakeOrigin::Tamper then = {}) {
  FakeOrigin origin(kind, balanced(std::move(then)));
  return run_check(origin, {}, "http://host/live/x/index.m3u8");
}

TEST(Session, RedirectsToChangingPlacesChangeNothing) {
  for (const Kind kind : {Kind::low_latency, Kind::live, Kind::vod}) {
    const Checked checked = checked_with(kind);
    EXPECT_EQ(checked.findings.rules, std::set<std::string>{"HT-17"}) << checked.findings.text;
    EXPECT_EQ(checked.summary.playlists, 2U);
    EXPECT_EQ(checked.summary.failure, "");
  }
}

TEST(Session, WhatChangesIsFoundBehindRedirectsToo) {
  const auto renamed = [](const std::string& from, const std::string& to) {
    return [from, to, count = 0](const Asked& asked, Reply& reply) mutable {
      const bool is_text =
          asked.is_playlist && reply.answer.status == 200 && asked.query.find("_skip") == asked.query.npos;
      if (is_text && reply.answer.text().find(from) != std::string::npos && ++count > 8) edit(reply.answer, from, to);
    };
  };
  EXPECT_TRUE(checked_with(Kind::live, renamed("seg-19.aac", "seg-b-19.aac")).findings.rules.count("SU-02") > 0);
  EXPECT_TRUE(checked_with(Kind::low_latency, renamed("part-79.aac", "part-b-79.aac")).findings.rules.count("SU-15") >
              0);
  const Checked unreported = checked_with(Kind::low_latency, [](const Asked& asked, Reply& reply) {
    if (asked.is_playlist && reply.answer.status == 200) edit(reply.answer, "\"video-", "\"other-");
  });
  EXPECT_TRUE(unreported.findings.rules.count("MV-19") > 0) << unreported.findings.text;
}

}  // namespace
}  // namespace sluice::check::testing
