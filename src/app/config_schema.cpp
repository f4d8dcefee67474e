#include "sluice/app/config_schema.hpp"

#include <charconv>
#include <map>

#include "sluice/app/nearest.hpp"

namespace sluice::app {
namespace {

std::optional<std::size_t> list_index(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  const bool padded = text.size() > 1 && text.front() == '0';
  if (!whole || padded || index >= kListMax) return std::nullopt;
  return index;
}

// A path as the schema writes it: "auth.publish_keys.N.app" and 3 for "auth.publish_keys.3.app".
struct GenericPath {
  std::string path;
  std::optional<std::size_t> index;
};

GenericPath generic(std::string_view path) {
  GenericPath result;
  for (std::size_t dot = 0; dot != std::string_view::npos;) {
    dot = path.find('.');
    const std::string_view part = path.substr(0, dot);
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    const auto index = list_index(part);
    if (index) result.index = index;
    // What stands for an index is not to be written itself; no key has an empty level.
    result.path += index ? "N" : part == "N" ? "" : part;
    if (dot != std::string_view::npos) result.path += '.';
  }
  return result;
}

using KeyIndex = std::map<std::string, const ConfigKey*, std::less<>>;
KeyIndex make_key_index() {
  KeyIndex keys;
  for (const ConfigKey& key : config_keys()) keys.emplace(key.path, &key);
  return keys;
}

// What stands above the keys, by its path.
using KindIndex = std::map<std::string, PathKind, std::less<>>;
KindIndex make_kind_index() {
  KindIndex kinds;
  for (const ConfigKey& key : config_keys()) {
    for (std::size_t dot = key.path.find('.'); dot != std::string_view::npos; dot = key.path.find('.', dot + 1)) {
      const std::string_view above = key.path.substr(0, dot);
      const bool is_list = key.path.substr(dot).starts_with(".N.");
      const PathKind kind = above.ends_with(".N") ? PathKind::list_entry : is_list ? PathKind::list : PathKind::section;
      kinds.emplace(above, kind);
    }
  }
  return kinds;
}

std::vector<std::string> make_key_paths() {
  std::vector<std::string> paths;
  for (const ConfigKey& key : config_keys()) paths.emplace_back(key.path);
  return paths;
}

// Sections and lists first: of what is equally near they are the better guess.
std::vector<std::string> make_paths() {
  std::vector<std::string> paths;
  for (const auto& [path, kind] : make_kind_index()) paths.push_back(path);
  for (const ConfigKey& key : config_keys()) paths.emplace_back(key.path);
  return paths;
}

// `found` with an index in place of N, that of `path` or 0: something that can be written as it is.
std::string with_index_of(std::string_view path, std::string found) {
  const std::size_t place = found.find(".N");
  if (place == std::string::npos) return found;
  return found.replace(place + 1, 1, std::to_string(generic(path).index.value_or(0)));
}

}  // namespace

std::optional<KeyReference> find_key(std::string_view path) {
  static const KeyIndex keys = make_key_index();
  const GenericPath wanted = generic(path);
  const auto found = keys.find(wanted.path);
  if (found == keys.end()) return std::nullopt;
  return KeyReference{found->second, wanted.index.value_or(0)};
}

PathKind kind_of(std::string_view path) {
  static const KindIndex kinds = make_kind_index();
  const auto found = kinds.find(generic(path).path);
  return found == kinds.end() ? PathKind::unknown : found->second;
}

std::string path_of(const ConfigKey& key, std::size_t index) {
  std::string path(key.path);
  const std::size_t place = path.find(".N.");
  return place == std::string::npos ? path : path.replace(place + 1, 1, std::to_string(index));
}

bool is_list_key(const ConfigKey& key) { return key.path.find(".N.") != std::string_view::npos; }

std::string list_of(const ConfigKey& key) { return std::string(key.path.substr(0, key.path.find(".N."))); }

std::size_t list_size(const Config& config, std::string_view list) {
  return list == "hls.overrides" ? config.hls.overrides.size() : config.auth.publish_keys.size();
}

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

std::string nearest_path(std::string_view path) {
  static const std::vector<std::string> paths = make_paths();
  return with_index_of(path, std::string(nearest(path, paths)));
}

std::string nearest_key(std::string_view path) {
  static const std::vector<std::string> paths = make_key_paths();
  return with_index_of(path, std::string(nearest(path, paths)));
}

}  // namespace sluice::app
