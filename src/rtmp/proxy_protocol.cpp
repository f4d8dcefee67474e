#include "sluice/rtmp/proxy_protocol.hpp"

#include <arpa/inet.h>  // text and bytes of addresses only

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "sluice/base/crc32c.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::size_t kV1BytesMax = 107;
constexpr std::array<std::uint8_t, 12> kV2Signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
                                                       0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
constexpr std::size_t kV2FixedBytes = 16;
constexpr std::uint8_t kTlvCrc32c = 0x03;

enum class Family { unspecified, inet, inet6, unix_socket };

Error v1_error(std::string_view what) { return Error{"PROXY version 1: " + std::string(what)}; }
Error v2_error(const std::string& what) { return Error{"PROXY version 2: " + what}; }

// Whether one of the two is a prefix of the other.
bool agree(ByteView received, ByteView start) {
  const std::size_t size = std::min(received.size(), start.size());
  return std::equal(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(size), start.begin());
}

std::string address_text(Family family, const std::uint8_t* bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family == Family::inet6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  return text;
}

// The normal form of an address as version 1 writes it; none when it is not one.
std::optional<std::string> normal_address(Family family, std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(family == Family::inet6 ? AF_INET6 : AF_INET, std::string(text).c_str(), bytes.data()) != 1) {
    return std::nullopt;
  }
  return address_text(family, bytes.data());
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint32_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return port <= 0xFFFF ? std::optional(static_cast<std::uint16_t>(port)) : std::nullopt;
}

// The next of the fields that single spaces divide.
std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

// "PROXY TCP4 192.0.2.1 198.51.100.1 56324 1935\r\n"
ProxyOutcome parse_v1(std::string_view received) {
  const std::string_view window = received.substr(0, kV1BytesMax);
  const std::size_t end = window.find("\r\n");
  if (end == std::string_view::npos) {
    if (received.size() >= kV1BytesMax) return v1_error("no line end within 107 bytes");
    return NeedMoreBytes();
  }
  ProxyHeader header;
  header.size = end + 2;
  std::string_view line = window.substr(kV1Start.size(), end - kV1Start.size());
  const bool ends_with_space = line.ends_with(' ');
  const std::string_view protocol = take_field(line);
  if (protocol == "UNKNOWN") return header;
  if (protocol != "TCP4" && protocol != "TCP6") return v1_error("the protocol is not TCP4, TCP6 or UNKNOWN");
  const Family family = protocol == "TCP6" ? Family::inet6 : Family::inet;
  const auto source = normal_address(family, take_field(line));
  const auto destination = normal_address(family, take_field(line));
  if (!source || !destination) return v1_error("an address that is not one of its protocol");
  const auto source_port = port_number(take_field(line));
  const auto destination_port = port_number(take_field(line));
  if (!source_port || !destination_port) return v1_error("a port that is not 0 to 65535 without leading zeros");
  if (!line.empty() || ends_with_space) return v1_error("more than four fields behind the protocol");
  header.source = ProxyHeader::Source{*source, *source_port};
  return header;
}

std::optional<Family> family_of(std::uint8_t byte) {
  switch (byte) {
    case 0x00:
      return Family::unspecified;
    case 0x11:
    case 0x12:
      return Family::inet;
    case 0x21:
    case 0x22:
      return Family::inet6;
    case 0x31:
    case 0x32:
      return Family::unix_socket;
    default:  // a byte of the wire
      return std::nullopt;
  }
}

std::size_t address_bytes(Family family) {
  switch (family) {
    case Family::unspecified:
      return 0;
    case Family::inet:
      return 12;
    case Family::inet6:
      return 36;
    case Family::unix_socket:
      return 216;
  }
  return 0;
}

// Checks the CRC32C of a whole header when its TLVs, from `tlvs` on, carry one.
Result<void> check_tlvs(ByteView header, std::size_t tlvs) {
  ByteReader reader(header.subspan(tlvs));
  while (!reader.at_end()) {
    const std::uint8_t type = reader.u8();
    const std::uint16_t size = reader.u16();
    const std::size_t offset = header.size() - reader.remaining();
    const ByteView value = reader.take(size);
    if (!reader.ok()) return v2_error("a TLV ends behind the header");
    if (type != kTlvCrc32c) continue;
    if (size != 4) return v2_error("a CRC32C of " + std::to_string(size) + " bytes");
    // The checksum covers the header with its own four bytes as zero.
    Bytes zeroed(header.begin(), header.end());
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(offset), 4, std::uint8_t{0});
    if (ByteReader(value).u32() != crc32c(zeroed)) return v2_error("the CRC32C does not match");
  }
  return {};
}

ProxyOutcome parse_v2(ByteView received) {
  if (received.size() < kV2FixedBytes) return NeedMoreBytes();
  ByteReader reader(received);
  reader.skip(kV2Signature.size());
  const std::uint8_t version_and_command = reader.u8();
  const auto family = family_of(reader.u8());
  const std::size_t length = reader.u16();
  if (version_and_command != 0x20 && version_and_command != 0x21) {
    return v2_error("version and command " + std::to_string(version_and_command) + " are not 32 or 33");
  }
  if (kV2FixedBytes + length > kProxyHeaderBytesMax) {
    return v2_error("a header of " + std::to_string(kV2FixedBytes + length) + " bytes, the limit is 2048");
  }
  ProxyHeader header;
  header.local = version_and_command == 0x20;
  header.size = kV2FixedBytes + length;
  // What a balancer says of its own connections is not looked at, only skipped.
  if (!header.local && !family) return v2_error("an unknown address family or protocol");
  if (!header.local && length < address_bytes(*family)) {
    return v2_error("a length of " + std::to_string(length) + ", too short for its addresses");
  }
  if (received.size() < header.size) return NeedMoreBytes();
  if (header.local) return header;
  const std::size_t tlvs = kV2FixedBytes + address_bytes(*family);
  if (*family != Family::unspecified) {
    if (const auto checked = check_tlvs(received.first(header.size), tlvs); !checked) return checked.error();
  }
  if (*family == Family::inet || *family == Family::inet6) {
    const std::size_t size = *family == Family::inet ? 4 : 16;
    const ByteView source = reader.take(size);
    reader.skip(size);
    header.source = ProxyHeader::Source{address_text(*family, source.data()), reader.u16()};
  }
  return header;
}

}  // namespace

ProxyOutcome parse_proxy_header(ByteView received) {
  if (received.empty()) return NeedMoreBytes();
  if (agree(received, kV2Signature)) return parse_v2(received);
  if (!agree(received, as_bytes(kV1Start))) return NotAHeader();
  return received.size() < kV1Start.size() ? ProxyOutcome(NeedMoreBytes()) : parse_v1(as_text(received));
}

}  // namespace sluice::rtmp
