// Url: an http or https address in its parts, and references resolved against it (RFC 3986 sections 3 and 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::check {

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 80;
  std::string path;   // begins with '/'
  std::string query;  // with its '?'; empty when there is none

  // "https://host:port", the port only when it is another than the scheme's.
  std::string origin() const;
  // What a request line asks for.
  std::string target() const { return path + query; }
  std::string text() const { return origin() + target(); }
};

// Nothing when `text` is no http or https address with a host; a fragment is dropped, so is user information.
std::optional<Url> parse_url(std::string_view text);

// Whether an address names a user and perhaps a password before its host, or looks as if it did.
bool has_user_info(std::string_view text);

// `reference` as a playlist at `base` means it, absolute; references of other schemes ("data:", "skd:") come back as
// they are. `base` is the text of a Url.
std::string resolve(const std::string& base, std::string_view reference);

// Without its query and fragment: what a segment is known by when tokens in the query may change.
std::string_view without_query(std::string_view url);

// `url` with "name=value" behind what its query has.
std::string with_query(const std::string& url, std::string_view parameters);

}  // namespace sluice::check
