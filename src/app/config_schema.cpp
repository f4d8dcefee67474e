#include "sluice/app/config_schema.hpp"

#include <algorithm>
#include <charconv>

#include "sluice/app/nearest.hpp"

namespace sluice::app {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = path.find('.');
    parts.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    path.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> list_index(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  const bool padded = text.size() > 1 && text.front() == '0';
  if (!whole || padded || index >= kListMax) return std::nullopt;
  return index;
}

// The index in `path`, or 0 where `pattern` has none; nothing when `path` does not fit the beginning of `pattern`.
std::optional<std::size_t> match_beginning(const std::vector<std::string_view>& path,
                                           const std::vector<std::string_view>& pattern) {
  if (path.size() > pattern.size()) return std::nullopt;
  std::size_t index = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == "N") {
      const auto found = list_index(path[i]);
      if (!found) return std::nullopt;
      index = *found;
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return index;
}

std::vector<std::string> make_key_paths() {
  std::vector<std::string> paths;
  for (const ConfigKey& key : config_keys()) paths.emplace_back(key.path);
  return paths;
}

// The keys, and every section and list above them.
std::vector<std::string> make_paths() {
  std::vector<std::string> paths;
  for (const ConfigKey& key : config_keys()) {
    for (std::size_t dot = key.path.find('.'); dot != std::string_view::npos; dot = key.path.find('.', dot + 1)) {
      paths.emplace_back(key.path.substr(0, dot));
    }
    paths.emplace_back(key.path);
  }
  return paths;
}

// `found` with the list index that `path` has, or else 0, in place of N: something that can be written as it is.
std::string with_index_of(std::string_view path, std::string found) {
  const std::size_t place = found.find(".N");
  if (place == std::string::npos) return found;
  std::string index = "0";
  for (const std::string_view part : split(path)) {
    if (list_index(part)) index = part;
  }
  return found.replace(place + 1, 1, index);
}

}  // namespace

std::optional<KeyReference> find_key(std::string_view path) {
  const auto parts = split(path);
  for (const ConfigKey& key : config_keys()) {
    const auto pattern = split(key.path);
    if (pattern.size() != parts.size()) continue;
    if (const auto index = match_beginning(parts, pattern)) return KeyReference{&key, *index};
  }
  return std::nullopt;
}

std::string path_of(const ConfigKey& key, std::size_t index) {
  std::string path(key.path);
  const std::size_t place = path.find(".N.");
  return place == std::string::npos ? path : path.replace(place + 1, 1, std::to_string(index));
}

std::string list_of(const ConfigKey& key) { return std::string(key.path.substr(0, key.path.find(".N."))); }

bool is_list_key(const ConfigKey& key) { return key.path.find(".N.") != std::string_view::npos; }

std::string environment_name(std::string_view path) {
  std::string name = "SLUICE_";
  for (const char c : path) {
    if (c == '.') {
      name += "__";
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

PathKind kind_of(std::string_view path) {
  const auto parts = split(path);
  for (const ConfigKey& key : config_keys()) {
    const auto pattern = split(key.path);
    if (pattern.size() <= parts.size() || !match_beginning(parts, pattern)) continue;
    if (parts.size() > 1 && pattern[parts.size() - 1] == "N") return PathKind::list_entry;
    return pattern[parts.size()] == "N" ? PathKind::list : PathKind::section;
  }
  return PathKind::unknown;
}

std::string nearest_path(std::string_view path) {
  static const std::vector<std::string> paths = make_paths();
  return with_index_of(path, std::string(nearest(path, paths)));
}

std::string nearest_key(std::string_view path) {
  static const std::vector<std::string> paths = make_key_paths();
  return with_index_of(path, std::string(nearest(path, paths)));
}

}  // namespace sluice::app
