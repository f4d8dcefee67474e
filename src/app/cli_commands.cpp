#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "sluice/app/cli.hpp"
#include "sluice/app/config_load.hpp"
#include "sluice/app/config_values.hpp"
#include "sluice/app/nearest.hpp"

namespace sluice::app {
namespace {

constexpr int kFine = 0;
constexpr int kWrongUsage = 2;

struct Arguments {
  std::string config_file;
  std::vector<std::string> settings;
  std::string checked_file;
  std::vector<std::string> paths;
  bool json = false;
  std::string repaired_file;
  std::string output;
  ExportRequest exported;
  CheckRequest checked;
};

// The parser and what it fills. Subcommands are owned by `app`.
struct Parser {
  CLI::App app{"RTMP in, a packet log on disk, HLS out. See docs/ for all of it.", "sluice"};
  CLI::App* serve = nullptr;
  CLI::App* check_config = nullptr;
  CLI::App* ls = nullptr;
  CLI::App* info = nullptr;
  CLI::App* verify = nullptr;
  CLI::App* repair = nullptr;
  CLI::App* export_command = nullptr;
  CLI::App* check = nullptr;
  Arguments arguments;
};

void define_export(Parser& parser, CLI::App& recording) {
  ExportRequest& request = parser.arguments.exported;
  CLI::App* command =
      recording.add_subcommand("export", "Write recordings of one stream to a file, without encoding them anew");
  command->add_option("PATH", request.paths, "Recording files, or directories with recordings")->required();
  command->add_option("-o,--output", request.output, "The file; - for a pipe")->type_name("FILE")->required();
  command->add_option("--format", request.format, "mp4, ts, flv or mkv; without it the ending of FILE")
      ->type_name("FORMAT");
  command->add_option("--from", request.from, "Begin with the last key frame at or before T (YYYYMMDDThhmmssZ, UTC)")
      ->type_name("T");
  command->add_option("--to", request.to, "End before the first key frame at or after T; now: all there is")
      ->type_name("T");
  command->add_flag("--force", request.force, "Replace FILE");
  command->add_flag("--progress", request.progress, "A line each second where there is no terminal");
  parser.export_command = command;
}

void define_check(Parser& parser) {
  CheckRequest& request = parser.arguments.checked;
  CLI::App* command = parser.app.add_subcommand(
      "check", "Judge an HLS presentation: exit 0 when no rule is broken, 1 when some is, 2 for unusable arguments");
  command->add_option("URL", request.url, "A multivariant or media playlist, http or https")->required();
  command->add_option("--watch", request.watch_seconds, "Reload what is live for so long; else three target durations")
      ->type_name("SECONDS");
  command
      ->add_option("--patience", request.patience_seconds,
                   "What must come within a time is given so much more; else a second")
      ->type_name("SECONDS");
  command->add_option("--segments", request.segments, "Read so many segments of a playlist that has ended, or all")
      ->type_name("N");
  command->add_option("--ignore", request.ignored, "Say nothing of this rule; may be given more than once")
      ->type_name("RULE")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "Answer in JSON");
  command->add_flag("--strict", request.strict, "Fail for recommendations that are not followed, too");
  command->add_flag("--insecure", request.insecure, "Take any certificate");
  parser.check = command;
}

CLI::App* add_recording_command(Parser& parser, CLI::App& recording, const char* name, const char* help) {
  CLI::App* command = recording.add_subcommand(name, help);
  command->add_option("PATH", parser.arguments.paths, "Recording files, or directories with recordings")->required();
  return command;
}

void define(Parser& parser, const std::string& version) {
  CLI::App& app = parser.app;
  app.set_version_flag("--version", version, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);

  parser.serve = app.add_subcommand("serve", "Take publishes and serve them, until SIGTERM");
  parser.serve
      ->add_option("--config", parser.arguments.config_file, "Configuration file; without one the defaults work")
      ->type_name("FILE");
  parser.serve->add_option("--set", parser.arguments.settings, "Set one key, as in --set http.listen=127.0.0.1:0")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);

  parser.check_config = app.add_subcommand("check-config", "Tell what is wrong with a configuration file, and where");
  parser.check_config->add_option("FILE", parser.arguments.checked_file, "The configuration file")->required();

