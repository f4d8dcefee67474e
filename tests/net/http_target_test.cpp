#include "sluice/net/http_target.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

// HC-11, HC-17
TEST(HttpTarget, WhatATargetIsMadeOf) {
  const struct {
    const char* target;
    const char* path;
    const char* query;
  } cases[] = {
      {"/", "/", ""},
      {"/live/a/index.m3u8", "/live/a/index.m3u8", ""},
      {"/live/a/", "/live/a/", ""},
      {"/live/a/index.m3u8?_HLS_msn=1&CMCD=bl%3D2", "/live/a/index.m3u8", "_HLS_msn=1&CMCD=bl%3D2"},
      {"/a?b?c", "/a", "b?c"},
      {"/a?", "/a", ""},
      {"/l%69ve/%41", "/live/A", ""},
      {"/a%252e", "/a%2e", ""},  // decoded once
      {"/...", "/...", ""},
      {"/.sluice/player.js", "/.sluice/player.js", ""},
      {"http://host:8080/live/a/?x", "/live/a/", "x"},
      {"http://host", "/", ""},
      {"*", "*", ""},
  };
  for (const auto& c : cases) {
    const Result<HttpTarget> target = parse_target(c.target);
    ASSERT_TRUE(target) << c.target;
    EXPECT_EQ(target->path, c.path) << c.target;
    EXPECT_EQ(target->query, c.query) << c.target;
  }
}

// HC-11
TEST(HttpTarget, WhatNoResourceIsNamedByIsRefused) {
  for (const std::string_view target :
       {"",       "live/a", "//",         "//a",       "/a//b",       "/.",    "/..",    "/../x",  "/a/../b",
        "/a/./b", "/a/..",  "/%2e%2e/x",  "/a%2f%2fb", "/a%2f..%2fb", "/a\\b", "/a%5cb", "/a%00b", "/a%0d%0ab",
        "/a%20b", "/a%7fb", "/%e2%82%ac", "/a%",       "/a%4",        "/a%zz", "/a%4g",  "ftp:/x", "http://host?x"}) {
    EXPECT_FALSE(parse_target(target)) << target;
  }
  EXPECT_FALSE(parse_target(std::string_view("/a\0b", 4)));
  EXPECT_FALSE(parse_target("/\xC3\xA9"));
}

}  // namespace
}  // namespace sluice::net
