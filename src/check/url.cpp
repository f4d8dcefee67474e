#include "sluice/check/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

namespace sluice::check {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// RFC 3986 section 3.1: the length of "scheme:", 0 when the reference is relative.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == ':') return i + 1;
    if (std::isalnum(c) == 0 && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

// Section 5.2.4.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    directory = part == "." || part == "..";
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!directory) kept.push_back(part);
    begin = end + 1;
  }
  std::string result;
  for (const std::string_view part : kept) result.append("/").append(part);
  if (directory || result.empty()) result += '/';
  return result;
}

bool parse_authority(std::string_view authority, Url& url) {
  const std::size_t user = authority.rfind('@');
  if (user != std::string_view::npos) authority.remove_prefix(user + 1);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, colon));
    port = authority.substr(colon);
  }
  const auto outside = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
  if (url.host.empty() || std::any_of(url.host.begin(), url.host.end(), outside)) return false;
  url.port = url.tls ? 443 : 80;
  if (port.size() <= 1) return port.empty() || port == ":";
  if (port.front() != ':') return false;
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return error == std::errc() && end == port.data() + port.size() && url.port != 0;
}

}  // namespace

std::string Url::origin() const {
  std::string text = tls ? "https://" : "http://";
  text += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::optional<Url> parse_url(std::string_view text) {
  const auto outside = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), outside)) return std::nullopt;
  Url url;
  const std::string scheme = lower(text.substr(0, scheme_length(text)));
  if (scheme != "http:" && scheme != "https:") return std::nullopt;
  url.tls = scheme == "https:";
  text.remove_prefix(scheme.size());
  if (!text.starts_with("//")) return std::nullopt;
  text.remove_prefix(2);
  text = text.substr(0, text.find('#'));
  const std::size_t authority = std::min(text.find_first_of("/?"), text.size());
  if (!parse_authority(text.substr(0, authority), url)) return std::nullopt;
  text.remove_prefix(authority);
  const std::size_t query = std::min(text.find('?'), text.size());
  url.path = without_dots(query == 0 ? "/" : text.substr(0, query));
  url.query = text.substr(query);
  return url;
}

bool has_user_info(std::string_view text) {
  const std::size_t slashes = text.find("//");
  if (slashes != std::string_view::npos && slashes == text.find_first_of("/?#@")) text.remove_prefix(slashes + 2);
  return text.substr(0, text.find_first_of("/?#")).find('@') != std::string_view::npos;
}

std::string resolve(const std::string& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (scheme_length(reference) > 0) {
    const auto absolute = parse_url(reference);
    return absolute ? absolute->text() : std::string(reference);
  }
  auto url = parse_url(base);
  if (!url) return std::string(reference);
  if (reference.empty()) return url->text();
  if (reference.starts_with("//")) return resolve(base, (url->tls ? "https:" : "http:") + std::string(reference));
  const std::size_t query = std::min(reference.find('?'), reference.size());
  const std::string_view path = reference.substr(0, query);
  url->query = reference.substr(query);
  if (path.starts_with('/')) {
    url->path = without_dots(path);
  } else if (!path.empty()) {
    url->path = without_dots(url->path.substr(0, url->path.rfind('/') + 1).append(path));
  }
  return url->text();
}

std::string_view without_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

std::string with_query(const std::string& url, std::string_view parameters) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + std::string(parameters);
}

}  // namespace sluice::check
