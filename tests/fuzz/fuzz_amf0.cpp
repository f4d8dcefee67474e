// AMF0, and AMF3 behind its switch marker, from hostile bytes. What decodes must encode, and decode to the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/rtmp/amf0.hpp"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(ByteView(data, size));
  rtmp::amf::DecodeBudget budget;
  while (!reader.at_end()) {
    const auto value = rtmp::amf0::decode(reader, budget);
    if (!value) return 0;
    ByteWriter once;
    rtmp::amf0::encode(once, *value);
    ByteReader again(once.view());
    rtmp::amf::DecodeBudget fresh;
    fresh.text_bytes *= 2;  // the items of an AMF3 array with keys have become keyed as well
    const auto decoded = rtmp::amf0::decode(again, fresh);
    if (!decoded || !again.at_end()) std::abort();
    // Compared as bytes: a NaN is not equal to itself.
    ByteWriter twice;
    rtmp::amf0::encode(twice, *decoded);
    if (std::move(once).take() != std::move(twice).take()) std::abort();
  }
  return 0;
}
