// Environment, --set, precedence, and what must hold between keys.
#include "sluice/app/config_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/config_input.hpp"

namespace sluice::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> environment_faults(Environment environment) {
  return faults_of({{}, std::move(environment), {}, {}});
}
std::vector<std::string> argument_faults(std::vector<std::string> arguments) {
  return faults_of({{}, {}, std::move(arguments), {}});
}

// CF-02
TEST(ConfigLoad, ArgumentsWinOverEnvironmentOverFileOverDefaults) {
  TestInput input;
  EXPECT_EQ(load(input).config.lifecycle.slots, 1u);
  input.yaml = "lifecycle: {slots: 2}";
  EXPECT_EQ(load(input).config.lifecycle.slots, 2u);
  input.environment = {{"SLUICE_LIFECYCLE__SLOTS", "3"}};
  EXPECT_EQ(load(input).config.lifecycle.slots, 3u);
  input.arguments = {"lifecycle.slots=4"};
  EXPECT_EQ(load(input).config.lifecycle.slots, 4u);
  input.arguments.push_back("lifecycle.slots=5");
  EXPECT_EQ(load(input).config.lifecycle.slots, 5u);
  EXPECT_THAT(faults_of(input), IsEmpty());
}

TEST(ConfigLoad, AValueThatIsOverriddenMustStillBeValid) {
  EXPECT_THAT(faults_of({"lifecycle: {slots: 0}", {}, {"lifecycle.slots=4"}, {}}),
              ElementsAre("f.yaml:1:20: lifecycle.slots: '0' is out of range; allowed is 1 to 1000"));
}

TEST(ConfigLoad, AllFaultsOfAllSourcesAreTold) {
  EXPECT_THAT(
      faults_of({"hls: {window: soon}\nlog: {level: loud}",
                 {{"SLUICE_HTTP__LISTEN", "8080"}, {"SLUICE_HTTP__PORT", "8080"}},
                 {"log.format=xml", "log.colour=true"},
                 {}}),
      ElementsAre("f.yaml:1:15: hls.window: 'soon' is not a duration like 500ms, 2s, 5m or 12h; allowed is 3s to 1h",
                  "f.yaml:2:14: log.level: 'loud' is not allowed; allowed is debug, info, warn or error",
                  "SLUICE_HTTP__PORT: unknown variable; the nearest is SLUICE_HTTP__LISTEN",
                  "SLUICE_HTTP__LISTEN: http.listen: '8080' is not ADDRESS:PORT; allowed is an IPv4 address, or an "
                  "IPv6 address in brackets, then a port from 0 to 65535",
                  "--set: log.colour: unknown key; the nearest is log.format",
                  "--set: log.format: 'xml' is not allowed; allowed is auto, text or json"));
}

// CF-03: what an orchestrator sets for a service called sluice is none of ours.
TEST(ConfigLoad, VariablesWithoutDoubleUnderscoreAreNotOurs) {
  EXPECT_THAT(environment_faults({{"SLUICE_PORT", "tcp://10.0.0.1:1935"},
                                  {"SLUICE_SERVICE_HOST", "10.0.0.1"},
                                  {"SLUICE_PORT_1935_TCP_ADDR", "10.0.0.1"},
                                  {"SLUICE__X", "1"},
                                  {"SLUICE", "1"},
                                  {"OTHER__KEY", "1"},
                                  {"PATH", "/bin"}}),
              IsEmpty());
}

TEST(ConfigLoad, UnknownVariablesNameTheNearestOne) {
  EXPECT_THAT(
      environment_faults({{"SLUICE_LIFECYCLE__SLOT", "4"},
                          {"SLUICE_lifecycle__slots", "4"},
                          {"SLUICE_LIFECYCLE__SLOT_FILE", "/f"},
                          {"SLUICE_AUTH__PUBLISH_KEYS", "x"},
                          {"SLUICE_AUTH__PUBLISH_KEYS__N__KEY", "x"},
                          {"SLUICE_A__\n", "x"}}),
      ElementsAre("SLUICE_LIFECYCLE__SLOT: unknown variable; the nearest is SLUICE_LIFECYCLE__SLOTS",
                  "SLUICE_lifecycle__slots: unknown variable; the nearest is SLUICE_LIFECYCLE__SLOTS",
                  "SLUICE_LIFECYCLE__SLOT_FILE: unknown variable; the nearest is SLUICE_LIFECYCLE__SLOTS",
                  "SLUICE_AUTH__PUBLISH_KEYS: unknown variable; the nearest is SLUICE_AUTH__PUBLISH_KEYS__0__APP",
                  "SLUICE_AUTH__PUBLISH_KEYS__N__KEY: unknown variable; the nearest is "
                  "SLUICE_AUTH__PUBLISH_KEYS__0__KEY",
                  HasSubstr("SLUICE_A__?: unknown variable")));
}

