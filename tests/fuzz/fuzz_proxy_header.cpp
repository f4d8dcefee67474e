// A PROXY header from hostile bytes. Once there is an answer other than "more", more bytes must not change it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/rtmp/proxy_protocol.hpp"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rtmp::ProxyOutcome whole = rtmp::parse_proxy_header({data, size});
  if (const auto* header = std::get_if<rtmp::ProxyHeader>(&whole)) {
    if (header->size > size || header->size > rtmp::kProxyHeaderBytesMax) std::abort();
  }
  if (std::holds_alternative<rtmp::NeedMoreBytes>(whole) && size >= rtmp::kProxyHeaderBytesMax) std::abort();
  for (std::size_t part = 0; part < size && part < 256; ++part) {
    const rtmp::ProxyOutcome early = rtmp::parse_proxy_header({data, part});
    if (std::holds_alternative<rtmp::NeedMoreBytes>(early)) continue;
    if (early.index() != whole.index()) std::abort();
    break;
  }
  return 0;
}
