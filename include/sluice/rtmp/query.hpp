// Queries behind an application or stream name: "live?key=x". They may hold secrets: never log one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::rtmp {

struct NameAndQuery {
  std::string_view name;   // without leading and trailing slashes
  std::string_view query;  // behind the first '?'; empty when there is none
};
NameAndQuery split_query(std::string_view text);

// The first value of `key` in `query` ("a=1&key=x"), percent-decoded. '+' stays as it is, for keys in base64; a '%'
// that no two hex digits follow does too. Empty for a key without a value, none when it is not there.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

// A URL fit for a log line: without query, without user and password, printable, at most 512 characters.
std::string without_secrets(std::string_view url);

// `text` cut to `size_max`, with '?' for all that is not printable ASCII.
std::string printable(std::string_view text, std::size_t size_max);

}  // namespace sluice::rtmp
