#include "sluice/net/static_pages.hpp"

#include <gmock/gmock.h>

namespace sluice::net {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const HttpResponse& response) { return std::string(as_text(response.body->pieces()[0].view())); }

TEST(StaticPages, EverythingAPageAsksForIsThere) {
  const StaticPages pages;
  for (const HttpResponse& page : {pages.player(), pages.status()}) {
    const std::string html = text_of(page);
    for (std::size_t at = 0; (at = html.find(".sluice/", at)) != std::string::npos; ++at) {
      const std::string path = "/" + html.substr(at, html.find('"', at) - at);
      EXPECT_TRUE(pages.asset(path)) << path;
    }
  }
  ASSERT_TRUE(pages.asset("/.sluice/hls.min.js"));
  EXPECT_EQ(pages.asset("/.sluice/hls.min.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(pages.asset("/.sluice/player.css")->content_type, "text/css; charset=utf-8");
  EXPECT_TRUE(pages.asset("/.sluice/hls.js-license.txt"));
}

TEST(StaticPages, EverythingAScriptImportsIsThere) {
  const StaticPages pages;
  int imports = 0;
  for (const char* script :
       {"player.js", "player-controls.js", "player-figures.js", "status.js", "status-pictures.js"}) {
    const auto found = pages.asset(std::string(kAssetPrefix) + script);
    ASSERT_TRUE(found) << script;
    const std::string text = text_of(*found);
    constexpr std::string_view kFrom = " from './";
    for (std::size_t at = 0; (at = text.find(kFrom, at)) != std::string::npos; ++imports) {
      at += kFrom.size();
      EXPECT_TRUE(pages.asset(std::string(kAssetPrefix) + text.substr(at, text.find('\'', at) - at))) << script;
    }
  }
  EXPECT_EQ(imports, 3);
}

TEST(StaticPages, NothingElseIsServed) {
  const StaticPages pages;
  for (const char* path :
       {"/", "/.sluice/", "/.sluice/none.js", "/.sluice/player.html", "/live/a/player.js", "/.sluice"}) {
    EXPECT_FALSE(pages.asset(path)) << path;
  }
}

// The policy forbids what is inline, so nothing may be; and no page needs another host.
TEST(StaticPages, PagesLiveUnderTheirOwnPolicy) {
  const StaticPages pages;
  for (const HttpResponse& page : {pages.player(), pages.status()}) {
    EXPECT_EQ(page.fields[0].first, "Content-Security-Policy");
    const std::string html = text_of(page);
    for (const char* forbidden : {"<script>", "<style", " style=", " onclick", " onload", "http://", "https://"}) {
      EXPECT_THAT(html, Not(HasSubstr(forbidden)));
    }
  }
  EXPECT_THAT(pages.player().fields[0].second, Not(HasSubstr("frame-ancestors")));
  EXPECT_THAT(pages.status().fields[0].second, HasSubstr("frame-ancestors 'none'"));
}

TEST(StaticPages, TheGzipFormIsTheSameText) {
  const StaticPages pages;
  const HttpResponse script = *pages.asset("/.sluice/hls.min.js");
  EXPECT_EQ(as_text(gunzip(script.body->gzip()->view())), text_of(script));
  EXPECT_LT(script.body->gzip()->size(), script.body->size() / 2);
}

}  // namespace
}  // namespace sluice::net
