#include "rtmp/amf_text.hpp"

#include <bit>

namespace sluice::bench {
namespace {

constexpr char kNumber = 0;
constexpr char kString = 2;
constexpr char kObject = 3;
constexpr char kNull = 5;
constexpr std::size_t kNumberSize = 9;

}  // namespace

void put_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return value;
}

void put_amf_key(std::string& out, std::string_view key) {
  put_big_endian(out, key.size(), 2);
  out += key;
}

void put_amf_string(std::string& out, std::string_view value) {
  out += kString;
  put_amf_key(out, value);
}

void put_amf_number(std::string& out, double value) {
  out += kNumber;
  put_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
}

void put_amf_null(std::string& out) { out += kNull; }

void put_amf_object_begin(std::string& out) { out += kObject; }

void put_amf_object_end(std::string& out) { out.append("\0\0\x09", 3); }

std::string amf_command(std::string_view name, double transaction) {
  std::string out;
  put_amf_string(out, name);
  put_amf_number(out, transaction);
  return out;
}

AmfCommand parse_amf_command(std::string_view message) {
  if (message.size() < 3 || message[0] != kString) return {};
  const std::size_t length = big_endian(message.substr(1, 2));
  if (message.size() < 3 + length + kNumberSize) return {};
  const auto rest = message.substr(3 + length);
  return {message.substr(3, length), leading_amf_number(rest), rest.substr(kNumberSize)};
}

double leading_amf_number(std::string_view data) {
  if (data.size() < kNumberSize || data[0] != kNumber) return 0;
  const auto bits = (std::uint64_t{big_endian(data.substr(1, 4))} << 32) | big_endian(data.substr(5, 4));
  return std::bit_cast<double>(bits);
}

std::string find_amf_string(std::string_view data, std::string_view key) {
  std::string pattern;
  put_amf_key(pattern, key);
  pattern += kString;
  const auto at = data.find(pattern);
  if (at == std::string_view::npos || at + pattern.size() + 2 > data.size()) return {};
  const auto value = data.substr(at + pattern.size());
  return std::string(value.substr(2, big_endian(value.substr(0, 2))));
}

}  // namespace sluice::bench
