// What is wrong with a file, and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config_input.hpp"

namespace sluice::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ConfigYaml, AFileWithoutKeysIsTheDefaults) {
  for (const char* yaml :
       {"# nothing\n", "---\n", "rtmp:\nhls:\n", "{}", "~", "auth: {publish_keys: }", "auth: {publish_keys: []}"}) {
    const LoadedConfig loaded = load({yaml, {}, {}, {}});
    EXPECT_THAT(fault_lines(loaded), IsEmpty()) << yaml;
    EXPECT_EQ(loaded.config, Config{}) << yaml;
  }
}

TEST(ConfigYaml, UnknownKeysNameTheNearestOne) {
  EXPECT_THAT(yaml_faults("rtmp:\n"
                          "  lissten: 1.2.3.4:1\n"
                          "rtpm:\n"
                          "  listen: 1.2.3.4:1\n"
                          "idle_timeout: 5s\n"),
              ElementsAre("f.yaml:2:3: rtmp.lissten: unknown key; the nearest is rtmp.listen",
                          "f.yaml:3:1: rtpm: unknown key; the nearest is rtmp",
                          "f.yaml:5:1: idle_timeout: unknown key; the nearest is rtmp.idle_timeout"));
}

TEST(ConfigYaml, WrongTypesSayWhatIsAllowed) {
  EXPECT_THAT(
      yaml_faults("rtmp: 0.0.0.0:1935\n"
                  "http:\n"
                  "  - listen\n"
                  "hls:\n"
                  "  window: [30s]\n"
                  "  segment_duration:\n"
                  "    of: 2s\n"
                  "  container:\n"
                  "lifecycle:\n"
                  "  slots: four\n"
                  "  recycle: yes\n"),
      ElementsAre("f.yaml:1:7: rtmp: must be a section: keys with their values, each on a line of its own below it",
                  "f.yaml:3:3: http: must be a section: keys with their values, each on a line of its own below it",
                  "f.yaml:5:11: hls.window: must be a single value; allowed is 3s to 1h",
                  "f.yaml:7:5: hls.segment_duration: must be a single value; allowed is 1s to 1m",
                  "f.yaml:8:3: hls.container: has no value; allowed is fmp4 or ts",
                  "f.yaml:10:10: lifecycle.slots: 'four' is not a whole number; allowed is 1 to 1000",
                  "f.yaml:11:12: lifecycle.recycle: 'yes' is not allowed; allowed is true or false"));
}

TEST(ConfigYaml, ValuesOutOfRangeSayTheRange) {
  EXPECT_THAT(yaml_faults("lifecycle: {slots: 0}\n"
                          "hls: {segment_duration: 61s}\n"
                          "limits: {message_size: 16MiB}\n"),
              ElementsAre("f.yaml:1:20: lifecycle.slots: '0' is out of range; allowed is 1 to 1000",
                          "f.yaml:2:25: hls.segment_duration: '61s' is out of range; allowed is 1s to 1m",
                          "f.yaml:3:24: limits.message_size: '16MiB' is out of range; allowed is 64KiB to 16777215B"));
}

TEST(ConfigYaml, KeysGivenTwiceAreFaults) {
  EXPECT_THAT(yaml_faults("hls:\n"
                          "  window: 30s\n"
                          "  window: 40s\n"
                          "hls:\n"
                          "  container: ts\n"),
              ElementsAre("f.yaml:3:3: hls.window: given twice, first in line 2; allowed is once",
                          "f.yaml:4:1: hls: given twice, first in line 1; allowed is once"));
}

TEST(ConfigYaml, KeysWithDotsAreFaults) {
  EXPECT_THAT(yaml_faults("rtmp.listen: 1.2.3.4:5\n"),
              ElementsAre("f.yaml:1:1: rtmp.listen: a key has no dots in a file; write its levels below one another"));
}

TEST(ConfigYaml, ListsHaveEntriesWithAllTheirKeys) {
  EXPECT_THAT(
      yaml_faults("auth:\n"
                  "  publish_keys:\n"
                  "    - app: live\n"
                  "      stream: '*'\n"
                  "      key: hush\n"
                  "    - app: live\n"
                  "      kee: hush\n"
                  "    - hush\n"
                  "    - {}\n"),
      ElementsAre("f.yaml:7:7: auth.publish_keys.1.kee: unknown key; the nearest is auth.publish_keys.1.key",
                  "f.yaml:8:7: auth.publish_keys.2: must be keys with their values",
                  "f.yaml:9:7: auth.publish_keys.3: must be keys with their values",
                  "f.yaml:6:12: auth.publish_keys.1.stream: is missing; allowed is 1 to 64 of A-Z a-z 0-9 . _ - and *, "
                  "not starting with a dot",
                  "f.yaml:6:12: auth.publish_keys.1.key: is missing; allowed is 1 to 256 visible ASCII characters "
                  "other than ? & # %"));
  EXPECT_THAT(yaml_faults("auth: {publish_keys: hush}\n"),
              ElementsAre("f.yaml:1:22: auth.publish_keys: must be a list"));
  EXPECT_THAT(yaml_faults("auth: {publish_keys: {'0': {app: live}}}\n"),
              ElementsAre("f.yaml:1:22: auth.publish_keys: must be a list"));
}

