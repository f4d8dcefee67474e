// The server's side of the simple RTMP handshake (RTMP 1.0, 5.2): C0 C1 C2 come in, S0 S1 S2 go out.
//
//   c0 ──version 3──▶ c1 ──1536 bytes, answer──▶ c2 ──1536 bytes──▶ done
//
// The digest handshake is left out on purpose: no publisher needs it. The zero field of S1 tells FFmpeg and Flash that
// no digest is there; S2 echoes C1 byte for byte, because StreamPack compares them; what C2 holds is not looked at,
// because libraries differ in what they echo.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"
#include "sluice/rtmp/failure.hpp"

namespace sluice::rtmp {

class Handshake {
 public:
  static constexpr std::size_t kPacketBytes = 1536;

  // `seed` makes the filler of S1; two connections must not share it.
  explicit Handshake(std::uint64_t seed) : seed_(seed) {}

  // Consumes bytes from the front of `input` up to the end of C2; what is left belongs to the chunk stream.
  Outcome<void> feed(ByteView& input);
  bool done() const { return state_ == State::done; }
  // S0 S1 S2, once C1 is whole; nothing before and after it has been taken.
  bool has_output() const { return answer_ready() && !output_.empty(); }
  Bytes take_output();

 private:
  enum class State : std::uint8_t { c0, c1, c2, done };
  Outcome<void> read_version(ByteView& input);
  void read_c1(ByteView& input);
  void read_c2(ByteView& input);
  bool answer_ready() const { return state_ == State::c2 || state_ == State::done; }

  State state_ = State::c0;
  std::uint64_t seed_;
  std::size_t packet_received_ = 0;  // bytes of C1 or C2 so far
  Bytes output_;
};

}  // namespace sluice::rtmp
