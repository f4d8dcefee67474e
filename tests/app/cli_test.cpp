#include "sluice/app/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

namespace sluice::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A world that notes what the command line asks of it.
class CommandLine : public ::testing::Test {
 protected:
  CommandLine() {
    world_.version = "sluice 1.2.3 (abcdef)";
    world_.read_file = [this](const std::string& path) -> Result<std::string> {
      if (!file_ || path != "f.yaml") return Error{"No such file or directory"};
      return Result<std::string>(boost::system::in_place_value, *file_);
    };
    world_.serve = [this](const Config& config) {
      served_ = config;
      return 1;
    };
    const auto note = [this](std::string command, std::span<const std::string> paths) {
      recording_.push_back(std::move(command));
      recording_.insert(recording_.end(), paths.begin(), paths.end());
      return 1;
    };
    world_.recording_ls = [note](std::span<const std::string> paths, bool json, std::ostream&, std::ostream&) {
      return note(json ? "ls as json" : "ls", paths);
    };
    world_.recording_info = [note](std::span<const std::string> paths, bool json, std::ostream&, std::ostream&) {
      return note(json ? "info as json" : "info", paths);
    };
    world_.recording_verify = [note](std::span<const std::string> paths, std::ostream&, std::ostream&) {
      return note("verify", paths);
    };
    world_.recording_repair = [note](const std::string& path, const std::string& out, std::ostream&, std::ostream&) {
      const std::string paths[] = {path, out};
      return note("repair", paths);
    };
    world_.check = [this](const CheckRequest& request, std::ostream&, std::ostream&) {
      checked_ = request;
      return 1;
    };
    world_.recording_export = [this](const ExportRequest& request, std::ostream&) {
      exported_ = request;
      return 1;
    };
  }

  int run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return run_command_line(arguments, world_, out_, err_);
  }

  CommandLineWorld world_;
  std::optional<std::string> file_;
  std::optional<Config> served_;
  std::vector<std::string> recording_;
  std::optional<ExportRequest> exported_;
  std::optional<CheckRequest> checked_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CommandLine, ServeNeedsNothingAndGivesItsExitCode) {
  EXPECT_EQ(run({"serve"}), 1);
  EXPECT_EQ(served_, Config{});
  EXPECT_EQ(out_.str() + err_.str(), "");
}

