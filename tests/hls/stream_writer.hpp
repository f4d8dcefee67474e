// Writes the entries of a stream into a LiveWindow the way the timeline does: whole segments of two parts, or part by
// part, with a frame of every track each; numbers in a row, one timeline. And a renderer whose bytes can be read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sluice/hls/live_window.hpp"

namespace sluice::hls::testing {

inline SessionId session(int number) {
  const std::string digits = std::to_string(100000 + number);
  return SessionId::parse("20261121T035512Z-" + digits).value();
}

inline media::Track video_track(media::Codec codec = media::Codec::h264) {
  media::Track track;
  track.index = 0;
  track.config.codec = codec;
  track.config.rfc6381 = codec == media::Codec::h264 ? "avc1.64001f" : "hvc1.1.6.L93.B0";
  track.config.video.width = 1280;
  track.config.video.height = 720;
  return track;
}

inline media::Track audio_track(media::Codec codec = media::Codec::aac) {
  media::Track track;
  track.index = 1;
  track.timescale = 48000;
  track.config.codec = codec;
  track.config.rfc6381 = codec == media::Codec::aac ? "mp4a.40.2" : "opus";
  track.config.audio = {48000, 2, 1024};
  return track;
}

// Bytes that say what was rendered: "init 7", "part 1000.0 ", "ts 1000".
class FakeRenderer : public Renderer {
 public:
  Result<Payload> fmp4_init(const PeriodInfo& period) override {
    return made("init " + std::to_string(period.period.number));
  }
  Result<Payload> fmp4_part(const Part& part) override {
    return made("part " + std::to_string(part.cut.msn) + "." + std::to_string(part.cut.part) + " ");
  }
  Result<Payload> ts_segment(std::span<const std::shared_ptr<const Part>> parts) override {
    return made("ts " + std::to_string(parts.front()->cut.msn));
  }

  std::vector<std::string> calls;
  bool broken = false;

 private:
  Result<Payload> made(const std::string& text) {
    calls.push_back(text);
    if (broken) return Error{"broken: " + text};
    return Payload::copy_of(as_bytes(text));
  }
};

class StreamWriter {
 public:
  explicit StreamWriter(LiveWindow& window) : window_(&window) { window_->on_session(session(1)); }
  // What follows goes into `window`.
  void turn_to(LiveWindow& window) { window_ = &window; }

  // Half a second is an hour of UTC apart from the next Period's start, so that dates show what belongs to which.
  void period(media::PeriodCause cause, const std::vector<media::Track>& tracks) {
    tracks_ = tracks;
    fragment_ = 0;
    end_of_run();
    write(media::Period{period_number++, cause, time, WallTime(Seconds(1795233600)) + to_micros(time)});
    for (const media::Track& track : tracks) write(track);
  }
  void start() { period(media::PeriodCause::start, {video_track(), audio_track()}); }

  // A part with a frame of every track, or without any; the first of a segment is independent.
  void part(Ticks90k duration, bool ends_segment = false, bool independent = true, bool has_frames = true) {
    for (const media::Track& track : tracks_) {
      if (!has_frames) break;
      media::Packet packet;
      packet.track = track.index;
      packet.key = part_ == 0;
      packet.dts = ticks_in(time, track.timescale);
      packet.data = Payload::copy_of(Bytes(frame_bytes, 0xab));
      write(packet);
    }
    cut(duration, ends_segment, independent && part_ == 0);
    time += duration;
    now += to_micros(duration);
  }
  // Parts of half a second.
  void parts(int count) {
    for (int i = 0; i < count; ++i) part(Millis(500));
  }
  bool segment_is_open() const { return part_ > 0; }
  // Ends a segment whose last part was cut already.
  void end_segment() { cut(Ticks90k(0), true, false); }

  // A segment of two parts.
  void segment(Ticks90k duration = Seconds(2), bool independent = true) {
    part(duration / 2, false, independent);
    part(duration - duration / 2, true);
  }
  void segments(int count) {
    for (int i = 0; i < count; ++i) segment();
  }
  void gap(Ticks90k duration = Seconds(2)) {
    end_of_run();
    write(media::Gap{msn++, time, duration, target});
    time += duration;
    now += to_micros(duration);
  }
  void write(const media::Entry& entry) {
    if (log != nullptr) log->push_back(entry);
    window_->on_entry(entry, now);
  }
  void finish() { window_->finish(now); }
  // A segment that is not complete ends here, without a Cut that says so.
  void end_of_run() {
    msn += part_ > 0 ? 1 : 0;
    part_ = 0;
  }

  std::uint64_t msn = 1000;
  std::uint64_t period_number = 7;
  Ticks90k time = Seconds(10);
  MonoTime now{Seconds(1)};
  Seconds target{2};
  Millis part_target{0};
  bool added = false;                        // the next Cut is what recovery adds
  std::vector<media::Entry>* log = nullptr;  // everything that is written
  std::size_t frame_bytes = 1000;

 private:
  void cut(Ticks90k duration, bool ends_segment, bool independent) {
    media::Cut cut;
    cut.msn = msn;
    cut.part = part_;
    cut.fragment = fragment_ + 1;
    cut.ends_segment = ends_segment;
    cut.independent = independent;
    cut.start = time;
    cut.duration = duration;
    cut.target_duration = target;
    cut.part_target = part_target;
    cut.added = std::exchange(added, false);
    write(cut);
    if (duration.count() > 0) {
      ++fragment_;
      ++part_;
    }
    if (!ends_segment) return;
    part_ = 0;
    ++msn;
  }

  LiveWindow* window_;
  std::vector<media::Track> tracks_;
  std::uint32_t part_ = 0;
  std::uint64_t fragment_ = 0;
};

}  // namespace sluice::hls::testing
