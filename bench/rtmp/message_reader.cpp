#include "rtmp/message_reader.hpp"

#include <algorithm>
#include <array>

#include "rtmp/amf_text.hpp"

namespace sluice::bench {

std::optional<Message> MessageReader::next() {
  while (Stream* stream = take_chunk()) {
    if (stream->body.size() < stream->length) continue;
    Message message{MessageType{stream->type}, {}};
    message.body.swap(stream->body);
    if (message.type == MessageType::set_chunk_size) {
      chunk_size_ = std::max(big_endian(std::string_view(message.body).substr(0, 4)), 1U);
    }
    return message;
  }
  return {};
}

MessageReader::Stream* MessageReader::take_chunk() {
  // Sizes of the four message headers.
  static constexpr std::array<std::size_t, 4> kHeaderSizes{11, 7, 3, 0};
  const std::string_view input = input_;
  if (input.empty()) return nullptr;
  const auto first = static_cast<std::uint8_t>(input[0]);
  const unsigned format = first >> 6;
  // 0 and 1 announce longer ids, which neither the servers nor the publisher here use.
  const std::uint32_t id = first & 0x3F;
  std::size_t at = 1;
  if (input.size() < at + kHeaderSizes[format]) return nullptr;
  Stream& stream = streams_[id];
  auto length = stream.length;
  auto type = stream.type;
  bool extended = stream.extended;
  if (format <= 2) extended = big_endian(input.substr(at, 3)) == 0xFFFFFF;
  if (format <= 1) {
    length = big_endian(input.substr(at + 3, 3));
    type = static_cast<std::uint8_t>(input[at + 6]);
  }
  at += kHeaderSizes[format] + (extended ? 4 : 0);
  const auto take = std::min<std::size_t>(length - stream.body.size(), chunk_size_);
  if (input.size() < at + take) return nullptr;
  stream.length = length;
  stream.type = type;
  stream.extended = extended;
  stream.body.append(input.substr(at, take));
  input_.erase(0, at + take);
  return &stream;
}

}  // namespace sluice::bench
