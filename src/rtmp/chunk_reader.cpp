#include "sluice/rtmp/chunk_reader.hpp"

#include <algorithm>
#include <string>

namespace sluice::rtmp {
namespace {

constexpr std::uint32_t kExtendedMarker = 0xFFFFFF;

ConnectionError protocol_error(std::uint32_t chunk_stream, const std::string& what) {
  return {Failure::protocol, "chunk stream " + std::to_string(chunk_stream) + ": " + what};
}

ConnectionError limit_error(const std::string& what, std::uint64_t value, std::uint64_t limit) {
  return {Failure::limit, what + " is " + std::to_string(value) + ", the limit is " + std::to_string(limit)};
}

std::uint32_t read_u32(ByteView bytes) { return ByteReader(bytes).u32(); }

}  // namespace

//   header ──whole──▶ payload ──chunk whole──▶ header
//                        └──message whole──▶ (Set Chunk Size and Abort act here) ──▶ out
Outcome<std::optional<Message>> ChunkReader::read(ByteView& input) {
  while (returned_size_ > 0 || !input.empty()) {
    auto message = returned_size_ > 0 ? step_returned() : step(input);
    if (!message || *message) return message;
  }
  return std::optional<Message>();
}

// A header begun in returned bytes never gives bytes back itself: there are too few of them.
Outcome<std::optional<Message>> ChunkReader::step_returned() {
  const std::array<std::uint8_t, 4> bytes = returned_;
  ByteView rest = ByteView(bytes).first(returned_size_);
  returned_size_ = 0;
  auto message = step(rest);
  std::copy(rest.begin(), rest.end(), returned_.begin());
  returned_size_ = rest.size();
  return message;
}

// One header, or as much of one chunk's payload as there is.
Outcome<std::optional<Message>> ChunkReader::step(ByteView& input) {
  if (!current_) {
    if (!read_header(input)) return std::optional<Message>();
    const auto begun = begin_chunk(*header_);
    if (!begun) return begun.error();
    // Bytes given back come before the rest of the input.
    if (returned_size_ > 0) return std::optional<Message>();
  }
  const auto copied = read_payload(input);
  if (!copied) return copied.error();
  if (chunk_left_ > 0) return std::optional<Message>();
  ChunkStream& stream = streams_[*current_];
  if (stream.payload.size() == stream.length) return finish_message();
  current_.reset();
  return std::optional<Message>();
}

// Gathers a whole header into header_; false when the input ended before it did.
bool ChunkReader::read_header(ByteView& input) {
  if (scratch_size_ == 0) {
    header_ = parse_header(input);
    if (header_) {
      input = input.subspan(header_->size);
    } else {
      std::copy(input.begin(), input.end(), scratch_.begin());
      scratch_size_ = input.size();
      input = {};
    }
    return header_.has_value();
  }
  const std::size_t kept = scratch_size_;
  const std::size_t added = std::min(input.size(), kHeaderBytesMax - kept);
  std::copy_n(input.begin(), added, scratch_.begin() + static_cast<std::ptrdiff_t>(kept));
  header_ = parse_header(ByteView(scratch_).first(kept + added));
  if (!header_) {
    scratch_size_ += added;
    input = input.subspan(added);
    return false;
  }
  if (header_->size >= kept) {
    input = input.subspan(header_->size - kept);
  } else {
    returned_size_ = kept - header_->size;
    std::copy_n(scratch_.begin() + static_cast<std::ptrdiff_t>(header_->size), returned_size_, returned_.begin());
  }
  scratch_size_ = 0;
  return true;
}

// None while `bytes` end inside the header, which can be at most kHeaderBytesMax long.
std::optional<ChunkReader::Header> ChunkReader::parse_header(ByteView bytes) const {
  constexpr std::array<std::size_t, 4> kMessageHeaderBytes = {11, 7, 3, 0};
  ByteReader reader(bytes);
  Header header;
  const std::uint8_t first = reader.u8();
  header.format = first >> 6;
  header.id = first & 0x3F;
  if (header.id == 0) {
    header.id = 64u + reader.u8();
  } else if (header.id == 1) {
    header.id = 64u + reader.u16_le();
  }
  if (!reader.ok() || reader.remaining() < kMessageHeaderBytes[header.format]) return std::nullopt;
  if (header.format <= 2) header.field = reader.u24();
  if (header.format <= 1) {
    header.length = reader.u24();
    header.type = reader.u8();
  }
  if (header.format == 0) header.stream_id = reader.u32_le();
  header.size = bytes.size() - reader.remaining();
  const ChunkStream* stream = find(header.id);
  header.has_extended = header.format <= 2 ? header.field == kExtendedMarker : stream != nullptr && stream->extended;
  if (header.has_extended && !parse_extended(reader.rest(), header, stream)) return std::nullopt;
  return header;
}

// Reads the extended timestamp at the front of `bytes` into `header`; false while it cannot be told.
//
// A continuation repeats the value, but some senders leave the repeat out: four bytes that differ from it are payload
// already. The first byte that differs decides, so that a short last chunk need not wait for bytes that never come.
bool ChunkReader::parse_extended(ByteView bytes, Header& header, const ChunkStream* stream) const {
  if (header.format == 3 && stream != nullptr && stream->in_message) {
    for (std::size_t i = 0; i < std::min<std::size_t>(4, bytes.size()); ++i) {
      if (bytes[i] == static_cast<std::uint8_t>(stream->field >> (24 - 8 * i))) continue;
      header.has_extended = false;
      return true;
    }
  }
  if (bytes.size() < 4) return false;
  header.field = read_u32(bytes);
  header.size += 4;
  return true;
}

Outcome<void> ChunkReader::begin_chunk(const Header& header) {
  ++chunks_;
  header_bytes_ += header.size;
  auto found = std::find_if(streams_.begin(), streams_.end(), [&](const auto& s) { return s.id == header.id; });
  if (found == streams_.end()) {
    // librtmp begins its control stream with fmt 1; a fmt 2 or 3 has nothing to inherit a length from.
    if (header.format >= 2) {
      return protocol_error(header.id, "first chunk has format " + std::to_string(header.format));
    }
    if (streams_.size() >= limits_.chunk_streams) {
      return limit_error("the number of chunk streams", streams_.size() + 1, limits_.chunk_streams);
    }
    streams_.emplace_back(header.id);
    found = streams_.end() - 1;
  }
  if (found->in_message && header.format != 3) {
    return protocol_error(header.id, "a new message begins with " + std::to_string(found->payload.size()) + " of " +
                                         std::to_string(found->length) + " bytes of the last one received");
  }
  if (!found->in_message) {
    const auto begun = begin_message(*found, header);
    if (!begun) return begun;
  }
  current_ = static_cast<std::size_t>(found - streams_.begin());
  chunk_left_ = std::min<std::size_t>(chunk_size_, found->length - found->payload.size());
  return {};
}

Outcome<void> ChunkReader::begin_message(ChunkStream& stream, const Header& header) {
  if (header.format <= 2) stream.extended = header.has_extended;
  // A format 3 that begins a message repeats the last field as a delta, even after a format 0, as the specification
  // has it; with an extended timestamp it brings its own value.
  if (header.format <= 2 || header.has_extended) stream.field = header.field;
  stream.timestamp = header.format == 0 ? stream.field : stream.timestamp + stream.field;
  if (header.format <= 1) {
    stream.length = header.length;
    stream.type = header.type;
  }
  if (header.format == 0) stream.stream_id = header.stream_id;
  const std::size_t length_max = publishing_ ? limits_.message_bytes : limits_.message_bytes_before_publish;
  if (stream.length > length_max) return limit_error("a message's length", stream.length, length_max);
  stream.in_message = true;
  return {};
}

Outcome<void> ChunkReader::read_payload(ByteView& input) {
  ChunkStream& stream = streams_[*current_];
  const std::size_t count = std::min(input.size(), chunk_left_);
  if (count == 0) return {};
  const std::size_t partial_max = publishing_ ? limits_.partial_bytes : limits_.partial_bytes_before_publish;
  if (partial_bytes_ + count > partial_max) {
    return limit_error("the sum of unfinished messages", partial_bytes_ + count, partial_max);
  }
  // What else is in the input has arrived as well: room for it now saves growing once a chunk. A peer that has not been
  // let in could make us reserve that on every chunk stream.
  if (publishing_) {
    stream.payload.reserve(std::min<std::size_t>(stream.length, 2 * (stream.payload.size() + input.size())));
  }
  stream.payload.append(input.first(count), stream.length);
  input = input.subspan(count);
  chunk_left_ -= count;
  partial_bytes_ += count;
  return {};
}

Outcome<std::optional<Message>> ChunkReader::finish_message() {
  ChunkStream& stream = streams_[*current_];
  current_.reset();
  stream.in_message = false;
  partial_bytes_ -= stream.payload.size();
  Message message{stream.type, stream.stream_id, stream.timestamp, stream.payload.finish()};
  if (message.type != message_type::kSetChunkSize && message.type != message_type::kAbort) {
    return std::optional<Message>(std::move(message));
  }
  const auto obeyed = obey(message);
  if (!obeyed) return obeyed.error();
  return std::optional<Message>();
}

Outcome<void> ChunkReader::obey(const Message& message) {
  if (message.payload.size() < 4) {
    return ConnectionError{Failure::protocol, "a message of type " + std::to_string(message.type) + " has " +
                                                  std::to_string(message.payload.size()) + " bytes, it needs 4"};
  }
  const std::uint32_t value = read_u32(message.payload.view());
  if (message.type == message_type::kSetChunkSize) {
    if (value == 0 || value > 0x7FFFFFFF) {
      return ConnectionError{Failure::protocol, "chunk size " + std::to_string(value) + " is not 1 to 2147483647"};
    }
    chunk_size_ = std::min(value, kChunkSizeMax);
    return {};
  }
  for (ChunkStream& stream : streams_) {
    if (stream.id != value || !stream.in_message) continue;
    partial_bytes_ -= stream.payload.size();
    stream.payload.clear();
    stream.in_message = false;
  }
  return {};
}

const ChunkReader::ChunkStream* ChunkReader::find(std::uint32_t id) const {
  for (const ChunkStream& stream : streams_) {
    if (stream.id == id) return &stream;
  }
  return nullptr;
}

}  // namespace sluice::rtmp
