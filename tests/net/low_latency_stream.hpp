// LowLatencyStream: a stream of a hub whose window is written part by part: video at two frames a part, half a second
// each, four parts a segment.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "hls/stream_writer.hpp"
#include "live/encoder.hpp"
#include "sluice/hls/route.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/live/hub.hpp"

namespace sluice::net::testing {

class LowLatencyStream {
 public:
  static constexpr Millis kPartTarget{501};
  static constexpr Ticks90k kPart = Millis(500);
  static constexpr Seconds kTarget{2};

  LowLatencyStream(live::Hub& hub, std::string_view name) : hub_(hub), name_(StreamName::make("live", name).value()) {
    publish();
  }
  ~LowLatencyStream() { leave(); }

  void publish() {
    auto begun = hub_.begin_publish(name_, encoder_, arrival());
    publish_ = std::move(std::get<std::unique_ptr<live::Publish>>(begun));
    stream_ = hub_.find(name_);
  }
  // The publisher goes; its playlist waits for another.
  void leave() {
    if (publish_ != nullptr) publish_->end(arrival());
    publish_.reset();
  }
  // And it has ended.
  void end() {
    leave();
    hub_.finish_away(arrival());
  }

  void period(media::PeriodCause cause = media::PeriodCause::start) {
    if (part_ > 0) next_segment();  // a period ends the segment before it
    fragment_ = 0;
    write(media::Period{++period_, cause, time_, WallTime(Seconds(1795233600))});
    write(hls::testing::video_track());
  }
  // A segment without parts, as every playlist begins with.
  void first_segment() {
    period();
    cut(Seconds(2), true);
  }
  void part() { cut(kPart, part_ == 3); }
  void parts(int count) {
    for (int i = 0; i < count; ++i) part();
  }
  // The part that was expected is none: the segment was whole.
  void end_segment() {
    write(make_cut(Ticks90k{}, true));
    next_segment();
    stream_->changed().notify();
  }

  live::Stream& stream() { return *stream_; }
  std::uint64_t msn() const { return msn_; }
  std::string playlist_path() const { return "/live/" + name_.stream() + "/fmp4/" + stream_->epoch().text() + ".m3u8"; }
  hls::PartName part_name(std::uint64_t fragment) const {
    return {stream_->session().value(), period_, fragment, false};
  }
  // Of the part that comes next.
  std::string next_part_path() const { return part_path(fragment_ + 1); }
  std::string part_path(std::uint64_t fragment) const { return hls::path_of({name_, part_name(fragment)}); }

 private:
  static media::Arrival arrival() { return {io::mono_now(), io::wall_now()}; }
  void write(const media::Entry& entry) { stream_->window().on_entry(entry, io::mono_now()); }

  media::Cut make_cut(Ticks90k duration, bool ends_segment) {
    media::Cut cut;
    cut.msn = msn_;
    cut.part = part_;
    cut.fragment = fragment_ + 1;
    cut.ends_segment = ends_segment;
    cut.independent = part_ == 0;
    cut.start = time_;
    cut.duration = duration;
    cut.target_duration = kTarget;
    cut.part_target = kPartTarget;
    return cut;
  }
  void cut(Ticks90k duration, bool ends_segment) {
    media::Packet packet;
    packet.key = part_ == 0;
    packet.dts = time_.count();
    packet.data = Payload::copy_of(Bytes(100, 0xab));
    write(packet);
    write(make_cut(duration, ends_segment));
    ++fragment_;
    ++part_;
    time_ += duration;
    if (ends_segment) next_segment();
    stream_->changed().notify();
  }
  void next_segment() {
    ++msn_;
    part_ = 0;
  }

  live::Hub& hub_;
  StreamName name_;
  live::testing::Encoder encoder_;
  std::unique_ptr<live::Publish> publish_;
  std::shared_ptr<live::Stream> stream_;
  std::uint64_t period_ = 6;
  std::uint64_t fragment_ = 0;
  std::uint64_t msn_ = 1000;
  std::uint32_t part_ = 0;
  Ticks90k time_ = Seconds(10);
};

}  // namespace sluice::net::testing
