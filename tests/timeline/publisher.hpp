// Publisher: feeds a Timeline what an encoder would send, at the arrival times a live publish has, and checks every
// entry that comes out.
#pragma once

#include <cstdint>
#include <vector>

#include "entry_checker.hpp"
#include "sluice/timeline/timeline.hpp"

namespace sluice::timeline {

// Configuration records of real encoders.
extern const char* const kAvc720;    // High, 1280x720, 30000/1001
extern const char* const kAvc1080;   // Baseline, 1920x1080, 25
extern const char* const kAac44100;  // AAC-LC, stereo
extern const char* const kAac48000;

class Publisher {
 public:
  explicit Publisher(const Options& options = {}, const Start& start = {100, 7, media::PeriodCause::start});

  Timeline timeline;
  EntryChecker entries;

  // When what follows arrives, in milliseconds; the wall clock shows the same after kWallStart.
  static constexpr WallTime kWallStart{Seconds(1795233312)};
  std::int64_t arrival_ms = 0;

  void video_config(const char* record = kAvc720, std::uint8_t track = 0);
  void audio_config(const char* record = kAac44100, std::uint8_t track = 0);
  void configs() {
    video_config();
    audio_config();
  }
  void video(std::int64_t ms, bool key, std::int32_t composition_ms = 0);
  void audio(std::int64_t ms);
  void packet(media::SourcePacket packet);
  void data(std::int64_t ms, const char* text);
  void time(std::int64_t at_ms);
  void end();

  // Frames at `fps` from `from_ms` up to and without `to_ms`, a key frame each `gop` frames beginning with the first,
  // with audio frames of 1024 samples in between unless `rate` is 0. Timestamps are `offset` later than arrival.
  struct Stream {
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 10000;
    double fps = 25;
    int gop = 50;
    double rate = 44100;
    std::int64_t offset = 0;
    double clock = 1;  // the encoder's clock, in its seconds a second
    bool key_first = true;
  };
  void run(const Stream& stream);

  std::string spans() const { return entries.spans(); }

 private:
  media::Arrival now() const { return {MonoTime(Millis(1000000 + arrival_ms)), kWallStart + Millis(arrival_ms)}; }
  void take();

  std::vector<media::Entry> out_;
};

media::SourcePacket video_frame(std::int64_t ms, bool key, std::int32_t composition_ms = 0);
media::SourcePacket audio_frame(std::int64_t ms);

}  // namespace sluice::timeline
