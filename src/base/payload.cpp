#include "sluice/base/payload.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace sluice {

Payload::Block* Payload::allocate(std::size_t capacity) {
  void* memory = std::malloc(sizeof(Block) + capacity + kPadding);
  if (memory == nullptr) throw std::bad_alloc();
  auto* block = new (memory) Block;
  block->capacity = capacity;
  return block;
}

void Payload::release(Block* block) {
  if (block == nullptr || block->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block->~Block();
  std::free(block);
}

Payload::Payload(const Payload& other) : block_(other.block_), data_(other.data_), size_(other.size_) {
  if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
}

Payload::Payload(Payload&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

Payload& Payload::operator=(Payload other) noexcept {
  std::swap(block_, other.block_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Payload::~Payload() { release(block_); }

Payload Payload::copy_of(ByteView bytes) {
  PayloadBuilder builder;
  builder.append(bytes, bytes.size());
  return builder.finish();
}

Payload Payload::slice(std::size_t offset, std::size_t length) const {
  Payload part(*this);
  offset = std::min(offset, size_);
  part.data_ = data_ + offset;
  part.size_ = std::min(length, size_ - offset);
  return part;
}

PayloadBuilder::PayloadBuilder(PayloadBuilder&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)), size_(std::exchange(other.size_, 0)) {}

PayloadBuilder& PayloadBuilder::operator=(PayloadBuilder&& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(size_, other.size_);
  return *this;
}

PayloadBuilder::~PayloadBuilder() { Payload::release(block_); }

void PayloadBuilder::append(ByteView bytes, std::size_t expected_total) {
  if (bytes.empty()) return;
  const std::size_t needed = size_ + bytes.size();
  if (needed > capacity()) {
    const std::size_t generous = std::max(2 * needed, std::size_t{4096});
    reserve(std::max(needed, std::min(expected_total, generous)));
  }
  std::memcpy(block_->bytes() + size_, bytes.data(), bytes.size());
  size_ = needed;
}

void PayloadBuilder::reserve(std::size_t total) {
  if (total <= capacity()) return;
  Payload::Block* grown = Payload::allocate(total);
  if (size_ > 0) std::memcpy(grown->bytes(), block_->bytes(), size_);
  Payload::release(block_);
  block_ = grown;
}

Payload PayloadBuilder::finish() {
  Payload payload;
  if (block_ == nullptr) return payload;
  std::memset(block_->bytes() + size_, 0, Payload::kPadding);
  payload.block_ = std::exchange(block_, nullptr);
  payload.data_ = payload.block_->bytes();
  payload.size_ = std::exchange(size_, 0);
  return payload;
}

void PayloadBuilder::clear() {
  Payload::release(std::exchange(block_, nullptr));
  size_ = 0;
}

}  // namespace sluice
