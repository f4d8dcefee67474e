#include "sluice/rtmp/handshake.hpp"

#include <algorithm>
#include <utility>

namespace sluice::rtmp {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::uint8_t kTlsHandshakeRecord = 0x16;
constexpr std::size_t kS2Offset = 1 + Handshake::kPacketBytes;

// splitmix64: good enough for filler that only has to differ between connections.
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed ^ mixed >> 31;
}

// S0 and S1, with time and zero field 0; room for S2 behind them.
Bytes make_answer(std::uint64_t seed) {
  Bytes answer(kS2Offset + Handshake::kPacketBytes);
  answer[0] = kVersion;
  for (std::size_t i = 1 + 8; i < kS2Offset; i += 8) {
    std::uint64_t random = next_random(seed);
    for (std::size_t j = 0; j < 8; ++j, random >>= 8) answer[i + j] = static_cast<std::uint8_t>(random);
  }
  return answer;
}

}  // namespace

Outcome<void> Handshake::feed(ByteView& input) {
  while (!input.empty()) {
    switch (state_) {
      case State::c0: {
        const auto version = read_version(input);
        if (!version) return version.error();
        break;
      }
      case State::c1:
        read_c1(input);
        break;
      case State::c2:
        read_c2(input);
        break;
      case State::done:
        return {};
    }
  }
  return {};
}

Outcome<void> Handshake::read_version(ByteView& input) {
  const std::uint8_t version = input.front();
  input = input.subspan(1);
  if (version == kTlsHandshakeRecord) {
    return ConnectionError{Failure::tls_on_clear_port, "the peer speaks TLS, this port is clear RTMP"};
  }
  if (version != kVersion) {
    return ConnectionError{Failure::handshake_version,
                           "first byte is " + std::to_string(version) + ", RTMP begins with 3"};
  }
  state_ = State::c1;
  return {};
}

void Handshake::read_c1(ByteView& input) {
  if (packet_received_ == 0) output_ = make_answer(seed_);
  const std::size_t count = std::min(input.size(), kPacketBytes - packet_received_);
  std::copy_n(input.begin(), count, output_.begin() + static_cast<std::ptrdiff_t>(kS2Offset + packet_received_));
  input = input.subspan(count);
  packet_received_ += count;
  if (packet_received_ < kPacketBytes) return;
  packet_received_ = 0;
  state_ = State::c2;
}

void Handshake::read_c2(ByteView& input) {
  const std::size_t count = std::min(input.size(), kPacketBytes - packet_received_);
  input = input.subspan(count);
  packet_received_ += count;
  if (packet_received_ == kPacketBytes) state_ = State::done;
}

Bytes Handshake::take_output() {
  if (!answer_ready()) return {};
  return std::exchange(output_, {});
}

}  // namespace sluice::rtmp
