// What tests of RTMP write bytes with: hex, chunks as a sender would write them, and a sink that keeps what it hears.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/rtmp/amf0.hpp"
#include "sluice/rtmp/media_sink.hpp"
#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp::testing {

// "02 00 0a" as bytes; blanks are skipped.
inline Bytes hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == ' ' || c == '\n'; });
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(digits[i]) * 16 + digit(digits[i + 1])));
  }
  return bytes;
}

inline std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

template <class... Parts>
Bytes join(const Parts&... parts) {
  Bytes all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

// `size` bytes that differ from each other for a while.
inline Bytes pattern(std::size_t size, std::uint8_t start = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(start + i * 7);
  return bytes;
}

inline void put_basic_header(ByteWriter& writer, unsigned format, std::uint32_t chunk_stream) {
  const auto top = static_cast<std::uint8_t>(format << 6);
  if (chunk_stream < 64) {
    writer.u8(static_cast<std::uint8_t>(top | chunk_stream));
  } else if (chunk_stream < 320) {
    writer.u8(top);
    writer.u8(static_cast<std::uint8_t>(chunk_stream - 64));
  } else {
    writer.u8(top | 1);
    writer.u16_le(static_cast<std::uint16_t>(chunk_stream - 64));
  }
}

// A message in chunks of `chunk_size` with a fmt 0 header and, in every chunk, the extended timestamp where one is due.
inline Bytes message_bytes(std::uint32_t chunk_stream, const Message& message, std::size_t chunk_size = 128,
                           bool repeat_extended = true) {
  ByteWriter writer;
  const bool extended = message.timestamp_ms >= 0xFFFFFF;
  put_basic_header(writer, 0, chunk_stream);
  writer.u24(extended ? 0xFFFFFF : message.timestamp_ms);
  writer.u24(static_cast<std::uint32_t>(message.payload.size()));
  writer.u8(message.type);
  writer.u32_le(message.stream_id);
  if (extended) writer.u32(message.timestamp_ms);
  ByteView rest = message.payload.view();
  for (;;) {
    const std::size_t count = std::min(rest.size(), chunk_size);
    writer.append(rest.first(count));
    rest = rest.subspan(count);
    if (rest.empty()) return std::move(writer).take();
    put_basic_header(writer, 3, chunk_stream);
    if (extended && repeat_extended) writer.u32(message.timestamp_ms);
  }
}

inline Message message(std::uint8_t type, std::uint32_t stream_id, std::uint32_t timestamp_ms, ByteView payload) {
  return {type, stream_id, timestamp_ms, Payload::copy_of(payload)};
}

inline Bytes control_bytes(std::uint8_t type, std::uint32_t value) {
  ByteWriter payload;
  payload.u32(value);
  return message_bytes(2, message(type, 0, 0, payload.view()));
}

inline Bytes amf_bytes(const std::vector<amf::Value>& values) {
  ByteWriter writer;
  for (const amf::Value& value : values) amf0::encode(writer, value);
  return std::move(writer).take();
}

inline amf::Value object(std::vector<amf::Property> properties) {
  return amf::Object{amf::Object::Form::object, {}, std::move(properties)};
}

struct RecordingSink : MediaSink {
  void on_media(media::SourcePacket packet) override { packets.push_back(std::move(packet)); }
  void on_ignored(IgnoredMedia media) override { ignored.push_back(media); }

  std::vector<media::SourcePacket> packets;
  std::vector<IgnoredMedia> ignored;
};

}  // namespace sluice::rtmp::testing