TEST(ConfigLoad, AnEmptyVariableIsAnEmptyValue) {
  EXPECT_THAT(environment_faults({{"SLUICE_LIFECYCLE__SLOTS", ""}}),
              ElementsAre("SLUICE_LIFECYCLE__SLOTS: lifecycle.slots: '' is not a whole number; allowed is 1 to 1000"));
}

// CF-04
TEST(ConfigLoad, SecretsAreReadFromFilesWithoutTheirLineEnd) {
  for (const char* content : {"hush", "hush\n", "hush\r\n"}) {
    const LoadedConfig loaded = load({"auth: {publish_keys: [{app: live, stream: '*'}]}",
                                      {{"SLUICE_AUTH__PUBLISH_KEYS__0__KEY_FILE", "/run/key"}},
                                      {},
                                      {{"/run/key", content}}});
    EXPECT_THAT(fault_lines(loaded), IsEmpty());
    EXPECT_THAT(loaded.config.auth.publish_keys, ElementsAre(PublishKey{"live", "*", "hush"}));
  }
  EXPECT_THAT(
      faults_of({{}, {{"SLUICE_LOG__LEVEL_FILE", "/f"}}, {}, {{"/f", "info\n\n"}}}),
      ElementsAre("SLUICE_LOG__LEVEL_FILE: log.level: 'info?' is not allowed; allowed is debug, info, warn or error"));
}

TEST(ConfigLoad, AFileVariableMustBeReadableAndAlone) {
  EXPECT_THAT(environment_faults({{"SLUICE_LOG__LEVEL_FILE", "/none"}}),
              ElementsAre("SLUICE_LOG__LEVEL_FILE: log.level: '/none' cannot be read: No such file or directory"));
  EXPECT_THAT(
      faults_of({{}, {{"SLUICE_LOG__LEVEL_FILE", "/f"}, {"SLUICE_LOG__LEVEL", "info"}}, {}, {{"/f", "info"}}}),
      ElementsAre("SLUICE_LOG__LEVEL_FILE: log.level: given twice, by SLUICE_LOG__LEVEL too; allowed is one of them"));
}

TEST(ConfigLoad, ListEntriesAreOverriddenKeyByKeyAndAppended) {
  const LoadedConfig loaded = load({"auth: {publish_keys: [{app: live, stream: a, key: one}]}",
                                    {{"SLUICE_AUTH__PUBLISH_KEYS__1__APP", "live"},
                                     {"SLUICE_AUTH__PUBLISH_KEYS__1__STREAM", "b"},
                                     {"SLUICE_AUTH__PUBLISH_KEYS__1__KEY", "two"}},
                                    {"auth.publish_keys.0.key=three"},
                                    {}});
  EXPECT_THAT(fault_lines(loaded), IsEmpty());
  EXPECT_THAT(loaded.config.auth.publish_keys,
              ElementsAre(PublishKey{"live", "a", "three"}, PublishKey{"live", "b", "two"}));
}

TEST(ConfigLoad, ListEntriesHaveNoGaps) {
  EXPECT_THAT(argument_faults({"auth.publish_keys.1.app=live", "auth.publish_keys.7.app=live"}),
              ElementsAre("--set: auth.publish_keys.0: is missing; entries count from 0 without a gap, and 1 is set"));
}

TEST(ConfigLoad, ArgumentsMustBeKeyAndValue) {
  EXPECT_THAT(argument_faults({"log.level", "", "=x", "rtmp=x", "auth.publish_keys=x", "auth.publish_keys.0.key:hush"}),
              ElementsAre("--set: log.level: has no value; allowed is KEY=VALUE",
                          "--set: has no value; allowed is KEY=VALUE", HasSubstr("--set: unknown key; the nearest is "),
                          "--set: rtmp: is not a single value; the nearest is rtmp.listen",
                          "--set: auth.publish_keys: is not a single value; the nearest is auth.publish_keys.0.app",
                          "--set: auth.publish_keys.0.key: has no value; allowed is KEY=VALUE"));
}

