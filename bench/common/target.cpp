#include "common/target.hpp"

#include <arpa/inet.h>

#include <cstdlib>

#include "common/process.hpp"

namespace sluice::bench {

Target parse_target(const std::string& url, const std::string& scheme) {
  const auto from = scheme.size() + 3;
  if (!url.starts_with(scheme + "://")) die("a URL that begins with " + scheme + ":// is wanted, not " + url);
  const auto slash = url.find('/', from);
  Target target;
  target.host_port = url.substr(from, slash == std::string::npos ? slash : slash - from);
  target.path = slash == std::string::npos ? "/" : url.substr(slash);
  const auto colon = target.host_port.find(':');
  if (colon == std::string::npos) die("the URL needs a port: " + url);
  target.address = loopback(static_cast<std::uint16_t>(std::atoi(target.host_port.c_str() + colon + 1)));
  const auto host = target.host_port.substr(0, colon);
  if (inet_pton(AF_INET, host.c_str(), &target.address.sin_addr) != 1 ||
      ntohl(target.address.sin_addr.s_addr) >> 24 != 127) {
    die("only addresses in 127.0.0.0/8 are loaded, not " + host);
  }
  return target;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string with_index(const std::string& pattern, std::int64_t index) {
  const auto at = pattern.find("%d");
  if (at == std::string::npos) return pattern;
  return pattern.substr(0, at) + std::to_string(index) + pattern.substr(at + 2);
}

}  // namespace sluice::bench