TEST_F(CommandLine, ServeTakesFileEnvironmentAndSettings) {
  file_ = "lifecycle: {slots: 2}\nhls: {window: 40s}\nlog: {level: warn}\n";
  world_.environment = {{"SLUICE_LIFECYCLE__SLOTS", "3"}, {"SLUICE_LOG__FORMAT", "json"}};
  EXPECT_EQ(run({"serve", "--config", "f.yaml", "--set", "lifecycle.slots=4", "--set=record.directory=/a=b", "--set",
                 "rtmp.listen=[::1]:0"}),
            1);
  ASSERT_TRUE(served_) << err_.str();
  EXPECT_EQ(served_->lifecycle.slots, 4u);
  EXPECT_EQ(served_->hls.window, Millis(40'000));
  EXPECT_EQ(served_->log.format, LogFormat::json);
  EXPECT_EQ(served_->record.directory, "/a=b");
  EXPECT_EQ(served_->rtmp.listen, (ListenAddress{"::1", 0}));
}

TEST_F(CommandLine, RepairAndExportTakeWhatTheyAreGiven) {
  EXPECT_EQ(run({"recording", "repair", "a", "-o", "b"}), 1);
  EXPECT_THAT(recording_, ElementsAre("repair", "a", "b"));
  EXPECT_EQ(
      run({"recording", "export", "--format", "ts", "-o", "-", "--from", "F", "--to", "T", "a", "b", "--progress"}), 1);
  ASSERT_TRUE(exported_);
  EXPECT_THAT(exported_->paths, ElementsAre("a", "b"));
  EXPECT_THAT((std::vector{exported_->output, exported_->format, exported_->from, exported_->to}),
              ElementsAre("-", "ts", "F", "T"));
  EXPECT_TRUE(exported_->progress);
  EXPECT_FALSE(exported_->force);
  EXPECT_EQ(run({"recording", "export", "a"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--output is required"));
  EXPECT_EQ(run({"recording", "export", "a", "-o", "b", "--form", "ts"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("the nearest is --f"));
}

TEST_F(CommandLine, CheckIsHandedItsArguments) {
  EXPECT_EQ(run({"check", "http://h/x.m3u8", "--watch", "30", "--segments", "all", "--ignore", "HT-21", "--ignore",
                 "SU-12", "--patience", "5", "--json", "--insecure"}),
            1);
  ASSERT_TRUE(checked_);
  EXPECT_EQ(checked_->url, "http://h/x.m3u8");
  EXPECT_EQ(checked_->watch_seconds, 30);
  EXPECT_EQ(checked_->patience_seconds, 5);
  EXPECT_EQ(checked_->segments, "all");
  EXPECT_THAT(checked_->ignored, ElementsAre("HT-21", "SU-12"));
  EXPECT_TRUE(checked_->json && checked_->insecure && !checked_->strict);
  EXPECT_EQ(run({"check"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("URL is required"));
}

TEST_F(CommandLine, ServeStartsNothingOnAFaultyConfiguration) {
  file_ = "lifecycle: {slots: 0}\n";
  world_.environment = {{"SLUICE_HLS__WINDOWS", "30s"}};
  EXPECT_EQ(run({"serve", "--config", "f.yaml", "--set", "log.level=loud"}), 2);
  EXPECT_FALSE(served_);
  EXPECT_EQ(err_.str(),
            "f.yaml:1:20: lifecycle.slots: '0' is out of range; allowed is 1 to 1000\n"
            "SLUICE_HLS__WINDOWS: unknown variable; the nearest is SLUICE_HLS__WINDOW\n"
            "--set: log.level: 'loud' is not allowed; allowed is debug, info, warn or error\n");
  EXPECT_EQ(run({"serve", "--config", "none.yaml"}), 2);
  EXPECT_EQ(err_.str(),
            "none.yaml: cannot be read: No such file or directory\n"
            "SLUICE_HLS__WINDOWS: unknown variable; the nearest is SLUICE_HLS__WINDOW\n");
}

TEST_F(CommandLine, CheckConfigTellsFaultsAndStartsNothing) {
  file_ = "hls: {window: 40s}\n";
  EXPECT_EQ(run({"check-config", "f.yaml"}), 0);
  EXPECT_EQ(out_.str() + err_.str(), "");
  file_ = "hls: {windows: 40s}\n";
  EXPECT_EQ(run({"check-config", "f.yaml"}), 2);
  EXPECT_EQ(err_.str(), "f.yaml:1:7: hls.windows: unknown key; the nearest is hls.window\n");
  EXPECT_FALSE(served_);
}

TEST_F(CommandLine, RecordingCommandsGetTheirPaths) {
  EXPECT_EQ(run({"recording", "ls", "a", "b"}), 1);
  EXPECT_EQ(run({"recording", "ls", "--json", "c"}), 1);
  EXPECT_EQ(run({"recording", "info", "d", "--json"}), 1);
  EXPECT_EQ(run({"recording", "verify", "--", "-e"}), 1);
  EXPECT_THAT(recording_, ElementsAre("ls", "a", "b", "ls as json", "c", "info as json", "d", "verify", "-e"));
}

TEST_F(CommandLine, UnknownWordsNameTheNearestValidOne) {
  const std::pair<std::vector<std::string>, const char*> table[] = {
      {{"serv"}, "sluice: unknown command 'serv'; the nearest is serve\nSee sluice --help\n"},
      {{"--versoin"}, "sluice: unknown flag '--versoin'; the nearest is --version\nSee sluice --help\n"},
      {{"serve", "--confg", "f"},
       "sluice serve: unknown flag '--confg'; the nearest is --config\nSee sluice serve --help\n"},
      {{"serve", "--confg=f"},
       "sluice serve: unknown flag '--confg=f'; the nearest is --config\nSee sluice serve --help\n"},
      {{"serve", "-x"}, "sluice serve: unknown flag '-x'; the nearest is -h\nSee sluice serve --help\n"},
      {{"serve", "now"}, "sluice serve: unexpected argument 'now'\nSee sluice serve --help\n"},
      {{"serve", "--set", "log.level=info", "now"},
       "sluice serve: unexpected argument 'now'\nSee sluice serve --help\n"},
      {{"check-config", "a", "b"}, "sluice check-config: unexpected argument 'b'\nSee sluice check-config --help\n"},
      {{"check-config", "--json", "a"},
       "sluice check-config: unknown flag '--json'; the nearest is --help\nSee sluice check-config --help\n"},
      {{"recording", "verfy", "x"},
       "sluice recording: unknown command 'verfy'; the nearest is verify\nSee sluice recording --help\n"},
      {{"recording", "verify", "--json", "x"},
       "sluice recording verify: unknown flag '--json'; the nearest is --help\nSee sluice recording verify --help\n"},
      {{"\x1B[31m"}, "sluice: unknown command '?[31m'; the nearest is serve\nSee sluice --help\n"},
  };
  for (const auto& [arguments, wanted] : table) {
    EXPECT_EQ(run(arguments), 2);
    EXPECT_EQ(err_.str(), wanted);
    EXPECT_EQ(out_.str(), "");
  }
  EXPECT_FALSE(served_);
}

TEST_F(CommandLine, MissingWordsAreWrongUsage) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"check-config"},
                                                    {"recording"},
                                                    {"recording", "ls"},
                                                    {"recording", "verify"},
                                                    {"serve", "--config"},
                                                    {"serve", "--set"},
                                                    {"serve", "--config", "a", "--config", "b"},
                                                    {"serve", "check-config"}}) {
    EXPECT_EQ(run(arguments), 2);
    EXPECT_THAT(err_.str(), AllOf(StartsWith("sluice"), HasSubstr("--help\n")));
  }
  EXPECT_FALSE(served_);
}

TEST_F(CommandLine, HelpSaysWhatEachCommandTakes) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("serve"), HasSubstr("check-config"), HasSubstr("recording"), HasSubstr("--version")));
  EXPECT_EQ(run({"serve", "--help"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("--config FILE"), HasSubstr("--set KEY=VALUE")));
  EXPECT_EQ(run({"recording", "info", "--help"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("sluice recording info"), HasSubstr("PATH"), HasSubstr("--json")));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(CommandLine, VersionIsOneLine) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out_.str(), "sluice 1.2.3 (abcdef)\n");
}

}  // namespace
}  // namespace sluice::app
