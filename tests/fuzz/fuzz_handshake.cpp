// The RTMP handshake from hostile bytes, cut where the first byte says: both halves together must come to what the
// whole comes to.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/rtmp/handshake.hpp"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  const std::size_t split = std::min<std::size_t>(bytes.size(), data[0] * 16u);

  rtmp::Handshake whole(1);
  ByteView rest = bytes;
  const auto fed = whole.feed(rest);

  rtmp::Handshake parts(1);
  ByteView first = bytes.first(split), second = bytes.subspan(split);
  const bool both = parts.feed(first).has_value() && parts.feed(second).has_value();
  if (both != fed.has_value() || parts.done() != whole.done()) std::abort();
  if (both && whole.done() && rest.size() != first.size() + second.size()) std::abort();
  if (parts.take_output() != whole.take_output()) std::abort();
  return 0;
}
