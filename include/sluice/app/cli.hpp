// The command line: what was asked for, and the exit code it ends with.
//
//   0  fine    1  failed while running    2  wrong usage or configuration
//
// run() is the program. run_command_line() is the same with everything of the world passed in, for tests.
#pragma once

#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "sluice/app/check_command.hpp"
#include "sluice/app/config.hpp"
#include "sluice/app/config_sources.hpp"
#include "sluice/app/recording_export.hpp"

namespace sluice::app {

struct CommandLineWorld {
  Environment environment;
  FileReader read_file;
  std::function<int(const Config&)> serve;
  // As store/recording_tool.hpp has them.
  std::function<int(std::span<const std::string> paths, bool json, std::ostream& out, std::ostream& err)> recording_ls;
  std::function<int(std::span<const std::string> paths, bool json, std::ostream& out, std::ostream& err)>
      recording_info;
  std::function<int(std::span<const std::string> paths, std::ostream& out, std::ostream& err)> recording_verify;
  // As store/recording_repair.hpp has it.
  std::function<int(const std::string& path, const std::string& out_path, std::ostream& out, std::ostream& err)>
      recording_repair;
  std::function<int(const ExportRequest& request, std::ostream& err)> recording_export;
  std::function<int(const CheckRequest& request, std::ostream& out, std::ostream& err)> check;
  std::string version;  // the line of --version
};

// `arguments` without the program's name.
int run_command_line(const std::vector<std::string>& arguments, const CommandLineWorld& world, std::ostream& out,
                     std::ostream& err);

// The program with the real world, its output flushed.
int run(int argc, char** argv);

}  // namespace sluice::app
