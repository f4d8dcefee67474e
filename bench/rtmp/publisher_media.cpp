// The sending of media: all frames due go out in one writev.
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/process.hpp"
#include "rtmp/publisher.hpp"

namespace sluice::bench {
namespace {

// No extended timestamps here: a publish ends after 4 h 39 min of media.
constexpr std::uint32_t kTimestampsEnd = 0xFFFFFE;
constexpr int kBatchItems = 16;
constexpr int kUnpacedRounds = 8;
constexpr std::uint32_t kHeaderSize = 12;
using Header = std::array<std::uint8_t, kHeaderSize>;

void write_header(Header& header, const LoopedMedia::Item& item, std::uint32_t timestamp, std::uint32_t stream_id) {
  header[0] = item.chunk_stream;
  for (unsigned i = 0; i < 3; ++i) header[1 + i] = static_cast<std::uint8_t>(timestamp >> (16 - 8 * i));
  for (unsigned i = 0; i < 3; ++i) header[4 + i] = static_cast<std::uint8_t>(item.payload_size >> (16 - 8 * i));
  header[7] = static_cast<std::uint8_t>(item.type);
  for (unsigned i = 0; i < 4; ++i) header[8 + i] = static_cast<std::uint8_t>(stream_id >> (8 * i));
}

}  // namespace

// Its parts point into its headers, so it is filled in place and never moved.
struct Publisher::Batch {
  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::array<Header, kBatchItems> headers;
  std::array<iovec, 2 * kBatchItems> parts;
  int items = 0;
  int part_count = 0;
  bool ended = false;  // nothing due because the timestamps are used up
};

const LoopedMedia::Item& Publisher::item_at(std::uint64_t position) const {
  if (position < media_.setup.size()) return media_.setup[position];
  return media_.frames[(position - media_.setup.size()) % media_.frames.size()];
}

std::uint32_t Publisher::timestamp_at(std::uint64_t position) const {
  if (position < media_.setup.size()) return 0;
  const auto pass = (position - media_.setup.size()) / media_.frames.size();
  return static_cast<std::uint32_t>(pass * media_.period_ms + item_at(position).timestamp_ms);
}

std::int64_t Publisher::due_at(std::uint64_t position) const {
  if (config_.speed <= 0) return live_at_;
  return live_at_ + static_cast<std::int64_t>(timestamp_at(position) * 1000.0 / config_.speed);
}

void Publisher::gather(std::int64_t now, Batch& batch) {
  for (; batch.items < kBatchItems; ++batch.items) {
    const auto position = position_ + static_cast<std::uint64_t>(batch.items);
    if (due_at(position) > now) break;
    const auto& item = item_at(position);
    if (timestamp_at(position) >= kTimestampsEnd) {
      batch.ended = batch.items == 0;
      break;
    }
    if (item.mark != 0) {
      // The number is written in place, so a marked frame has a write of its own.
      if (batch.items > 0) break;
      if (position_sent_ == 0) media_.mark(item, frame_number_);
    }
    auto& header = batch.headers[static_cast<std::size_t>(batch.items)];
    write_header(header, item, timestamp_at(position), stream_id_);
    const std::uint32_t sent = batch.items == 0 ? position_sent_ : 0;
    const auto add = [&batch](std::uint8_t* from, std::size_t size) {
      batch.parts[static_cast<std::size_t>(batch.part_count++)] = {from, size};
    };
    if (sent < kHeaderSize) add(header.data() + sent, kHeaderSize - sent);
    const std::uint32_t body_sent = sent > kHeaderSize ? sent - kHeaderSize : 0;
    add(media_.bytes.data() + item.offset + body_sent, item.size - body_sent);
  }
}

bool Publisher::account(const Batch& batch, std::uint64_t sent, std::int64_t now) {
  stats_.bytes += sent;
  for (int i = 0; i < batch.items; ++i) {
    const auto& item = item_at(position_);
    const std::uint64_t left = kHeaderSize + item.size - position_sent_;
    if (sent < left) {
      position_sent_ += static_cast<std::uint32_t>(sent);
      return false;
    }
    sent -= left;
    if (config_.speed > 0) stats_.lateness.add(now - due_at(position_));
    const bool is_frame = item.type == MessageType::video && position_ >= media_.setup.size();
    position_sent_ = 0;
    ++position_;
    if (!is_frame) continue;
    ++stats_.video_frames;
    ++frame_number_;
    if (on_frame_sent) on_frame_sent(now);
  }
  return true;
}

void Publisher::pump(std::int64_t now) {
  if (!flush()) return;
  for (int round = 0;; ++round) {
    if (config_.speed <= 0 && round == kUnpacedRounds) {
      // The others have a turn.
      loop_.call_at(now, this);
      return;
    }
    Batch batch;
    gather(now, batch);
    if (batch.ended) return finish();
    if (batch.items == 0) break;
    const auto sent = writev(socket_, batch.parts.data(), batch.part_count);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail(std::strerror(errno));
    if (sent < 0 || !account(batch, static_cast<std::uint64_t>(sent), now_us())) {
      want_write(true);
      return;
    }
  }
  want_write(false);
  const auto due = due_at(position_);
  loop_.call_at((due + config_.tick_us - 1) / config_.tick_us * config_.tick_us, this);
}

}  // namespace sluice::bench
