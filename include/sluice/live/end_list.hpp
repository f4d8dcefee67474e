// EndList: how the last publishes ended, newest first, for the operator who asks why a stream is gone. Bounded: what
// it holds does not grow with what encoders do.
//
// Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"

namespace sluice::live {

struct PublishEnd {
  StreamName name;
  SessionId session;
  std::string address;  // the encoder's, without its port
  WallTime ended;
  Micros lasted{};
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // of media
  std::string reason;       // the word of the log line event=publish_ended: "unpublished", "idle_timeout", …
  std::string detail;       // the same as a sentence
};

class EndList {
 public:
  static constexpr std::size_t kKept = 50;

  void add(PublishEnd end) {
    ends_.push_front(std::move(end));
    if (ends_.size() > kKept) ends_.pop_back();
  }
  const std::deque<PublishEnd>& newest_first() const { return ends_; }

 private:
  std::deque<PublishEnd> ends_;
};

}  // namespace sluice::live
