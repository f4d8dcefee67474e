// Loading: every source held against the schema, and the result against itself. Nothing starts on a faulty
// configuration, and all its faults are told at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/app/config.hpp"
#include "sluice/app/config_sources.hpp"

namespace sluice::app {

// What `sluice serve` was given. A source that comes later in this struct wins over an earlier one; the defaults are
// below all. The entries of a list are overridden key by key.
struct ConfigInput {
  std::optional<std::string> file;  // its path; read with read_file
  Environment environment;
  std::vector<std::string> arguments;  // of --set; the last one of a key wins
  FileReader read_file;
};

// `config` is what could be made of the input; it may be used only when there are no faults.
struct LoadedConfig {
  Config config;
  std::vector<ConfigFault> faults;  // in the order of the sources; last what the whole of them lacks
};

LoadedConfig load_config(const ConfigInput& input);

// Two keys whose values cannot both be meant, and why.
struct Contradiction {
  std::string first;
  std::string second;
  std::string what;
};
std::vector<Contradiction> find_contradictions(const Config& config);

// The FileReader for real files.
Result<std::string> read_whole_file(const std::string& path);
// The environment of this process.
Environment process_environment();

}  // namespace sluice::app
