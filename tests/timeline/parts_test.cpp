// Whole publishes with parts (docs/low-latency.md). The EntryChecker holds each part against LL-03 and the entries
// against their promises.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::TrackKind;

struct Frame {
  std::int64_t ms = 0;
  bool key = false;
  std::int32_t composition = 0;
};

// What an encoder sends at `fps`, by RTMP's rounded milliseconds; a key frame each two seconds.
std::vector<Frame> steady(double fps, int seconds, bool b_frames) {
  const int gop = static_cast<int>(std::lround(2 * fps));
  const int order[] = {1, 3, 1, 1};  // of a group of four, in frames: I/P before the B-frames that are shown earlier
  std::vector<Frame> frames;
  for (int i = 0; i < seconds * fps; ++i) {
    const std::int64_t ms = std::llround(i * 1000 / fps);
    const int ahead = b_frames ? order[i % gop % 4] - (i % gop % 4 > 1 ? 1 : 0) : 0;
    frames.push_back({ms, i % gop == 0, static_cast<std::int32_t>(std::llround((i + ahead) * 1000 / fps) - ms)});
  }
  return frames;
}

void send(Publisher& publisher, const std::vector<Frame>& frames, double rate) {
  int samples = 0;
  for (const Frame& frame : frames) {
    for (; rate > 0 && samples * 1024000.0 / rate < static_cast<double>(frame.ms); ++samples) {
      publisher.arrival_ms = std::llround(samples * 1024000.0 / rate);
      publisher.audio(publisher.arrival_ms);
    }
    publisher.arrival_ms = frame.ms;
    publisher.video(frame.ms, frame.key, frame.composition);
  }
}

std::string printed(Ticks90k duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(to_micros(duration).count()) / 1e6);
  return text;
}

// Shown when they were to be; the first frame stands at ten seconds.
void expect_shown_on_time(const Publisher& publisher, const std::vector<Frame>& frames, std::int64_t tolerance = 90) {
  std::size_t next = 0;
  for (const Seen& seen : publisher.entries.packets) {
    if (seen.kind != TrackKind::video) continue;
    ASSERT_LT(next, frames.size());
    const Frame& frame = frames[next++];
    const std::int64_t expected = 900000 + (frame.ms - frames[0].ms + frame.composition) * 90;
    ASSERT_NEAR(static_cast<double>(seen.packet.dts + seen.packet.cts), static_cast<double>(expected),
                static_cast<double>(tolerance))
        << "frame " << next - 1;
  }
  EXPECT_EQ(next, frames.size());
}

// LL-03, LL-04, LL-05, by the decimals a playlist has; F4-05.
void expect_whole_parts(const Publisher& publisher) {
  for (const media::Cut& cut : publisher.entries.cuts) {
    if (cut.part == 0 && cut.ends_segment) continue;
    const double target = static_cast<double>(cut.part_target.count()) / 1000;
    const double duration = std::stod(printed(cut.duration));
    EXPECT_LE(duration, target);
    if (!cut.ends_segment) {
      EXPECT_GE(duration, 0.85 * target - 1e-9);
    }
  }
}

