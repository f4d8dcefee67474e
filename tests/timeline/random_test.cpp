// Random publishers, each from its seed: whatever they do, the promises of media/entry.hpp hold (EntryChecker).
#include <gtest/gtest.h>

#include <random>

#include "publisher.hpp"

namespace sluice::timeline {
namespace {

using media::SourcePacket;

class RandomPublisher {
 public:
  explicit RandomPublisher(unsigned seed) : random_(seed), publisher_(options(seed)) {}

  void run() {
    for (int session = 0; session < 3; ++session) {
      if (session > 0) publisher_.timeline.begin_publish(media::PeriodCause::publisher);
      begin();
      for (int i = 0; i < 1000; ++i) step();
      publisher_.end();
      pass(chance(2) ? below(3000) : below(30000));
    }
  }
  Publisher& publisher() { return publisher_; }

 private:
  static Options options(unsigned seed) {
    Options options;
    const std::int64_t parts[] = {0, 500, 200, 1000};
    if (seed % 4 > 0) options.part_duration = Millis(parts[seed % 4]);
    if (seed % 5 == 0) options.segment_target = Millis(4000);
    return options;
  }
  std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int one_in) { return below(one_in) == 0; }

  void begin() {
    offset_ = chance(3) ? static_cast<std::int64_t>(random_()) : below(100000);
    skew_ = chance(4) ? below(9000) : 0;
    frame_ms_ = 16 + below(60);
    gop_ = 5 + below(400);
    video_ = !chance(6);
    audio_ = !video_ || !chance(6);
    audio_ms_ = publisher_.arrival_ms + (chance(4) ? below(2500) : 0);  // the first sound may come late
    if (video_ || chance(2)) publisher_.video_config(chance(2) ? kAvc720 : kAvc1080);
    if (audio_ || chance(2)) publisher_.audio_config(chance(2) ? kAac44100 : kAac48000);
  }

  // One video frame's time, and what may go wrong in it.
  void step() {
    publisher_.arrival_ms += frame_ms_;
    if (chance(300)) offset_ += below(20000) - 10000;            // the clock jumps
    if (chance(500)) offset_ += chance(2) ? 3600000 : -3600000;  //
    if (chance(400)) publisher_.video_config(chance(2) ? kAvc720 : kAvc1080);
    if (chance(400)) publisher_.audio_config(chance(2) ? kAac44100 : kAac48000);
    if (chance(300)) frame_ms_ = 1 + below(400);
    if (chance(300)) gop_ = 1 + below(600);
    if (chance(250)) video_ = !video_;
    if (chance(250)) audio_ = !audio_;
    if (chance(400)) pass(below(12000));  // silence
    if (chance(100)) publisher_.data(stamp(), "onMetaData");
    if (chance(50)) extra();
    const std::int64_t jitter = chance(20) ? below(80) - 40 : 0;
    const std::int64_t rogue = chance(100) ? below(100000000) : 0;
    if (video_) publisher_.video(stamp() + jitter + rogue, frame_++ % gop_ == 0, static_cast<std::int32_t>(below(200)));
    for (; audio_ && audio_ms_ <= publisher_.arrival_ms; audio_ms_ += 23) {
      publisher_.audio(stamp() - publisher_.arrival_ms + audio_ms_ + skew_ + (chance(200) ? below(10000000) : 0));
    }
    audio_ms_ = std::max(audio_ms_, publisher_.arrival_ms);
    if (chance(10)) publisher_.time(publisher_.arrival_ms);
  }

  std::int64_t stamp() const { return publisher_.arrival_ms + offset_; }

  void pass(std::int64_t ms) {
    for (const std::int64_t until = publisher_.arrival_ms + ms; publisher_.arrival_ms < until;) {
      publisher_.time(publisher_.arrival_ms + 500);
    }
  }

  void extra() {
    publisher_.video_config(chance(2) ? kAvc720 : kAvc1080, 3);
    SourcePacket packet = video_frame(static_cast<std::int64_t>(random_()), chance(2));
    packet.track_id = 3;
    publisher_.packet(packet);
  }

  std::mt19937 random_;
  Publisher publisher_;
  std::int64_t offset_ = 0;
  std::int64_t skew_ = 0;
  std::int64_t frame_ms_ = 40;
  std::int64_t gop_ = 50;
  std::int64_t frame_ = 0;
  std::int64_t audio_ms_ = 0;
  bool video_ = true;
  bool audio_ = true;
};

TEST(RandomPublishers, NeverBreakAPromise) {
  std::size_t listed = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomPublisher random(seed);
    random.run();
    listed += random.publisher().entries.listed.size();
    const Counters& counters = random.publisher().timeline.counters();
    EXPECT_EQ(counters.packets, random.publisher().entries.packets.size());
    EXPECT_EQ(counters.periods, random.publisher().entries.periods.size());
    if (HasFailure()) return;  // the first seed that fails is enough to work on
  }
  EXPECT_GT(listed, 1500u);
}

}  // namespace
}  // namespace sluice::timeline
