#include "sluice/app/config_values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace sluice::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
// Smallest first, as print() needs them.
constexpr std::array<Unit, 4> kTimeUnits = {{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 4> kSizeUnits = {{{"B", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};
constexpr std::array<Unit, 4> kRateUnits = {{{"bps", 1}, {"kbps", 1000}, {"Mbps", 1'000'000}, {"Gbps", 1'000'000'000}}};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "12h" in the smallest unit; nothing when it is not a whole number with a unit, or too large for 63 bits.
std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units) {
  if (text == "0") return 0;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = whole_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    if (*number > static_cast<std::uint64_t>(INT64_MAX) / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

// In the largest unit that leaves a whole number.
std::string print_with_unit(std::uint64_t value, std::span<const Unit> units) {
  if (value == 0) return "0";
  for (std::size_t i = units.size(); i-- > 0;) {
    if (value % units[i].factor == 0) return std::to_string(value / units[i].factor) + std::string(units[i].name);
  }
  return {};
}

std::string between(const std::string& low, const std::string& high) { return low + " to " + high; }

Error wrong_form(std::string_view text, std::string_view wanted, const std::string& allowed) {
  return Error{"'" + printable(text) + "' is not " + std::string(wanted) + "; allowed is " + allowed};
}

Error out_of_range(std::string_view text, const std::string& allowed) {
  return Error{"'" + printable(text) + "' is out of range; allowed is " + allowed};
}

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kShown = 80;
  std::string result;
  for (const char c : text.substr(0, kShown)) result += is_visible(c) || c == ' ' ? c : '?';
  return text.size() > kShown ? result + "..." : result;
}

std::string list_words(const std::vector<std::string_view>& words) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

Error not_one_of(std::string_view text, const std::vector<std::string_view>& words) {
  return Error{"'" + printable(text) + "' is not allowed; allowed is " + list_words(words)};
}

Result<Millis> DurationRange::parse(std::string_view text) const {
  const auto millis = with_unit(text, kTimeUnits);
  if (!millis) return wrong_form(text, "a duration like 500ms, 2s, 5m or 12h", allowed());
  const Millis value(static_cast<std::int64_t>(*millis));
  if (value < low || value > high) return out_of_range(text, allowed());
  return value;
}
std::string DurationRange::print(Millis value) {
  return print_with_unit(static_cast<std::uint64_t>(value.count()), kTimeUnits);
}
std::string DurationRange::allowed() const { return between(print(low), print(high)); }

Result<ByteSize> SizeRange::parse(std::string_view text) const {
  const auto bytes = with_unit(text, kSizeUnits);
  if (!bytes) return wrong_form(text, "a size like 512B, 64KiB, 10MiB or 1GiB", allowed());
  const ByteSize value{*bytes};
  if (value < low || value > high) return out_of_range(text, allowed());
  return value;
}
std::string SizeRange::print(ByteSize value) { return print_with_unit(value.bytes, kSizeUnits); }
std::string SizeRange::allowed() const { return between(print(low), print(high)); }

Result<BitRate> RateRange::parse(std::string_view text) const {
  const auto bits = with_unit(text, kRateUnits);
  if (!bits) return wrong_form(text, "a rate like 500kbps, 8Mbps or 1Gbps", allowed());
  const BitRate value{*bits};
  if (*bits != 0 && (value < low || value > high)) return out_of_range(text, allowed());
  return value;
}
std::string RateRange::print(BitRate value) { return print_with_unit(value.bits_per_second, kRateUnits); }
std::string RateRange::allowed() const { return "0 or " + between(print(low), print(high)); }

Result<std::uint32_t> CountRange::parse(std::string_view text) const {
  const auto value = whole_number(text);
  if (!value) return wrong_form(text, "a whole number", allowed());
  if (*value < low || *value > high) return out_of_range(text, allowed());
  return static_cast<std::uint32_t>(*value);
}
std::string CountRange::print(std::uint32_t value) { return std::to_string(value); }
std::string CountRange::allowed() const { return between(print(low), print(high)); }

Result<bool> Flag::parse(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return not_one_of(text, {"true", "false"});
}
std::string Flag::print(bool value) { return value ? "true" : "false"; }
std::string Flag::allowed() { return "true or false"; }

Result<ListenAddress> Address::parse(std::string_view text) {
  const Error wrong = wrong_form(text, "ADDRESS:PORT", allowed());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  const auto port = whole_number(text.substr(colon + 1));
  if (!port || *port > 65535) return wrong;

  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string address(host);
  in6_addr binary{};
  // The length is compared, because inet_pton stops at a NUL that the text may hold.
  const bool whole = address.find('\0') == std::string::npos;
  if (!whole || inet_pton(bracketed ? AF_INET6 : AF_INET, address.c_str(), &binary) != 1) return wrong;
  // One spelling for one address, so that addresses can be compared: "[0::0]" is "[::]".
  char canonical[INET6_ADDRSTRLEN];
  inet_ntop(bracketed ? AF_INET6 : AF_INET, &binary, canonical, sizeof canonical);
  return ListenAddress{canonical, static_cast<std::uint16_t>(*port)};
}
std::string Address::print(const ListenAddress& value) {
  const bool v6 = value.address.find(':') != std::string::npos;
  return (v6 ? "[" + value.address + "]" : value.address) + ":" + std::to_string(value.port);
}
std::string Address::allowed() {
  return "an IPv4 address, or an IPv6 address in brackets, then a port from 0 to 65535";
}

Result<std::filesystem::path> Directory::parse(std::string_view text) {
  constexpr std::size_t kPathMax = 1000;
  if (text.empty() || text.size() > kPathMax || text.find('\0') != std::string_view::npos) {
    return wrong_form(text, "a path", allowed());
  }
  return Result<std::filesystem::path>(boost::system::in_place_value, text);
}
std::string Directory::print(const std::filesystem::path& value) { return value.string(); }
std::string Directory::allowed() { return "a path of 1 to 1000 bytes"; }

Result<std::string> NamePattern::parse(std::string_view text) {
  const auto is_pattern_character = [](const char& c) { return c == '*' || c == '.' || is_name({&c, 1}); };
  const bool fits = !text.empty() && text.size() <= kNameMax && text.front() != '.' &&
                    std::all_of(text.begin(), text.end(), is_pattern_character);
  if (!fits) return wrong_form(text, "a pattern", allowed());
  return Result<std::string>(boost::system::in_place_value, text);
}
std::string NamePattern::allowed() { return "1 to 64 of A-Z a-z 0-9 . _ - and *, not starting with a dot"; }

Result<std::string> SecretKey::parse(std::string_view text) {
  constexpr std::size_t kSecretMax = 256;
  const bool fits = !text.empty() && text.size() <= kSecretMax && std::all_of(text.begin(), text.end(), is_visible) &&
                    text.find_first_of("?&#%") == std::string_view::npos;
  if (!fits)
    return Error{"the key (" + std::to_string(text.size()) + " bytes) is not allowed; allowed is " + allowed()};
  return Result<std::string>(boost::system::in_place_value, text);
}
std::string SecretKey::allowed() { return "1 to 256 visible ASCII characters other than ? & # %"; }

}  // namespace sluice::app
