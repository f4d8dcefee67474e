// Where configuration comes from: a YAML file, the environment, `--set`. Each source becomes a list of settings (a key,
// its text, and where it stands) beside the faults that its form has. Whether the text of a setting is a value that its
// key takes is decided later and for all sources alike, by load_config().
//
// Pure but for the FileReader, which the caller brings.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/base/result.hpp"

namespace sluice::app {

// The longest configuration file, and the longest file a `…_FILE` variable may name.
inline constexpr std::size_t kConfigFileMax = 1024 * 1024;

// Where something stands: in a file, or in an environment variable or a flag as a whole.
struct ConfigPlace {
  std::string source;  // the file, the variable's name, or "--set"
  int line = 0;        // from 1; 0 when there is none
  int column = 0;      // likewise
  // "FILE:LINE:COLUMN", or the source alone.
  std::string text() const;
  friend bool operator==(const ConfigPlace&, const ConfigPlace&) = default;
};

struct ConfigSetting {
  std::string path;  // "auth.publish_keys.0.app": always one that find_key() knows
  std::string value;
  ConfigPlace where;
};

struct ConfigFault {
  ConfigPlace where;
  std::string key;   // empty when no key is meant
  std::string what;  // what is wrong and what is allowed; never a secret
  // "WHERE: KEY: WHAT"
  std::string text() const;
};

struct ConfigSource {
  std::vector<ConfigSetting> settings;
  std::vector<ConfigFault> faults;
};

using Environment = std::vector<std::pair<std::string, std::string>>;  // name, value
// The content of a file of at most kConfigFileMax bytes, or why it cannot be had ("No such file or directory").
using FileReader = std::function<Result<std::string>(const std::string& path)>;

// The configuration file `text`; `file` is only what errors call it. Aliases, tags and a second document are faults:
// nothing in a configuration needs them.
ConfigSource settings_from_yaml(std::string_view file, std::string_view text);

// Variables that start with `SLUICE_` and have `__` further on; all others are not ours. `NAME_FILE` names a file that
// holds the value of NAME (one line end at its end is dropped).
ConfigSource settings_from_environment(const Environment& environment, const FileReader& read_file);

// The arguments of `--set`, each KEY=VALUE.
ConfigSource settings_from_arguments(std::span<const std::string> arguments);

// "unknown key; the nearest is rtmp.listen"
std::string unknown_key(std::string_view path);

}  // namespace sluice::app
