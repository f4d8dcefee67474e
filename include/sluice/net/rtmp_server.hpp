// RtmpServer: accepts encoders and gives each a session. Everything an encoder can make us hold has its limit here or
// in rtmp::Limits; deadlines run from a change of state and are not moved by bytes.
//
// Loop thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/rtmp/limits.hpp"

namespace sluice::net {

enum class ProxyProtocol { off, optional, required };

struct RtmpServerOptions {
  boost::asio::ip::tcp::endpoint listen;
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  rtmp::Limits protocol;
  Micros handshake_timeout = Seconds(5);  // accept to the end of the handshake, PROXY header included
  Micros connect_timeout = Seconds(5);    // then to `connect`
  Micros publish_timeout = Seconds(10);   // then to `publish`
  Micros first_media_timeout = Seconds(20);
  Micros idle_timeout = Seconds(10);  // publishing without any media
  std::size_t connections_max = 1000;
  std::size_t unpublished_max = 256;  // connections that do not publish yet
  std::size_t unpublished_per_address_max = 16;
  std::uint64_t publish_bits_per_second_max = 0;  // 0: no limit
  bool close_when_full = false;                   // lifecycle.when_full: close
  // True while publishers that send faster than in real time are to be read more slowly. May be empty.
  std::function<bool()> hold_back;
};

// Counters and gauges for the metrics; plain numbers, read on the loop.
struct RtmpStats {
  std::uint64_t accepted = 0;
  std::uint64_t over_limit = 0;  // closed at accept
  std::uint64_t received_bytes = 0;
  std::uint64_t publishes = 0;
  std::map<std::string, std::uint64_t> refused;       // by reason
  std::map<std::string, std::uint64_t> disconnected;  // by reason
  std::map<std::string, std::uint64_t> ignored;       // messages and tags that were not media, by reason
  std::uint64_t video_packets = 0;
  std::uint64_t audio_packets = 0;
  std::uint64_t media_bytes = 0;
  std::size_t connections = 0;
  std::size_t unpublished = 0;
};

// True when `key` (the publish URL's `?key=`) may publish `name`.
using Authorize = std::function<bool(const StreamName& name, std::string_view key)>;

class RtmpCore;

class RtmpServer {
 public:
  // The references must outlive the server.
  RtmpServer(boost::asio::io_context& context, RtmpServerOptions options, live::Hub& hub, live::Lifecycle& lifecycle,
             Authorize authorize, std::uint64_t seed);
  ~RtmpServer();

  // Opens the listener; the error says why it could not be. After it, address() is the real one.
  boost::system::error_code start();
  boost::asio::ip::tcp::endpoint address() const;
  // No more connections; those that do not publish are closed.
  void stop_accepting();
  // Closes all sessions now.
  void close_all();

  const RtmpStats& stats() const;

 private:
  std::unique_ptr<RtmpCore> core_;
};

}  // namespace sluice::net