TEST(ConfigLoad, AnArgumentsValueMayHoldEqualSigns) {
  EXPECT_EQ(load({{}, {}, {"record.directory=/a=b"}, {}}).config.record.directory, "/a=b");
}

TEST(ConfigLoad, ContradictionsAreToldWhereTheLaterKeyWasSet) {
  EXPECT_THAT(faults_of({"hls: {window: 6s, segment_duration: 3s}", {}, {}, {}}),
              ElementsAre("f.yaml:1:37: hls.segment_duration: hls.window (6s) must be at least three times "
                          "hls.segment_duration (3s), or players run dry"));
  EXPECT_THAT(faults_of({"hls: {segment_duration: 3s}", {{"SLUICE_HLS__WINDOW", "6s"}}, {}, {}}),
              ElementsAre(HasSubstr("SLUICE_HLS__WINDOW: hls.window: hls.window (6s) must be")));
  EXPECT_THAT(faults_of({"hls: {window: 9s, segment_duration: 3s}", {}, {}, {}}), IsEmpty());
}

TEST(ConfigLoad, TwoListenersCannotShareAPort) {
  EXPECT_THAT(
      argument_faults({"admin.listen=0.0.0.0:8080"}),
      ElementsAre(
          "--set: admin.listen: http.listen (0.0.0.0:8080) and admin.listen (0.0.0.0:8080) cannot share a port"));
  EXPECT_THAT(argument_faults({"admin.listen=127.0.0.1:8080"}), testing::SizeIs(1));
  EXPECT_THAT(argument_faults({"admin.listen=[::]:8080"}), testing::SizeIs(1));
  EXPECT_THAT(argument_faults({"admin.listen=[::1]:8080"}), IsEmpty());
  EXPECT_THAT(argument_faults({"http.listen=127.0.0.1:80", "admin.listen=127.0.0.2:80"}), IsEmpty());
  EXPECT_THAT(argument_faults({"http.listen=0.0.0.0:0", "admin.listen=0.0.0.0:0", "rtmp.listen=0.0.0.0:0"}), IsEmpty());
}

TEST(ConfigLoad, LimitsMustNotExceedOneAnother) {
  const std::pair<const char*, const char*> table[] = {
      {"limits.gop_duration=1500ms", "hls.segment_duration (2s) must not exceed limits.gop_duration (1500ms)"},
      {"record.sync_interval=1m", ""},
      {"hls.part_duration=2s", ""},
      {"hls.dvr_window=29s", "hls.window (30s) must not exceed hls.dvr_window (29s)"},
      {"record.retention=4h", ""},
      {"record.retention=239m", "hls.dvr_window (4h) must not exceed record.retention (239m)"},
      {"lifecycle.slots=1000", ""},
      {"limits.streams=1", ""},
      {"limits.rtmp_unpublished_connections=1025",
       "limits.rtmp_unpublished_connections (1025) must not exceed limits.rtmp_connections (1024)"},
      {"limits.rtmp_unpublished_per_address=257",
       "limits.rtmp_unpublished_per_address (257) must not exceed limits.rtmp_unpublished_connections (256)"},
      {"limits.message_size=64KiB", ""},
      {"limits.unfinished_messages=8191KiB",
       "limits.message_size (8MiB) must not exceed limits.unfinished_messages (8191KiB)"},
      {"limits.http_connections_per_address=16385",
       "limits.http_connections_per_address (16385) must not exceed limits.http_connections (16384)"},
      {"limits.held_requests_per_stream=10001",
       "limits.held_requests_per_stream (10001) must not exceed limits.held_requests (10000)"},
  };
  for (const auto& [argument, wanted] : table) {
    const auto faults = argument_faults({argument});
    if (*wanted == '\0') {
      EXPECT_THAT(faults, IsEmpty()) << argument;
    } else {
      EXPECT_THAT(faults, ElementsAre(HasSubstr(wanted))) << argument;
    }
  }
  EXPECT_THAT(argument_faults({"hls.part_duration=1001ms", "hls.segment_duration=1s"}),
              ElementsAre(HasSubstr("hls.part_duration (1001ms) must not exceed hls.segment_duration (1s)")));
  EXPECT_THAT(argument_faults({"record.rotate=1s", "record.sync_interval=2s"}), testing::SizeIs(1));
  EXPECT_THAT(argument_faults({"lifecycle.slots=2", "limits.streams=1"}), testing::SizeIs(1));
  EXPECT_THAT(argument_faults({"limits.message_size=64KiB", "limits.unpublished_message_size=65KiB"}),
              testing::SizeIs(1));
}

