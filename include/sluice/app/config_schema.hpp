// The schema: every key there is, once. Loading (file, environment, --set), the reference, config/sluice.yaml and the
// effective configuration as JSON are all made from this table.
//
// A key of a list entry has `N` where its index stands: "auth.publish_keys.N.app". Pure; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/app/config.hpp"
#include "sluice/app/config_values.hpp"
#include "sluice/base/result.hpp"

namespace sluice::app {

// Entries a list may have; so an index is bounded before anything is stored under it.
inline constexpr std::size_t kListMax = 1000;

struct ConfigKey {
  std::string_view path;
  std::string allowed;
  std::string_view sentence;  // what it does, for the reference: Markdown, one or two sentences
  JsonKind json = JsonKind::text;
  bool secret = false;  // never shown: not in errors, not in the effective configuration
  // A key of list entries that an entry need not have; print() is empty where it has not.
  bool optional = false;

  // Sets this key from text, or says what is wrong and what is allowed. `index` counts in lists (below kListMax; the
  // list grows to hold it) and is 0 otherwise.
  std::function<Result<void>(Config&, std::size_t index, std::string_view text)> set;
  // The value as set() would take it. `index` must exist.
  std::function<std::string(const Config&, std::size_t index)> print;
};

// All keys, those of a section one after another, sections in the order of Config.
std::span<const ConfigKey> config_keys();

struct ConfigSection {
  std::string_view name;
  std::string_view sentence;
};
std::span<const ConfigSection> config_sections();

// A key and, for the keys of list entries, the entry meant.
struct KeyReference {
  const ConfigKey* key = nullptr;
  std::size_t index = 0;
};
// The key called `path` ("auth.publish_keys.0.app"); nothing when there is none.
std::optional<KeyReference> find_key(std::string_view path);

// "auth.publish_keys.N.app" and 3 as "auth.publish_keys.3.app"; other paths as they are.
std::string path_of(const ConfigKey& key, std::size_t index);
// True for keys of list entries.
bool is_list_key(const ConfigKey& key);
// The list that a key of its entries belongs to: "auth.publish_keys".
std::string list_of(const ConfigKey& key);
// How many entries the list called "auth.publish_keys" has in `config`.
std::size_t list_size(const Config& config, std::string_view list);
// "rtmp.listen" as "SLUICE_RTMP__LISTEN".
std::string environment_name(std::string_view path);

// What `path` is when it is not a key itself.
enum class PathKind { unknown, section, list, list_entry };
PathKind kind_of(std::string_view path);

// The valid path most like `path`: a key, a section or a list.
std::string nearest_path(std::string_view path);
// The key most like `path`.
std::string nearest_key(std::string_view path);

}  // namespace sluice::app
