// RtmpCore: what all RTMP sessions share, and the list of them. Private to net.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sluice/net/read_pacer.hpp"
#include "sluice/net/rtmp_server.hpp"

namespace sluice::net {

class RtmpSession;

class RtmpCore {
 public:
  RtmpCore(boost::asio::io_context& context, RtmpServerOptions options, live::Hub& hub, live::Lifecycle& lifecycle,
           Authorize authorize, std::uint64_t seed);
  ~RtmpCore();

  boost::system::error_code start();
  void stop_accepting();
  void close_all();
  boost::asio::ip::tcp::endpoint address() const { return address_; }

  // Called by sessions. A session is unpublished from its accept, and again after its publish ended. An empty address,
  // of a client that a PROXY header has not named yet, has no limit of its own.
  void add_unpublished(const std::string& address);
  void remove_unpublished(const std::string& address);
  bool address_has_room(const std::string& address) const;
  void remove(RtmpSession& session);

  const RtmpServerOptions& options() const { return options_; }
  live::Hub& hub() { return hub_; }
  live::Lifecycle& lifecycle() { return lifecycle_; }
  const Authorize& authorize() const { return authorize_; }
  ReadPacer& pacer() { return pacer_; }
  RtmpStats& stats() { return stats_; }
  // One read buffer for all turns: a turn reads and consumes without giving the loop away.
  std::vector<std::uint8_t>& turn_buffer() { return turn_buffer_; }
  std::uint64_t next_seed() { return seed_ += 0x9E3779B97F4A7C15u; }

 private:
  boost::system::error_code listen();
  boost::asio::awaitable<void> accept_loop(std::uint64_t generation);
  bool has_room() const;
  void follow_slots();

  boost::asio::io_context& context_;
  RtmpServerOptions options_;
  live::Hub& hub_;
  live::Lifecycle& lifecycle_;
  Authorize authorize_;
  std::uint64_t seed_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer reopen_;  // when the listener could not be opened again
  boost::asio::ip::tcp::endpoint address_;
  std::uint64_t listen_generation_ = 0;
  bool accepting_ = false;
  live::Signal::Token slots_token_ = 0;
  ReadPacer pacer_;
  RtmpStats stats_;
  std::vector<std::uint8_t> turn_buffer_;
  std::unordered_set<RtmpSession*> sessions_;
  std::unordered_map<std::string, std::size_t> unpublished_by_address_;
  std::uint64_t last_id_ = 0;
};

}  // namespace sluice::net