TEST(ConfigLoad, AnOverrideSaysWhatItWantsAndFromEverySource) {
  const LoadedConfig loaded =
      load({"hls: {overrides: [{app: live, stream: 'a*', low_latency: false}, {app: x, stream: y}]}",
            {{"SLUICE_HLS__OVERRIDES__0__WINDOW", "1m"}},
            {"hls.overrides.1.part_duration=200ms"},
            {}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  const HlsOverride first{"live", "a*", false, {}, {}, Millis(60'000)};
  const HlsOverride second{"x", "y", {}, {}, Millis(200), {}};
  EXPECT_THAT(loaded.config.hls.overrides, ElementsAre(first, second));
}

TEST(ConfigLoad, AnOverrideIsHeldToTheRulesOfWhatItChanges) {
  EXPECT_THAT(faults_of({"hls: {overrides: [{app: a, stream: b, segment_duration: 11s, window: 40s}]}", {}, {}, {}}),
              ElementsAre("f.yaml:1:57: hls.overrides.0.segment_duration: hls.overrides.0.segment_duration (11s) must "
                          "not exceed limits.gop_duration (10s)"));
  EXPECT_THAT(
      faults_of({"hls: {overrides: [{app: a, stream: b, segment_duration: 11s}]}", {}, {}, {}}),
      ElementsAre(HasSubstr("hls.window (30s) must be at least three times hls.overrides.0.segment_duration (11s)")));
  EXPECT_THAT(
      faults_of({"hls: {overrides: [{app: a, stream: b, part_duration: 1500ms, segment_duration: 1s}]}", {}, {}, {}}),
      ElementsAre(HasSubstr("hls.overrides.0.part_duration (1500ms) must not exceed "
                            "hls.overrides.0.segment_duration (1s)")));
  EXPECT_THAT(faults_of({"hls: {overrides: [{app: a, stream: b, window: 2s}]}", {}, {}, {}}),
              ElementsAre(HasSubstr("f.yaml:1:47: hls.overrides.0.window: '2s' is out of range")));
  EXPECT_THAT(faults_of({"hls: {overrides: [{app: a, window: 1m}]}", {}, {}, {}}),
              ElementsAre(HasSubstr("hls.overrides.0.stream: is missing")));
  EXPECT_THAT(faults_of({"hls: {overrides: [{app: a, stream: b, container: ts}]}", {}, {}, {}}),
              ElementsAre(HasSubstr("hls.overrides.0.container: unknown key")));
  // A fault of the keys for all streams is told once.
  EXPECT_THAT(faults_of({"hls: {window: 4s, overrides: [{app: a, stream: b, part_duration: 200ms}]}", {}, {}, {}}),
              testing::SizeIs(1));
}

TEST(ConfigLoad, AFaultyKeyContradictsNobody) {
  EXPECT_THAT(argument_faults({"hls.segment_duration=11s", "hls.window=later"}), testing::SizeIs(2));
  EXPECT_THAT(argument_faults({"hls.segment_duration=11s", "limits.gop_duration=11s", "hls.window=later"}),
              ElementsAre(HasSubstr("hls.window: 'later'")));
}

class ConfigFile : public ::testing::Test {
 protected:
  ConfigFile() : path_(std::filesystem::path(::testing::TempDir()) / "sluice_config_file_test.yaml") {}
  ~ConfigFile() override { std::filesystem::remove(path_); }
  void write(std::size_t bytes) { std::ofstream(path_) << std::string(bytes, '#'); }

  std::filesystem::path path_;
};

TEST_F(ConfigFile, IsReadUpToTheLimitAndNoFurther) {
  write(kConfigFileMax);
  EXPECT_EQ(read_whole_file(path_.string()).value().size(), kConfigFileMax);
  write(kConfigFileMax + 1);
  EXPECT_EQ(read_whole_file(path_.string()).error().message, "it is longer than 1048576 bytes");
}

TEST_F(ConfigFile, ThatIsMissingOrADirectorySaysSo) {
  EXPECT_EQ(read_whole_file(path_.string()).error().message, "No such file or directory");
  EXPECT_EQ(read_whole_file(::testing::TempDir()).error().message, "Is a directory");
}

}  // namespace
}  // namespace sluice::app
