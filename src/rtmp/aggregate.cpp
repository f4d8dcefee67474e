#include "sluice/rtmp/aggregate.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::rtmp {

AggregateReader::AggregateReader(Message aggregate) : aggregate_(std::move(aggregate)) {}

Outcome<std::optional<Message>> AggregateReader::next() {
  constexpr std::size_t kBackPointerBytes = 4;
  const ByteView rest = aggregate_.payload.view().subspan(offset_);
  if (rest.empty()) return std::optional<Message>();
  ByteReader reader(rest);
  Message message;
  message.type = reader.u8();
  const std::size_t size = reader.u24();
  const std::uint32_t low = reader.u24();
  const std::uint32_t timestamp = static_cast<std::uint32_t>(reader.u8()) << 24 | low;
  reader.skip(3);  // a stream id: the aggregate's holds
  if (!reader.ok() || size > reader.remaining()) {
    return ConnectionError{Failure::protocol, "an aggregate message of " + std::to_string(aggregate_.payload.size()) +
                                                  " bytes ends inside a message at " + std::to_string(offset_)};
  }
  if (!shift_) shift_ = aggregate_.timestamp_ms - timestamp;
  message.timestamp_ms = timestamp + *shift_;
  message.stream_id = aggregate_.stream_id;
  message.payload = aggregate_.payload.slice(offset_ + rest.size() - reader.remaining(), size);
  reader.skip(size);
  reader.skip(std::min(kBackPointerBytes, reader.remaining()));
  offset_ += rest.size() - reader.remaining();
  return std::optional<Message>(std::move(message));
}

}  // namespace sluice::rtmp
