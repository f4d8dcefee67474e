#include "sluice/app/publish_auth.hpp"

#include <cstddef>

namespace sluice::app {
namespace {

// True when both are the same bytes. The time depends on the length of `given` alone, which its sender knows anyway.
bool same_bytes(std::string_view secret, std::string_view given) {
  // volatile, so that the compiler cannot leave the loop when the first difference is found.
  volatile unsigned difference = secret.size() == given.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char expected = i < secret.size() ? secret[i] : '\0';
    difference = difference | (static_cast<unsigned char>(expected) ^ static_cast<unsigned char>(given[i]));
  }
  return difference == 0;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;  // the last star seen, and where in `name` what it covers ends
  std::size_t star_end = 0;
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_end = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == name[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      // Let the last star cover one more character; earlier ones never need to.
      in_pattern = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

bool may_publish(std::span<const PublishKey> keys, const StreamName& name, std::string_view key) {
  if (keys.empty()) return true;
  bool allowed = false;
  for (const PublishKey& entry : keys) {
    if (!matches_pattern(entry.app, name.app()) || !matches_pattern(entry.stream, name.stream())) continue;
    const bool same = same_bytes(entry.key, key);
    allowed = same || allowed;
  }
  return allowed;
}

}  // namespace sluice::app
