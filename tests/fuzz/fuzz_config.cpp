// Configuration from hostile text: as a file, as --set, as a variable's name and value. Whatever loads without a fault
// must load again, to the same configuration, from what it prints.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sluice/app/config_load.hpp"
#include "sluice/app/config_schema.hpp"
#include "sluice/base/bytes.hpp"

namespace {

using namespace sluice;

void check_round_trip(const app::Config& config) {
  app::ConfigInput again;
  for (const app::ConfigKey& key : app::config_keys()) {
    const std::size_t count = app::is_list_key(key) ? app::list_size(config, app::list_of(key)) : 1;
    for (std::size_t i = 0; i < count; ++i) {
      if (key.optional && key.print(config, i).empty()) continue;
      again.arguments.push_back(app::path_of(key, i) + "=" + key.print(config, i));
    }
  }
  const app::LoadedConfig loaded = app::load_config(again);
  if (!loaded.faults.empty() || loaded.config != config) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  app::ConfigInput input;
  input.file = "fuzz.yaml";
  input.read_file = [&](const std::string&) { return Result<std::string>(boost::system::in_place_value, text); };
  const app::LoadedConfig from_file = app::load_config(input);
  if (from_file.faults.empty()) check_round_trip(from_file.config);

  const std::string first_line = text.substr(0, text.find('\n'));
  app::ConfigInput others;
  others.arguments = {first_line};
  others.environment = {{"SLUICE_" + first_line.substr(0, first_line.find('=')), first_line},
                        {"SLUICE_LOG__LEVEL", text}};
  others.read_file = input.read_file;
  for (const app::ConfigFault& fault : app::load_config(others).faults) {
    // A fault is one line, whatever it is about.
    if (fault.text().find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
