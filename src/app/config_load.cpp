#include "sluice/app/config_load.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "sluice/app/config_schema.hpp"
#include "sluice/base/check.hpp"

namespace sluice::app {
namespace {

// The sources put together, in the order of their precedence.
class Loader {
 public:
  // The faults of a source are told from its beginning to its end, whatever they are of.
  void add(ConfigSource source) {
    std::vector<ConfigFault> faults = std::move(source.faults);
    for (ConfigSetting& setting : source.settings) {
      if (auto fault = apply(setting)) faults.push_back(*std::move(fault));
      settings_.push_back(std::move(setting));
    }
    std::stable_sort(faults.begin(), faults.end(), [](const ConfigFault& a, const ConfigFault& b) {
      return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
    });
    for (ConfigFault& fault : faults) add(std::move(fault));
  }

  void add(ConfigFault fault) {
    faulty_.insert(fault.key);
    faults_.push_back(std::move(fault));
  }

  LoadedConfig finish() {
    check_lists();
    check_contradictions();
    return {std::move(config_), std::move(faults_)};
  }

 private:
  // The setting that had the last word on a key.
  struct Origin {
    ConfigPlace where;
    std::size_t order = 0;
  };

  std::optional<ConfigFault> apply(const ConfigSetting& setting) {
    const auto reference = find_key(setting.path);
    SLUICE_CHECK(reference.has_value());
    origins_[setting.path] = {setting.where, ++applied_};
    const auto result = reference->key->set(config_, reference->index, setting.value);
    if (result) return std::nullopt;
    return ConfigFault{setting.where, setting.path, result.error().message};
  }

  // The entries of a list count from 0 without a gap, and each has all its keys.
  void check_lists() {
    std::map<std::string, std::map<std::size_t, ConfigPlace>> lists;  // list, index, where that was first met
    for (const ConfigSetting& setting : settings_) {
      const KeyReference reference = *find_key(setting.path);
      if (is_list_key(*reference.key)) lists[list_of(*reference.key)].emplace(reference.index, setting.where);
    }
    for (const auto& [list, entries] : lists) {
      std::size_t expected = 0;
      for (const auto& [index, where] : entries) {
        if (index != expected) {
          const std::string missing = list + "." + std::to_string(expected);
          add({where, missing,
               "is missing; entries count from 0 without a gap, and " + std::to_string(index) + " is set"});
          break;
        }
        check_entry(list, index, where);
        ++expected;
      }
    }
  }

  void check_entry(const std::string& list, std::size_t index, const ConfigPlace& where) {
    for (const ConfigKey& key : config_keys()) {
      if (!is_list_key(key) || list_of(key) != list || key.optional) continue;
      const std::string path = path_of(key, index);
      if (origins_.contains(path) || faulty_.contains(path)) continue;
      add({where, path, "is missing; allowed is " + key.allowed});
    }
  }

  // Told where the later of the two keys was set. A key with another fault has kept its default, which contradicts
  // nobody on purpose.
  void check_contradictions() {
    for (const Contradiction& found : find_contradictions(config_)) {
      if (faulty_.contains(found.first) || faulty_.contains(found.second)) continue;
      const bool first_is_later = origins_[found.first].order > origins_[found.second].order;
      const std::string& later = first_is_later ? found.first : found.second;
      add({origins_[later].where, later, found.what});
    }
  }

  Config config_;
  std::vector<ConfigSetting> settings_;
  std::vector<ConfigFault> faults_;
  std::set<std::string> faulty_;
  std::map<std::string, Origin> origins_;
  std::size_t applied_ = 0;
};

}  // namespace

std::string ConfigPlace::text() const {
  return line == 0 ? source : source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string ConfigFault::text() const { return where.text() + ": " + (key.empty() ? "" : key + ": ") + what; }

LoadedConfig load_config(const ConfigInput& input) {
  Loader loader;
  if (input.file) {
    const auto text = input.read_file(*input.file);
    if (text) {
      loader.add(settings_from_yaml(*input.file, *text));
    } else {
      loader.add(ConfigFault{{*input.file}, {}, "cannot be read: " + text.error().message});
    }
  }
  loader.add(settings_from_environment(input.environment, input.read_file));
  loader.add(settings_from_arguments(input.arguments));
  return loader.finish();
}

}  // namespace sluice::app