TEST(Parts, OfEverySteadyRate) {
  for (const double fps : {24.0, 25.0, 30000 / 1001.0, 30.0, 50.0, 60000 / 1001.0, 60.0}) {
    for (const int rate : {0, 44100, 48000}) {
      for (const int part_ms : {200, 500, 1000}) {
        for (const bool b_frames : {false, true}) {
          SCOPED_TRACE(std::to_string(fps) + " fps, " + std::to_string(rate) + " Hz, " + std::to_string(part_ms) +
                       " ms" + (b_frames ? ", B-frames" : ""));
          Publisher publisher({.part_duration = Millis(part_ms)});
          publisher.video_config();
          if (rate > 0) publisher.audio_config(rate == 44100 ? kAac44100 : kAac48000);
          const std::vector<Frame> frames = steady(fps, 30, b_frames);
          send(publisher, frames, rate);
          publisher.end();
          const EntryChecker& entries = publisher.entries;
          expect_whole_parts(publisher);
          expect_shown_on_time(publisher, frames);
          EXPECT_EQ(entries.holes, 0u);
          // No part waits for a frame of the next one, but for the last of a segment.
          std::size_t within = 0;
          for (const media::Cut& cut : entries.cuts) within += cut.ends_segment ? 0 : 1;
          EXPECT_EQ(entries.cut_behind, within);
          EXPECT_EQ(entries.without_part, 0u);
          EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
          EXPECT_EQ(publisher.timeline.late_frames(), 0u);
          EXPECT_EQ(publisher.timeline.counters().repaired_dts, 0u);
          ASSERT_GE(entries.listed.size(), 14u);
          EXPECT_EQ(entries.listed[0].parts, 1u);
          const double target = static_cast<double>(entries.cuts[0].part_target.count());
          EXPECT_NEAR(target, part_ms, 500 / fps + 2);
          for (std::size_t i = 1; i + 1 < entries.listed.size(); ++i) {
            EXPECT_TRUE(entries.listed[i].independent);
            EXPECT_NEAR(static_cast<double>(entries.listed[i].parts), 2000.0 / target, 1.01);
          }
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST(Parts, OfAudioAlone) {
  for (const int rate : {44100, 48000}) {
    for (const int part_ms : {200, 500, 1000}) {
      SCOPED_TRACE(std::to_string(rate) + " Hz, " + std::to_string(part_ms) + " ms");
      Publisher publisher({.part_duration = Millis(part_ms)});
      publisher.audio_config(rate == 44100 ? kAac44100 : kAac48000);
      publisher.run({.to_ms = 30000, .fps = 0, .rate = static_cast<double>(rate)});
      publisher.end();
      expect_whole_parts(publisher);
      EXPECT_EQ(publisher.entries.holes, 0u);
      EXPECT_GE(publisher.entries.listed.size(), 14u);
      EXPECT_GE(publisher.entries.listed[1].parts, 2u);
      // All but the first, whose length nobody knew, and the last.
      EXPECT_EQ(publisher.entries.cut_behind, publisher.entries.cuts.size() - 2);
      for (const media::Cut& cut : publisher.entries.cuts) EXPECT_TRUE(cut.independent);
    }
  }
}

TEST(Parts, LostAudioIsNobodysOrPartOfWhereItWas) {
  for (const int lost_ms : {100, 300, 1500, 3000}) {
    // Within a part, behind one, and behind a segment that was ended before the next frame came.
    for (int from = 4000; from < 6100; from += 23) {
      SCOPED_TRACE(std::to_string(lost_ms) + " ms from " + std::to_string(from));
      Publisher publisher({.part_duration = Millis(500)});
      publisher.audio_config();
      publisher.run({.to_ms = from, .fps = 0});
      publisher.run({.from_ms = from + lost_ms, .to_ms = 12000, .fps = 0});
      publisher.end();
      Ticks90k sum{};
      for (const Listed& item : publisher.entries.listed) sum += item.duration;
      EXPECT_NEAR(static_cast<double>(sum.count()), 12.01 * 90000, 4000);
      if (HasFailure()) return;
    }
  }
}

// LL-04
TEST(Parts, OfACameraWhoseFramesComeUnevenly) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Frame> frames = steady(30, 60, false);
    for (std::size_t i = 1; i < frames.size(); ++i) frames[i].ms += static_cast<std::int64_t>(random() % 31) - 15;
    Publisher publisher({.part_duration = Millis(500)});
    publisher.configs();
    send(publisher, frames, 44100);
    publisher.end();
    expect_whole_parts(publisher);
    expect_shown_on_time(publisher, frames);
    EXPECT_EQ(publisher.entries.holes, 0u);
    EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
  }
}

TEST(Parts, OfAVariableFrameRate) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Frame> frames;
    double step = 40;
    double ms = 0;
    double next_key = 0;
    while (ms < 120'000) {
      const bool key = ms >= next_key;
      if (key) next_key = ms + 2000;
      frames.push_back({std::llround(ms), key, 0});
      step = std::clamp(step * std::exp2((static_cast<double>(random() % 2001) - 1000) / 1500), 10.0, 900.0);
      ms += step;
    }
    Publisher publisher({.part_duration = Millis(seed % 2 == 0 ? 500 : 200)});
    publisher.video_config();
    if (seed % 3 == 0) publisher.audio_config();
    send(publisher, frames, seed % 3 == 0 ? 44100 : 0);
    publisher.end();
    expect_whole_parts(publisher);
    expect_shown_on_time(publisher, frames, 180);
    Ticks90k sum{};
    for (const Listed& item : publisher.entries.listed) sum += item.duration;
    EXPECT_NEAR(static_cast<double>(sum.count()) / 90000, static_cast<double>(frames.back().ms) / 1000, 1.0);
    EXPECT_GT(publisher.timeline.late_frames(), 0u);
  }
}

// The decode times of a picture that hardly changes do not fall behind for ever.
TEST(Parts, OfAScreenThatFallsToOneFrameASecondAndComesBack) {
  std::vector<Frame> frames;
  std::int64_t ms = 0;
  for (const auto& [fps, until] : {std::pair(30, 20'000), std::pair(1, 60'000), std::pair(30, 80'000)}) {
    for (; ms < until; ms += fps == 1 ? 1000 : frames.size() % 3 == 0 ? 34 : 33) {
      frames.push_back({ms, frames.empty() || ms / 2000 != frames.back().ms / 2000, 0});
    }
  }
  for (const int rate : {0, 44100}) {
    Publisher publisher({.part_duration = Millis(500)});
    publisher.video_config();
    if (rate > 0) publisher.audio_config();
    send(publisher, frames, rate);
    publisher.end();
    expect_whole_parts(publisher);
    expect_shown_on_time(publisher, frames);
    for (const Seen& seen : publisher.entries.packets) {
      if (seen.kind == TrackKind::video) {
        ASSERT_LE(seen.packet.cts, 90 * 1000);
      }
    }
    EXPECT_LE(publisher.timeline.late_frames(), 3u);
    EXPECT_LE(publisher.timeline.forced_cuts(), 2u);
    EXPECT_EQ(publisher.timeline.gaps(), 0u);
    EXPECT_EQ(publisher.entries.listed[35].parts, 4u) << "parts again";
    if (rate == 0) {
      EXPECT_EQ(publisher.entries.listed[20].parts, 1u);
    }
  }
}

// A key frame that nobody expected, right behind a part that was cut before it came.
TEST(Parts, AnEarlyKeyFrameEndsTheSegmentWithoutAPart) {
  std::vector<Frame> frames = steady(30, 20, false);
  frames.resize(590);  // the last part is open
  for (Frame& frame : frames) frame.key = frame.ms <= 6000 ? frame.key : (frame.ms - 7500) % 2000 == 0;
  for (const int rate : {0, 44100}) {
    SCOPED_TRACE(rate);
    Publisher publisher({.part_duration = Millis(500)});
    publisher.video_config();
    if (rate > 0) publisher.audio_config();
    send(publisher, frames, rate);
    publisher.end();
    expect_whole_parts(publisher);
    expect_shown_on_time(publisher, frames);
    EXPECT_EQ(publisher.entries.without_part, rate == 0 ? 1u : 0u) << "audio that came meanwhile is a short part";
    EXPECT_EQ(publisher.entries.listed[3].parts, rate == 0 ? 3u : 4u);
    EXPECT_NEAR(static_cast<double>(publisher.entries.listed[3].duration.count()), 135000, 181);
    EXPECT_EQ(publisher.entries.holes, 0u);
    EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
    EXPECT_EQ(publisher.timeline.late_frames(), 0u);
    for (const Listed& item : publisher.entries.listed) EXPECT_TRUE(item.independent);
  }
}

// The part behind which it comes was said to last until later. Nothing is shown before it is decoded.
TEST(Parts, AFrameThatComesEarlyIsShownWhenItIsDecoded) {
  bool held = false;
  for (std::size_t early = 240; early < 270; ++early) {
    std::vector<Frame> frames = steady(30, 12, false);
    for (std::size_t i = early; i < frames.size(); ++i) frames[i].ms -= 15;
    Publisher publisher({.part_duration = Millis(500)});
    publisher.configs();
    send(publisher, frames, 44100);
    publisher.end();
    expect_shown_on_time(publisher, frames, 15 * 90 + 90);
    for (const Seen& seen : publisher.entries.packets) {
      EXPECT_GE(seen.packet.cts, 0) << "frame " << early;
    }
    const std::int64_t shown = publisher.entries.times(TrackKind::video)[early];
    held = held || shown > 900000 + frames[early].ms * 90 + 90;
  }
  EXPECT_TRUE(held) << "none came behind a part";
}

TEST(Parts, APublishThatEndsBehindAPartEndsItsSegment) {
  Publisher publisher({.part_duration = Millis(500)});
  publisher.video_config();
  send(publisher, steady(30, 10, false), 0);
  std::vector<Frame> rest = steady(30, 1, false);
  for (std::size_t i = 0; i < 15; ++i) publisher.video(10'000 + rest[i].ms, rest[i].key);
  publisher.end();
  EXPECT_EQ(publisher.entries.without_part, 1u);
  EXPECT_EQ(publisher.entries.listed.back().parts, 1u);
  publisher.timeline.begin_publish(media::PeriodCause::publisher);
  publisher.video_config();
  publisher.run({.from_ms = 12'000, .to_ms = 16'000, .fps = 30, .gop = 60, .rate = 0});
  publisher.end();
  EXPECT_EQ(publisher.entries.periods.size(), 2u);
}

// After a part that was cut before the next frame came, that frame is late, later, and too late.
TEST(Parts, APauseBehindAPart) {
  struct Case {
    int pause;
    unsigned late;
    unsigned forced;
    unsigned gaps;
    unsigned without_part;  // one more where the pause makes the group of pictures long, and the next key frame early
  };
  for (const Case& c : {Case{3, 0, 0, 0, 0}, {300, 1, 0, 0, 1}, {800, 2, 1, 0, 2}, {1300, 0, 1, 1, 2}}) {
    SCOPED_TRACE(c.pause);
    std::vector<Frame> frames = steady(30, 20, false);
    frames.resize(590);
    for (std::size_t i = 195; i < frames.size(); ++i) frames[i].ms += c.pause;
    Publisher publisher({.part_duration = Millis(500)});
    publisher.video_config();
    send(publisher, frames, 0);
    publisher.end();
    expect_whole_parts(publisher);
    expect_shown_on_time(publisher, frames);
    EXPECT_EQ(publisher.timeline.late_frames(), c.late);
    EXPECT_EQ(publisher.timeline.forced_cuts(), c.forced);
    EXPECT_EQ(publisher.timeline.gaps(), c.gaps);
    EXPECT_EQ(publisher.entries.without_part, c.without_part);
  }
}

TEST(Parts, DroppedFramesMakeNoPartLonger) {
  std::mt19937 random(7);
  std::vector<Frame> frames;
  for (const Frame& frame : steady(30, 60, false)) {
    if (frame.key || random() % 5 != 0) frames.push_back(frame);
  }
  Publisher publisher({.part_duration = Millis(200)});
  publisher.configs();
  send(publisher, frames, 44100);
  publisher.end();
  expect_whole_parts(publisher);
  expect_shown_on_time(publisher, frames);
  EXPECT_EQ(publisher.timeline.forced_cuts(), 0u);
}

// LL-05: the part target is the playlist's, whoever publishes.
TEST(Parts, AnotherPublisherKeepsThePartTarget) {
  Publisher publisher({.part_duration = Millis(500)});
  publisher.configs();
  publisher.run({.to_ms = 6000, .fps = 30, .gop = 60});
  publisher.end();
  publisher.timeline.begin_publish(media::PeriodCause::publisher);
  publisher.arrival_ms = 7000;
  publisher.configs();
  publisher.run({.from_ms = 7000, .to_ms = 20000, .fps = 24, .gop = 48});
  publisher.end();
  expect_whole_parts(publisher);
  EXPECT_EQ(publisher.entries.cuts.back().part_target, Millis(501));
  for (const Listed& item : publisher.entries.listed) {
    if (item.period == 8 && item.duration == Ticks90k(Seconds(2))) {
      EXPECT_EQ(item.parts, 4u);
    }
  }
}

TEST(Parts, ARestartKeepsThePartTargetItFinds) {
  for (const int target : {0, 301}) {
    Start start{100, 7, media::PeriodCause::restart};
    start.target_duration = Seconds(2);
    start.part_target = Millis(target);
    Publisher publisher({.part_duration = Millis(500)}, start);
    publisher.configs();
    publisher.run({.to_ms = 6000, .fps = 30, .gop = 60});
    publisher.end();
    expect_whole_parts(publisher);
    for (const media::Cut& cut : publisher.entries.cuts) EXPECT_EQ(cut.part_target, Millis(target));
    EXPECT_EQ(publisher.entries.listed[0].parts, target == 0 ? 1u : 7u);
  }
}

}  // namespace
}  // namespace sluice::timeline
