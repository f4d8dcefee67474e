// What a tool loads: an address on this machine, and nothing else.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

struct Target {
  sockaddr_in address{};
  std::string host_port;
  std::string path;  // begins with '/', query included
};

/// Splits scheme://HOST:PORT/PATH. A host that is not in 127.0.0.0/8 is fatal: load is for one's own machine.
Target parse_target(const std::string& url, const std::string& scheme);

/// 127.0.0.1 with this port.
sockaddr_in loopback(std::uint16_t port);

/// `pattern` with its first %d replaced.
std::string with_index(const std::string& pattern, std::int64_t index);

}  // namespace sluice::bench
