// Payload: immutable bytes shared by reference count, the one allocation a media packet has from socket to last viewer.
//
// Copies and slices of a Payload share the block; the last one frees it. The count is atomic, because the recorder's
// thread holds packets too; the bytes never change once a Payload exists, so no lock is needed. Behind the last byte of
// a block lie kPadding zero bytes, which FFmpeg's parsers may read.
//
// PayloadBuilder gathers bytes that arrive in pieces. Its memory follows the bytes received, never a length a peer
// declared.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice {

class Payload {
 public:
  static constexpr std::size_t kPadding = 64;

  Payload() = default;
  Payload(const Payload& other);
  Payload(Payload&& other) noexcept;
  Payload& operator=(Payload other) noexcept;
  ~Payload();

  static Payload copy_of(ByteView bytes);

  ByteView view() const { return {data_, size_}; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The bytes from `offset` on (at most `length`), sharing this block. `offset` must not exceed size().
  Payload slice(std::size_t offset, std::size_t length = SIZE_MAX) const;

 private:
  friend class PayloadBuilder;
  struct Block {
    std::atomic<std::uint32_t> references{1};
    std::size_t capacity = 0;
    std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  };
  static Block* allocate(std::size_t capacity);
  static void release(Block* block);

  Block* block_ = nullptr;
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

class PayloadBuilder {
 public:
  PayloadBuilder() = default;
  PayloadBuilder(PayloadBuilder&& other) noexcept;
  PayloadBuilder& operator=(PayloadBuilder&& other) noexcept;
  ~PayloadBuilder();

  // Appends `bytes`; `expected_total` is the size the whole is declared to have (a hint that spares reallocations:
  // memory reserved is never more than twice what has arrived, plus 4 KiB).
  void append(ByteView bytes, std::size_t expected_total);
  // Makes room for `total` bytes in all, so that appending up to it allocates no more.
  void reserve(std::size_t total);
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return block_ == nullptr ? 0 : block_->capacity; }
  // The gathered bytes; the builder is empty afterwards.
  Payload finish();
  void clear();

 private:
  Payload::Block* block_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sluice
