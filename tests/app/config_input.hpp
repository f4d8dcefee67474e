// Configuration input of tests: texts in place of files, and faults as the lines an operator reads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/app/config_load.hpp"

namespace sluice::app {

struct TestInput {
  std::string yaml;
  Environment environment;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> files;  // what …_FILE variables may name
};

inline LoadedConfig load(TestInput input) {
  ConfigInput config_input;
  config_input.environment = std::move(input.environment);
  config_input.arguments = std::move(input.arguments);
  if (!input.yaml.empty()) {
    config_input.file = "f.yaml";
    input.files["f.yaml"] = input.yaml;
  }
  config_input.read_file = [files = std::move(input.files)](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return Error{"No such file or directory"};
    return Result<std::string>(boost::system::in_place_value, found->second);
  };
  return load_config(config_input);
}

inline std::vector<std::string> fault_lines(const LoadedConfig& loaded) {
  std::vector<std::string> lines;
  for (const ConfigFault& fault : loaded.faults) lines.push_back(fault.text());
  return lines;
}

inline std::vector<std::string> faults_of(TestInput input) { return fault_lines(load(std::move(input))); }
inline std::vector<std::string> yaml_faults(const std::string& yaml) {
  TestInput input;
  input.yaml = yaml;
  return faults_of(std::move(input));
}

}  // namespace sluice::app
