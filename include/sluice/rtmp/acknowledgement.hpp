// When to acknowledge received bytes (RTMP 1.0, 5.4.3 and 5.4.4).
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::rtmp {

class AcknowledgementWindow {
 public:
  // What holds until the peer names a window.
  static constexpr std::uint32_t kDefaultBytes = 2'500'000;

  // `received` is where the count of the connection's bytes starts.
  explicit AcknowledgementWindow(std::uint64_t received = 0) : received_(received), acknowledged_(received) {}

  void add(std::size_t bytes) { received_ += bytes; }
  // 0 would ask for an acknowledgement of nothing, over and over: it is not obeyed.
  void set_window(std::uint32_t bytes) {
    if (bytes > 0) window_ = bytes;
  }

  std::uint64_t received() const { return received_; }
  bool due() const { return received_ - acknowledged_ >= window_; }
  // The sequence number to send now: all bytes received, modulo 2^32.
  std::uint32_t acknowledge() {
    acknowledged_ = received_;
    return static_cast<std::uint32_t>(received_);
  }

 private:
  std::uint64_t received_;
  std::uint64_t acknowledged_;
  std::uint32_t window_ = kDefaultBytes;
};

}  // namespace sluice::rtmp
