// Sound alone, which is lost just where a segment has ended behind its last frame: the next segment was begun, and is
// empty.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "publisher.hpp"

namespace sluice::timeline {
namespace {

class Sound {
 public:
  explicit Sound(Publisher& publisher) : publisher_(publisher) { publisher.audio_config(kAac48000); }

  // Frames until a segment has ended behind one.
  void segment() {
    const auto& listed = publisher_.entries.listed;
    for (const std::size_t before = listed.size(); listed.size() == before || listed.back().gap;) {
      publisher_.arrival_ms = std::llround(at_);
      publisher_.audio(publisher_.arrival_ms);
      at_ += 64.0 / 3;  // 48 kHz
    }
  }
  void lose(std::int64_t ms) { at_ += static_cast<double>(ms); }

 private:
  Publisher& publisher_;
  double at_ = 0;
};

Options options_with(Millis part, Millis segment = Millis(2000)) {
  Options options;
  options.part_duration = part;
  options.segment_target = segment;
  return options;
}

TEST(SoundHoles, WhereASegmentHasEndedTheyAreGapsAndNoSegment) {
  Publisher publisher(options_with(Millis(500)));
  Sound sound(publisher);
  sound.segment();
  sound.segment();
  EXPECT_EQ(publisher.spans(), "0.000-2.005 2.005-4.011");
  sound.lose(3000);
  sound.segment();
  EXPECT_EQ(publisher.spans(), "0.000-2.005 2.005-4.011 gap 4.011-6.011 gap 6.011-7.011 7.011-9.016");
  publisher.end();
  EXPECT_EQ(publisher.entries.without_part, 0u);
}

TEST(SoundHoles, APeriodThatEndsWithAnEmptySegmentLeavesNothingToTheNext) {
  Publisher publisher(options_with(Millis(500)));
  Sound sound(publisher);
  sound.segment();
  sound.segment();
  publisher.audio_config(kAac44100);
  sound.lose(3000);
  sound.segment();
  EXPECT_EQ(publisher.spans(), "0.000-2.005 2.005-4.011 7.011-9.031");
  EXPECT_EQ(publisher.entries.periods.size(), 2u);
  publisher.end();
  EXPECT_EQ(publisher.entries.without_part, 0u);
}

TEST(SoundHoles, OfAnyLengthBreakNoPromise) {
  std::size_t gaps = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    // Some segments are hardly longer than their parts.
    Publisher publisher(
        options_with(Millis(seed % 3 == 0 ? 1000 : 300 + random() % 300), Millis(1000 + random() % 1500)));
    Sound sound(publisher);
    for (int i = 0; i < 30; ++i) {
      sound.segment();
      if (random() % 4 == 0) publisher.audio_config(random() % 2 == 0 ? kAac44100 : kAac48000);
      if (random() % 8 == 0) publisher.time(publisher.arrival_ms + 10000);  // nothing comes
      sound.lose(random() % (i % 2 == 0 ? 2500 : 9900));
    }
    publisher.end();
    gaps += publisher.timeline.gaps();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(gaps, 1000u);
}

}  // namespace
}  // namespace sluice::timeline