  CLI::App* recording = app.add_subcommand("recording", "Look at recordings, with the server running or not");
  recording->require_subcommand(1);
  parser.ls = add_recording_command(parser, *recording, "ls", "List recordings: stream, session, span, size");
  parser.info =
      add_recording_command(parser, *recording, "info", "Tell what is in recordings: tracks, periods, segments");
  for (CLI::App* command : {parser.ls, parser.info}) {
    command->add_flag("--json", parser.arguments.json, "Answer in JSON");
  }
  parser.verify = add_recording_command(
      parser, *recording, "verify", "Check every byte: exit 0 when whole, 1 when damaged, 2 for unusable arguments");
  parser.repair = recording->add_subcommand("repair", "Make a clean copy of a damaged file with all that can be read");
  parser.repair->add_option("FILE", parser.arguments.repaired_file, "The damaged file; it is only read")->required();
  parser.repair->add_option("-o,--output", parser.arguments.output, "The copy, which must not exist; - for a pipe")
      ->type_name("OUT")
      ->required();
  define_export(parser, *recording);
  define_check(parser);
}

// The command that was reached before parsing stopped: the one whose help says what it takes.
const CLI::App& reached(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

// "sluice recording ls"
std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return (parent == nullptr ? "" : full_name(*parent) + " ") + command.get_name();
}

std::string describe_unknown(const CLI::App& command, const std::string& word) {
  std::vector<std::string> valid;
  const bool is_flag = word.starts_with('-');
  if (is_flag) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) valid.push_back("--" + name);
      for (const std::string& name : option->get_snames()) valid.push_back("-" + name);
    }
  } else {
    const auto any = [](const CLI::App*) { return true; };
    for (const CLI::App* subcommand : command.get_subcommands(any)) valid.push_back(subcommand->get_name());
  }
  const std::string shown = "'" + printable(word) + "'";
  if (valid.empty()) return "unexpected argument " + shown;
  return std::string(is_flag ? "unknown flag " : "unknown command ") + shown + "; the nearest is " +
         std::string(nearest(word.substr(0, word.find('=')), valid));
}

int wrong_usage(const CLI::App& app, const CLI::ParseError& error, std::ostream& err) {
  const CLI::App& command = reached(app);
  const std::vector<std::string> unknown = command.remaining();
  err << full_name(command) << ": " << (unknown.empty() ? error.what() : describe_unknown(command, unknown.front()))
      << "\nSee " << full_name(command) << " --help\n";
  return kWrongUsage;
}

// The faults of a configuration, one line each. True when there are none.
bool tell_faults(const LoadedConfig& loaded, std::ostream& err) {
  for (const ConfigFault& fault : loaded.faults) err << fault.text() << '\n';
  return loaded.faults.empty();
}

int serve(const Parser& parser, const CommandLineWorld& world, std::ostream& err) {
  ConfigInput input;
  if (parser.serve->count("--config") > 0) input.file = parser.arguments.config_file;
  input.environment = world.environment;
  input.arguments = parser.arguments.settings;
  input.read_file = world.read_file;
  const LoadedConfig loaded = load_config(input);
  return tell_faults(loaded, err) ? world.serve(loaded.config) : kWrongUsage;
}

int check_config(const Parser& parser, const CommandLineWorld& world, std::ostream& err) {
  ConfigInput input;
  input.file = parser.arguments.checked_file;
  input.environment = world.environment;
  input.read_file = world.read_file;
  return tell_faults(load_config(input), err) ? kFine : kWrongUsage;
}

int run_parsed(const Parser& parser, const CommandLineWorld& world, std::ostream& out, std::ostream& err) {
  const Arguments& arguments = parser.arguments;
  if (parser.serve->parsed()) return serve(parser, world, err);
  if (parser.check_config->parsed()) return check_config(parser, world, err);
  if (parser.ls->parsed()) return world.recording_ls(arguments.paths, arguments.json, out, err);
  if (parser.info->parsed()) return world.recording_info(arguments.paths, arguments.json, out, err);
  if (parser.repair->parsed()) return world.recording_repair(arguments.repaired_file, arguments.output, out, err);
  if (parser.check->parsed()) return world.check(arguments.checked, out, err);
  if (parser.export_command->parsed()) return world.recording_export(arguments.exported, err);
  return world.recording_verify(arguments.paths, out, err);
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, const CommandLineWorld& world, std::ostream& out,
                     std::ostream& err) {
  Parser parser;
  define(parser, world.version);
  try {
    // CLI11 takes the arguments last first.
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    out << parser.app.help();
    return kFine;
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << '\n';
    return kFine;
  } catch (const CLI::ParseError& error) {
    return wrong_usage(parser.app, error, err);
  }
  return run_parsed(parser, world, out, err);
}

}  // namespace sluice::app
