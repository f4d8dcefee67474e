// Sound that is lost just where a segment has ended behind its last frame, from the packets to the playlist.
#include <gtest/gtest.h>

#include <random>

#include "encoder.hpp"
#include "hls/playlist_checker.hpp"
#include "sluice/live/stream.hpp"

namespace sluice::live::testing {
namespace {

class SoundStream {
 public:
  explicit SoundStream(Millis part) : part_(part) {
    stream_.begin_publish(session_, at(0));
    stream_.on_packet(audio_config(), at(0));
  }

  // Packets until a segment is complete.
  void segment() {
    while (!stream_.take_segment_completed()) {
      const auto ms = static_cast<std::int64_t>(at_);
      stream_.on_packet(audio_frame(ms), at(ms));
      at_ += 64.0 / 3;
      look();
    }
  }
  void change() {
    media::SourcePacket config = audio_config();
    const std::uint8_t mono_48k[] = {0x11, 0x88};
    if (mono_ = !mono_; mono_) config.data = Payload::copy_of(mono_48k);
    stream_.on_packet(config, at(static_cast<std::int64_t>(at_)));
  }
  void lose(std::int64_t ms) { at_ += static_cast<double>(ms); }
  void end() {
    stream_.end_publish(at(static_cast<std::int64_t>(at_)));
    look();
  }
  const StreamCounts& counts() const { return stream_.counts(); }

 private:
  void look() {
    auto text = stream_.window().media_playlist(media::Container::fmp4);
    if (text == nullptr || text == last_) return;
    last_ = std::move(text);
    checker_.add(last_->text);
  }
  StreamOptions options() const {
    StreamOptions options;
    options.timeline.part_duration = part_;
    return options;
  }

  Millis part_;
  OneByteRenderer renderer_;
  SessionId session_ = SessionId::parse("20261121T035512Z-3f9a2c").value();
  Stream stream_{StreamName::make("live", "a").value(), session_, options(), {100, 7}, renderer_, nullptr};
  std::shared_ptr<const hls::PlaylistText> last_;
  hls::testing::PlaylistChecker checker_;
  double at_ = 0;
  bool mono_ = false;
};

TEST(SoundHoles, AtTheEndOfASegmentLeaveALegalPlaylist) {
  std::uint64_t gaps = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    SoundStream stream(Millis(300 + random() % 300));
    stream.segment();  // the first decides on the part target, and ends with the next packet
    for (int i = 0; i < 20; ++i) {
      stream.segment();
      if (random() % 4 == 0) stream.change();
      stream.lose(random() % (i % 2 == 0 ? 2500 : 9900));
    }
    stream.end();
    gaps += stream.counts().gaps;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(gaps, 80u);
}

}  // namespace
}  // namespace sluice::live::testing
