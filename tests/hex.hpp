// Bytes written as hex in tests; spaces are for the reader.
#pragma once

#include <string_view>

#include "sluice/base/bytes.hpp"
#include "sluice/base/payload.hpp"

namespace sluice::test {

inline Bytes hex(std::string_view text) {
  Bytes bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

inline Payload hex_payload(std::string_view text) { return Payload::copy_of(hex(text)); }

}  // namespace sluice::test
