#include "sluice/net/http_target.hpp"

#include <algorithm>
#include <optional>

namespace sluice::net {
namespace {

std::optional<int> hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto high = i + 1 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : std::nullopt;
    if (!high || !low) return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

Result<void> check_path(std::string_view path) {
  for (const char c : path) {
    if (c <= 0x20 || c >= 0x7F || c == '\\') return Error{"the path has a character that no path here has"};
  }
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return Error{"the path has a '.' or '..' segment"};
    if (segment.empty() && end != path.size()) return Error{"the path has '//'"};
    begin = end + 1;
  }
  return {};
}

// Leaves the path and query of "http://authority/path?query".
std::string_view without_authority(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const std::size_t path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

Result<HttpTarget> parse_target(std::string_view target) {
  if (target == "*") return HttpTarget{"*", {}};
  const std::string_view rest = without_authority(target);
  const std::size_t question = rest.find('?');
  const std::string_view raw_path = rest.substr(0, question);
  if (!raw_path.starts_with('/')) return Error{"the request target does not begin with '/'"};
  std::optional<std::string> path = percent_decode(raw_path);
  if (!path) return Error{"the path has a '%' that is not followed by two hexadecimal digits"};
  if (const Result<void> checked = check_path(*path); !checked) return checked.error();
  HttpTarget result{std::move(*path), {}};
  if (question != std::string_view::npos) result.query = rest.substr(question + 1);
  return result;
}

}  // namespace sluice::net
