// A publisher that stays connected and sends nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encoder.hpp"
#include "sluice/live/stream.hpp"

namespace sluice::live::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// LL-11: whoever waits for the part is told that it will not come.
TEST(Stall, NoPartIsExpectedOnceThePeriodIsOver) {
  OneByteRenderer renderer;
  StreamOptions options;
  options.timeline.part_duration = Millis(500);
  const SessionId session = SessionId::parse("20261121T035512Z-3f9a2c").value();
  Stream stream(StreamName::make("live", "a").value(), session, options, {100, 7}, renderer, nullptr);
  const auto text = [&] { return stream.window().media_playlist(media::Container::fmp4)->text; };
  stream.begin_publish(session, at(0));
  stream.on_packet(audio_config(), at(0));
  for (std::int64_t i = 0; i < 250; ++i) stream.on_packet(audio_frame(i * 64 / 3), at(i * 64 / 3));
  std::int64_t now = 5400;
  for (; stream.timeline().counters().stalls == 0; now += 100) {
    EXPECT_THAT(text(), HasSubstr("#EXT-X-PRELOAD-HINT")) << "it may come yet, after " << now << " ms";
    stream.on_time(at(now));
  }
  EXPECT_EQ(stream.counts().gaps, 0u);
  EXPECT_THAT(text(), Not(HasSubstr("#EXT-X-PRELOAD-HINT")));
}

}  // namespace
}  // namespace sluice::live::testing
