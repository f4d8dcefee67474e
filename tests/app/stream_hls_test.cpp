#include "sluice/app/stream_hls.hpp"

#include <gtest/gtest.h>

#include "../../src/app/module_options.hpp"

namespace sluice::app {
namespace {

StreamName name(const char* app, const char* stream) { return StreamName::make(app, stream).value(); }

Config config() {
  Config config;
  config.hls.overrides = {{"live", "plain-*", false, {}, {}, {}},
                          {"live", "plain", {}, {}, {}, {}},
                          {"live", "*", {}, Millis(4000), Millis(200), Millis(60'000)}};
  return config;
}

TEST(StreamHls, TheFirstEntryThatFitsCountsAndLeavesTheRestAsItIs) {
  const HlsConfig hls = config().hls;
  const StreamHls plain = hls_of(hls, name("live", "plain-1"));
  EXPECT_FALSE(plain.low_latency);
  EXPECT_EQ(plain.segment_duration, Millis(2000));
  EXPECT_EQ(plain.window, Millis(30'000));
  EXPECT_EQ(hls_of(hls, name("live", "plain")).part_duration, Millis(500)) << "an entry may say nothing";
  const StreamHls other = hls_of(hls, name("live", "other"));
  EXPECT_TRUE(other.low_latency);
  EXPECT_EQ(other.part_duration, Millis(200));
  EXPECT_EQ(hls_of(hls, name("studio", "other")).part_duration, Millis(500));
  EXPECT_EQ(longest_window(hls), Millis(60'000));
  EXPECT_EQ(longest_segment_duration(hls), Millis(4000));
}

TEST(StreamHls, TheHubMakesEachStreamWithItsOwn) {
  const live::HubOptions options = hub_options(config());
  const live::StreamOptions plain = options.stream_of(name("live", "plain-1"));
  EXPECT_FALSE(plain.timeline.part_duration);
  const live::StreamOptions other = options.stream_of(name("live", "other"));
  EXPECT_EQ(other.timeline.part_duration, Millis(200));
  EXPECT_EQ(other.timeline.segment_target, Millis(4000));
  EXPECT_EQ(other.window.window, Micros(Seconds(60)));
  EXPECT_EQ(other.resume_window, options.stream.resume_window);
}

}  // namespace
}  // namespace sluice::app
