// Splits an aggregate message (RTMP 1.0, 7.1.6) into the messages it carries.
#pragma once

#include <optional>

#include "sluice/base/bytes.hpp"
#include "sluice/rtmp/failure.hpp"
#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp {

class AggregateReader {
 public:
  explicit AggregateReader(Message aggregate);

  // The next message, a slice of the aggregate with its message stream and with its time moved so that the first one
  // has the aggregate's; none after the last. A size that does not fit the aggregate is an error. The back pointers
  // are not looked at, and the last one may be missing.
  Outcome<std::optional<Message>> next();

 private:
  Message aggregate_;
  std::size_t offset_ = 0;
  std::optional<std::uint32_t> shift_;  // from the times inside to the aggregate's, modulo 2^32
};

}  // namespace sluice::rtmp
