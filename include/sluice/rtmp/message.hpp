// An RTMP message, whole, and the type numbers on the wire (RTMP 1.0, 5.4, 6.2 and 7.1).
#pragma once

#include <cstdint>

#include "sluice/base/payload.hpp"

namespace sluice::rtmp {

namespace message_type {
inline constexpr std::uint8_t kSetChunkSize = 1;
inline constexpr std::uint8_t kAbort = 2;
inline constexpr std::uint8_t kAcknowledgement = 3;
inline constexpr std::uint8_t kUserControl = 4;
inline constexpr std::uint8_t kWindowAcknowledgementSize = 5;
inline constexpr std::uint8_t kSetPeerBandwidth = 6;
inline constexpr std::uint8_t kAudio = 8;
inline constexpr std::uint8_t kVideo = 9;
inline constexpr std::uint8_t kDataAmf3 = 15;
inline constexpr std::uint8_t kCommandAmf3 = 17;
inline constexpr std::uint8_t kDataAmf0 = 18;
inline constexpr std::uint8_t kCommandAmf0 = 20;
inline constexpr std::uint8_t kAggregate = 22;
}  // namespace message_type

namespace user_control {
inline constexpr std::uint16_t kStreamBegin = 0;
inline constexpr std::uint16_t kPingRequest = 6;
inline constexpr std::uint16_t kPingResponse = 7;
}  // namespace user_control

struct Message {
  std::uint8_t type = 0;
  std::uint32_t stream_id = 0;     // message stream; 0 is the connection itself
  std::uint32_t timestamp_ms = 0;  // modulo 2^32
  Payload payload;
};

}  // namespace sluice::rtmp
