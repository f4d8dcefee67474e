#include "common/json.hpp"

#include <cstdio>

namespace sluice::bench {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

Json& Json::add(std::string_view key, double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.4f", value);
  return add_raw(key, text);
}

Json& Json::add(std::string_view key, std::string_view value) { return add_raw(key, quoted(value)); }

Json& Json::add_raw(std::string_view key, std::string_view value) {
  if (!body_.empty()) body_ += ", ";
  body_.append(quoted(key)).append(": ").append(value);
  return *this;
}

void Json::print() const { std::printf("%s\n", text().c_str()); }

}  // namespace sluice::bench
