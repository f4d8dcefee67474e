#include "sluice/rtmp/query.hpp"

#include <algorithm>

namespace sluice::rtmp {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

NameAndQuery split_query(std::string_view text) {
  const std::size_t mark = std::min(text.find('?'), text.size());
  NameAndQuery parts{text.substr(0, mark), text.substr(std::min(mark + 1, text.size()))};
  while (parts.name.starts_with('/')) parts.name.remove_prefix(1);
  while (parts.name.ends_with('/')) parts.name.remove_suffix(1);
  return parts;
}

std::optional<std::string> query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t mark = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, mark)) != key) continue;
    return percent_decoded(pair.substr(std::min(mark + 1, pair.size())));
  }
  return std::nullopt;
}

std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::size_t scheme = url.find("://");
  std::string shown;
  if (scheme != std::string_view::npos) {
    shown = url.substr(0, scheme + 3);
    url.remove_prefix(scheme + 3);
    // A password may hold a slash that its writer did not escape: whatever stands before the last '@' goes.
    const std::size_t at = url.rfind('@');
    if (at != std::string_view::npos) url.remove_prefix(at + 1);
  }
  return printable(shown.append(url), 512);
}

std::string printable(std::string_view text, std::size_t size_max) {
  std::string shown(text.substr(0, size_max));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return shown;
}

}  // namespace sluice::rtmp
