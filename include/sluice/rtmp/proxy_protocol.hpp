// The header that a load balancer puts in front of a connection: HAProxy's PROXY protocol, versions 1 and 2.
//
// Whether a listener expects one is configuration. A shell that requires it closes on not_a_header, one where it is
// optional goes on without; in both cases nothing may be sent to the peer before the header is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"

namespace sluice::rtmp {

struct ProxyHeader {
  struct Source {
    std::string address;  // "192.0.2.1" or "2001:db8::1", as RFC 5952 writes it
    std::uint16_t port = 0;
    friend bool operator==(const Source&, const Source&) = default;
  };
  // None when the balancer speaks for itself (LOCAL: its health check) or does not say (UNKNOWN, UNSPEC, a Unix
  // socket): then the socket's own address counts.
  std::optional<Source> source;
  bool local = false;    // version 2's LOCAL: a health check, which is no client
  std::size_t size = 0;  // bytes of the header; what follows belongs to the connection
  friend bool operator==(const ProxyHeader&, const ProxyHeader&) = default;
};

struct NeedMoreBytes {
  friend bool operator==(NeedMoreBytes, NeedMoreBytes) = default;
};
struct NotAHeader {
  friend bool operator==(NotAHeader, NotAHeader) = default;
};
using ProxyOutcome = std::variant<NeedMoreBytes, NotAHeader, ProxyHeader, Error>;

// No header is longer: the specification's 107 for version 1, our limit for version 2 (its length field allows 64 KiB).
inline constexpr std::size_t kProxyHeaderBytesMax = 2048;

// Looks at all bytes received so far, from the first one on. Call it again with more bytes after NeedMoreBytes.
// NotAHeader is said as soon as the bytes cannot become one.
ProxyOutcome parse_proxy_header(ByteView received);

}  // namespace sluice::rtmp
