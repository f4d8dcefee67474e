// RtmpSession: one encoder's connection, from accept to close. Private to net.
//
// run() is its life: a conversation (PROXY header, handshake, commands) read by read, then, while it publishes, turns
// of the ReadPacer, and back again when the publish ends and the connection stays. It ends in one place, finish(),
// which logs once why.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtmp_core.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/net/read_pacer.hpp"
#include "sluice/rtmp/connection.hpp"
#include "sluice/rtmp/proxy_protocol.hpp"

namespace sluice::net {

class RtmpSession : public std::enable_shared_from_this<RtmpSession>,
                    public live::Publisher,
                    public rtmp::EventHandler,
                    public Paced {
 public:
  RtmpSession(RtmpCore& core, boost::asio::ip::tcp::socket socket, std::string address, std::uint64_t id);
  ~RtmpSession() override;

  static boost::asio::awaitable<void> run(std::shared_ptr<RtmpSession> self);
  // Ends the session at its next turn; the first reason stays.
  void stop(std::string reason, std::string detail);
  bool publishing() const { return publish_ != nullptr; }
  // From now on a new publish is refused; a running one goes on.
  void refuse_new() { connection_.refuse_new(); }

 private:
  // live::Publisher
  void on_end_wanted(live::EndWish wish) override;
  // rtmp::EventHandler
  void on_publish(rtmp::PublishRequest request) override;
  void on_media(media::SourcePacket packet) override;
  void on_data(std::uint32_t timestamp_ms, Payload amf) override;
  void on_publish_end() override;
  void on_refused(rtmp::Refusal refusal, std::string_view description) override;
  void on_ignored(rtmp::IgnoredMedia ignored) override;
  // Paced
  bool on_turn() override;

  boost::asio::awaitable<void> converse();
  boost::asio::awaitable<void> publish_paced();
  boost::asio::awaitable<void> linger();
  void consume(ByteView bytes);
  std::optional<std::size_t> read_proxy_header();
  bool count_address();
  void feed(ByteView bytes);
  void begin_publish(const rtmp::PublishRequest& request);
  void refuse(rtmp::Refusal refusal, std::string_view description);
  void end_publish(std::string_view reason);
  void check_media_deadline();
  bool over_bitrate();
  void send_pending();
  void log_notices();
  void set_deadline();
  void finish();

  RtmpCore& core_;
  boost::asio::ip::tcp::socket socket_;
  std::string address_;          // whom the socket is connected to, or whom the PROXY header names
  std::string counted_address_;  // what it is counted under while unpublished: empty until a PROXY header has come
  std::uint64_t id_;
  boost::asio::steady_timer deadline_;  // of the conversation; while publishing it only wakes publish_paced()
  std::optional<rtmp::Phase> deadline_phase_;
  std::optional<Bytes> proxy_header_;  // its bytes so far; none once it was read, or where none is expected
  rtmp::Connection connection_;
  media::Arrival now_{};
  std::uint64_t received_ = 0;  // behind the PROXY header, which balancers send with their probes too

  std::unique_ptr<live::Publish> publish_;
  std::string stream_;  // APP/STREAM of the last publish
  std::string client_;
  MonoTime publish_started_{};
  MonoTime last_media_{};
  std::uint64_t publish_bytes_ = 0;
  std::uint64_t publish_packets_ = 0;
  std::vector<rtmp::IgnoredMedia> ignored_;  // what was told of

  int paced_fd_ = -1;  // the socket while it is out of the reactor
  Bytes unsent_;
  double allowance_bytes_ = 0;  // what may be received before the bit rate is exceeded
  MonoTime allowance_at_{};
  std::optional<MonoTime> over_since_;

  bool unpublished_ = true;  // counted as such by the core
  bool refused_ = false;
  std::string stop_reason_;  // empty: goes on
  std::string stop_detail_;
};

}  // namespace sluice::net