TEST(ConfigYaml, ListsAreBounded) {
  std::string yaml = "auth:\n  publish_keys:\n";
  for (int i = 0; i < 1000; ++i) yaml += "    - {app: live, stream: '*', key: hush}\n";
  EXPECT_THAT(yaml_faults(yaml), IsEmpty());
  yaml += "    - {app: live, stream: '*', key: hush}\n";
  EXPECT_THAT(yaml_faults(yaml), ElementsAre("f.yaml:3:5: auth.publish_keys: has 1001 entries; allowed are 1000"));
}

TEST(ConfigYaml, SecretsStayOutOfFaults) {
  const std::string secret = "hush hush";
  for (const std::string& yaml :
       {"auth: {publish_keys: [{app: a, stream: s, key: " + secret + "}]}",
        "auth: {publish_keys: [{app: a, stream: s, key: {" + secret + ": 1}}]}",
        "auth: {publish_keys: [" + secret + "]}", "auth: {publish_keys: " + secret + "}", "auth: " + secret}) {
    const auto faults = yaml_faults(yaml);
    EXPECT_THAT(faults, SizeIs(1)) << yaml;
    for (const std::string& fault : faults) EXPECT_THAT(fault, ::testing::Not(HasSubstr("hush"))) << yaml;
  }
}

TEST(ConfigYaml, WhatIsNotYamlSaysWhere) {
  EXPECT_THAT(yaml_faults("rtmp:\n  listen: [\n"), ElementsAre(HasSubstr("f.yaml:3:1: not YAML: ")));
  EXPECT_THAT(yaml_faults("rtmp: {listen: 'open\n"), ElementsAre(HasSubstr(": not YAML: ")));
  EXPECT_THAT(yaml_faults("a: b: c\n"), ElementsAre(HasSubstr("f.yaml:1:")));
  EXPECT_THAT(yaml_faults("\tx: 1\n"), SizeIs(1));
}

TEST(ConfigYaml, WhatIsNotAMapIsRefused) {
  const char* wanted = "the file must be a map of sections (rtmp, http, ...)";
  EXPECT_THAT(yaml_faults("just words\n"), ElementsAre(std::string("f.yaml:1:1: ") + wanted));
  EXPECT_THAT(yaml_faults("\n- rtmp\n- http\n"), ElementsAre(std::string("f.yaml:2:1: ") + wanted));
  EXPECT_THAT(yaml_faults("? [rtmp, http]\n: 1\n"), ElementsAre("f.yaml:1:3: a key must be a word"));
}

TEST(ConfigYaml, OneDocumentIsAllowed) {
  EXPECT_THAT(yaml_faults("hls: {window: 40s}\n---\nhls: {window: 50s}\n"),
              ElementsAre(HasSubstr(": a second document; allowed is one")));
  EXPECT_EQ(load({"---\nhls: {window: 40s}\n...\n", {}, {}, {}}).config.hls.window, Millis(40'000));
}

// Found by fuzzing: the parser reported an empty document again and again.
TEST(ConfigYaml, AClosingBracketAloneEnds) {
  for (const char* yaml : {"]", "}", ", a", "hls: {window: 40s}\n]\n"})
    EXPECT_THAT(yaml_faults(yaml), SizeIs(1)) << yaml;
}

TEST(ConfigYaml, AliasesAndTagsAreRefused) {
  EXPECT_THAT(yaml_faults("http: &h {listen: 127.0.0.1:1}\nadmin: *h\n"),
              ElementsAre("f.yaml:2:8: aliases (*name) are not allowed; write the value out"));
  EXPECT_THAT(yaml_faults("http: {listen: !secret x}\n"),
              ElementsAre("f.yaml:1:16: tags (!name) are not allowed; write the plain value",
                          HasSubstr("f.yaml:1:16: http.listen: 'x' is not ADDRESS:PORT")));
}

TEST(ConfigYaml, ABillionLaughsCostNothing) {
  std::string yaml = "a: &a [lol, lol]\n";
  for (char c = 'b'; c <= 'j'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    yaml += std::string(1, c) + ": &" + c + " [*" + before + ", *" + before + "]\n";
  }
  EXPECT_THAT(yaml_faults(yaml), SizeIs(18 + 10));  // each alias, and each unknown key
}

TEST(ConfigYaml, DeepNestingIsAFaultAndNoOverflow) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string yaml;
    for (int i = 0; i < 100'000; ++i) yaml += open;
    EXPECT_THAT(yaml_faults(yaml), SizeIs(1)) << open;
  }
}

TEST(ConfigYaml, NamesAreShownPrintable) {
  EXPECT_THAT(yaml_faults("\"a\\nb\\e[31m\": 1\n"), ElementsAre(HasSubstr("f.yaml:1:1: a?b?[31m: unknown key")));
}

TEST(ConfigYaml, AFileThatCannotBeReadIsAFault) {
  ConfigInput input;
  input.file = "none.yaml";
  input.read_file = [](const std::string&) -> Result<std::string> { return Error{"No such file or directory"}; };
  EXPECT_THAT(fault_lines(load_config(input)), ElementsAre("none.yaml: cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace sluice::app
