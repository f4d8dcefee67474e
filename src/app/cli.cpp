#include "sluice/app/cli.hpp"

#include <iostream>

#include "sluice/app/config_load.hpp"
#include "sluice/app/serve.hpp"
#include "sluice/app/version.hpp"
#include "sluice/store/recording_repair.hpp"
#include "sluice/store/recording_tool.hpp"

namespace sluice::app {

int run(int argc, char** argv) {
  CommandLineWorld world;
  world.environment = process_environment();
  world.read_file = read_whole_file;
  world.serve = serve;
  world.recording_ls = store::recording_ls;
  world.recording_info = store::recording_info;
  world.recording_verify = store::recording_verify;
  world.recording_repair = store::recording_repair;
  world.recording_export = recording_export;
  world.check = check;
  world.version = "sluice " + std::string(version()) + " (" + std::string(revision()) + ")";
  const int exit_code = run_command_line({argv + 1, argv + argc}, world, std::cout, std::cerr);
  std::cout.flush();
  return exit_code;
}

}  // namespace sluice::app
