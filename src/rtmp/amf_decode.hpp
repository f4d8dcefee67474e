// What both AMF decoders take from the budget, and the errors when nothing is left. Private to the decoders.
#pragma once

#include <string>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/rtmp/amf_value.hpp"

namespace sluice::rtmp::amf {

inline Error ends_early() { return Error{"AMF: the message ends inside a value"}; }

// One level of nesting, given back at the end of the scope.
class Nesting {
 public:
  explicit Nesting(DecodeBudget& budget) : budget_(budget), allowed_(budget.depth > 0) {
    if (allowed_) --budget_.depth;
  }
  ~Nesting() {
    if (allowed_) ++budget_.depth;
  }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  bool allowed() const { return allowed_; }
  static Error error() { return Error{"AMF: values are nested deeper than 16"}; }

 private:
  DecodeBudget& budget_;
  bool allowed_;
};

inline Result<void> take_property(DecodeBudget& budget) {
  if (budget.properties == 0) return Error{"AMF: more than 1024 properties and array items"};
  --budget.properties;
  return {};
}

inline Result<void> take_text(DecodeBudget& budget, std::size_t size) {
  if (size > budget.text_bytes) return Error{"AMF: more than 65536 bytes of text"};
  budget.text_bytes -= size;
  return {};
}

inline Result<std::string> read_text(ByteReader& reader, std::size_t size, DecodeBudget& budget) {
  const auto taken = take_text(budget, size);
  if (!taken) return taken.error();
  const ByteView bytes = reader.take(size);
  if (!reader.ok()) return ends_early();
  return Result<std::string>(boost::system::in_place_value, as_text(bytes));
}

inline Result<void> check_key(const std::string& key, const DecodeBudget& budget) {
  if (key.size() <= budget.key_bytes) return {};
  return Error{"AMF: a key of " + std::to_string(key.size()) + " bytes, the limit is 256"};
}

}  // namespace sluice::rtmp::amf
