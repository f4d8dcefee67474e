// TestClient: a client on a plain socket that turns the server's loop while it waits, so that both run in one thread.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>

#include "sluice/io/clock.hpp"

namespace sluice::net {

// Turns the loop until `done()`; false when that takes unreasonably long.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& done) {
  const MonoTime deadline = io::mono_now() + Seconds(20);
  while (!done()) {
    if (io::mono_now() > deadline) return false;
    loop.restart();
    loop.run_one_for(Millis(2));
  }
  return true;
}

class TestClient {
 public:
  TestClient(boost::asio::io_context& loop, const boost::asio::ip::tcp::endpoint& server, int receive_buffer = 0)
      : loop_(loop), socket_(loop) {
    socket_.open(server.protocol());
    if (receive_buffer > 0) socket_.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer));
    socket_.connect(server);
  }

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  void close() { socket_.close(); }
  // Closes so that the peer is told of an error, not of an end.
  void reset() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    socket_.close();
  }

  // What has come up to and with `end`, which is taken.
  std::string receive_until(std::string_view end) {
    run_until(loop_, [&] {
      receive_some();
      return received_.find(end) != std::string::npos || ended_;
    });
    return take(std::min(received_.find(end), received_.size() - std::min(end.size(), received_.size())) + end.size());
  }
  std::string receive_bytes(std::size_t count) {
    run_until(loop_, [&] {
      receive_some();
      return received_.size() >= count || ended_;
    });
    return take(count);
  }
  // One response with its body, by its Content-Length.
  std::string receive_response() {
    std::string response = receive_until("\r\n\r\n");
    const std::size_t field = response.find("Content-Length: ");
    if (field == std::string::npos) return response;
    return response + receive_bytes(std::stoul(response.substr(field + 16)));
  }
  std::string exchange(std::string_view request) {
    send(request);
    return receive_response();
  }
  // True when the server has closed, whether or not bytes came before.
  bool ends() {
    return run_until(loop_, [&] {
      receive_some();
      return ended_;
    });
  }
  std::string take_all() { return take(received_.size()); }

 private:
  void receive_some() {
    char buffer[65536];
    while (!ended_) {
      const ssize_t count = ::recv(socket_.native_handle(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) {
        ended_ = true;
        return;
      }
      received_.append(buffer, static_cast<std::size_t>(count));
    }
  }
  std::string take(std::size_t count) {
    const std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::socket socket_;
  std::string received_;
  bool ended_ = false;
};

}  // namespace sluice::net
