// Views of bytes and the two helpers every parser and encoder here is made of.
//
// ByteReader never reads past its view: a read that does not fit makes the reader fail, returns zero, and every later
// read does the same, so a parser reads a whole structure and asks ok() once. ByteWriter appends to a vector it owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

using ByteView = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }
  ByteView rest() const { return rest_; }

  // Big-endian, as RTMP, FLV and ISO BMFF write their numbers.
  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big(2)); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(big(3)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big(4)); }
  std::uint64_t u64() { return big(8); }
  // Little-endian, as our own recording format and RTMP's message stream id do.
  std::uint16_t u16_le() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t u32_le() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t u64_le() { return little(8); }

  ByteView take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  void skip(std::size_t count) { take(count); }

 private:
  std::uint64_t big(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(count)) value = value << 8 | byte;
    return value;
  }
  std::uint64_t little(std::size_t count) {
    std::uint64_t value = 0;
    const ByteView bytes = take(count);
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
  }

  ByteView rest_;
  bool ok_ = true;
};

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value) { big(value, 2); }
  void u24(std::uint32_t value) { big(value, 3); }
  void u32(std::uint32_t value) { big(value, 4); }
  void u64(std::uint64_t value) { big(value, 8); }
  void u16_le(std::uint16_t value) { little(value, 2); }
  void u32_le(std::uint32_t value) { little(value, 4); }
  void u64_le(std::uint64_t value) { little(value, 8); }
  void append(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void append(std::string_view text) { append(as_bytes(text)); }

  std::size_t size() const { return bytes_.size(); }
  ByteView view() const { return bytes_; }
  Bytes take() && { return std::move(bytes_); }
  // For lengths and checksums that are known only after what they cover has been written.
  std::uint8_t* at(std::size_t offset) { return bytes_.data() + offset; }

 private:
  void big(std::uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  void little(std::uint64_t value, int count) {
    for (int shift = 0; shift < 8 * count; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
  }

  Bytes bytes_;
};

}  // namespace sluice
