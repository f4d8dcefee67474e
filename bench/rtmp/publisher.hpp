// One RTMP publishing connection, with the commands FFmpeg and librtmp send. The media is shared and sent in place: a
// connection keeps only a cursor into it.
//
//   idle ─▶ handshake ─▶ connecting ─▶ creating ─▶ publishing ─▶ live ─▶ down
//                └────────────┴───────────┴────────────┴───────── any failure ─▲
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "common/histogram.hpp"
#include "common/loop.hpp"
#include "common/target.hpp"
#include "rtmp/looped_media.hpp"
#include "rtmp/message_reader.hpp"

namespace sluice::bench {

/// Of all publishers of a tool together.
struct PublishStats {
  int connected = 0;  // reached NetStream.Publish.Start
  int failed = 0;     // ended before that
  int dropped = 0;    // closed by the server while live
  std::uint64_t bytes = 0;
  std::uint64_t video_frames = 0;
  std::uint64_t stalls = 0;  // times a socket became unwritable
  Histogram lateness;        // from when a message is due until the kernel has it; up to one tick is the tool's own
  Histogram setup;           // from the TCP connect to NetStream.Publish.Start
  std::map<std::string, int> errors;
};

class Publisher : public Pollable {
 public:
  struct Config {
    Target target;  // path: /APP
    std::string name;
    double speed = 1.0;           // 0: as fast as the socket takes it
    std::int64_t tick_us = 5000;  // sends are rounded up to this grid: fewer wake-ups
  };

  Publisher(Loop& loop, LoopedMedia& media, PublishStats& stats, Config config)
      : loop_(loop), media_(media), stats_(stats), config_(std::move(config)) {}
  ~Publisher() override { close_socket(); }

  /// It starts at its first timer. finish() ends the publish in good order.
  void finish();
  bool is_live() const { return state_ == State::live; }

  /// Called when a video frame is completely handed to the kernel.
  std::function<void(std::int64_t now)> on_frame_sent;
  /// Called when the publisher has failed.
  std::function<void()> on_down;

  void on_event(std::uint32_t events) override;
  void on_timer(std::int64_t now) override;

 private:
  enum class State { idle, handshake, connecting, creating, publishing, live, down };

  void start();
  void fail(const std::string& why);
  void close_socket();
  bool flush();
  void want_write(bool on);

  void read_input();
  void answer_handshake();
  void on_message(const Message& message);
  void on_command(std::string_view body);
  void send_message(std::uint8_t chunk_stream, MessageType type, const std::string& payload);
  void send_command(std::string payload);
  void send_name_command(std::string_view command, double transaction);
  void go_live();

  struct Batch;
  void pump(std::int64_t now);
  void gather(std::int64_t now, Batch& batch);
  bool account(const Batch& batch, std::uint64_t sent, std::int64_t now);
  const LoopedMedia::Item& item_at(std::uint64_t position) const;
  std::uint32_t timestamp_at(std::uint64_t position) const;
  std::int64_t due_at(std::uint64_t position) const;

  Loop& loop_;
  LoopedMedia& media_;
  PublishStats& stats_;
  Config config_;
  State state_ = State::idle;
  int socket_ = -1;
  bool wants_write_ = true;
  std::int64_t connected_at_ = 0;
  std::int64_t live_at_ = 0;
  std::string output_;
  std::string handshake_;
  MessageReader reader_;
  std::uint32_t stream_id_ = 0;
  std::uint64_t position_ = 0;       // items sent since the start of the publish
  std::uint32_t position_sent_ = 0;  // bytes of the next one already sent, its header included
  std::uint32_t frame_number_ = 0;
};

}  // namespace sluice::bench
