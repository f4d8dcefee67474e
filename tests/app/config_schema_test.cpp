#include "sluice/app/config_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/config_input.hpp"

namespace sluice::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// For each key a value other than its default, chosen so that no two of them contradict each other.
const std::map<std::string, std::string, std::less<>> kOtherValues = {
    {"rtmp.listen", "127.0.0.1:1936"},
    {"rtmp.first_media_timeout", "21s"},
    {"rtmp.idle_timeout", "1500ms"},
    {"rtmp.proxy_protocol", "required"},
    {"http.listen", "[::1]:0"},
    {"admin.listen", "127.0.0.1:9000"},
    {"lifecycle.slots", "4"},
    {"lifecycle.readiness", "serve"},
    {"lifecycle.when_full", "close"},
    {"lifecycle.recycle", "true"},
    {"lifecycle.unready_grace", "0"},
    {"lifecycle.drain_timeout", "12h"},
    {"stream.resume_window", "10s"},
    {"stream.takeover", "replace"},
    {"hls.container", "ts"},
    {"hls.low_latency", "false"},
    {"hls.segment_duration", "4s"},
    {"hls.part_duration", "200ms"},
    {"hls.window", "2m"},
    {"hls.dvr_window", "12h"},
    {"hls.overrides.N.app", "live"},
    {"hls.overrides.N.stream", "cam-*"},
    {"hls.overrides.N.low_latency", "false"},
    {"hls.overrides.N.segment_duration", "4s"},
    {"hls.overrides.N.part_duration", "200ms"},
    {"hls.overrides.N.window", "2m"},
    {"record.enabled", "false"},
    {"record.directory", "/var/lib/sluice"},
    {"record.rotate", "5m"},
    {"record.sync_interval", "500ms"},
    {"record.retention", "720h"},
    {"record.max_size", "200GiB"},
    {"record.min_free_space", "5GiB"},
    {"auth.publish_keys.N.app", "live"},
    {"auth.publish_keys.N.stream", "cam-*"},
    {"auth.publish_keys.N.key", "s3cret=="},
    {"limits.rtmp_connections", "2000"},
    {"limits.rtmp_unpublished_connections", "300"},
    {"limits.rtmp_unpublished_per_address", "17"},
    {"limits.handshake_timeout", "6s"},
    {"limits.connect_timeout", "7s"},
    {"limits.publish_timeout", "8s"},
    {"limits.unpublished_message_size", "32KiB"},
    {"limits.message_size", "4MiB"},
    {"limits.unfinished_messages", "32MiB"},
    {"limits.publish_bitrate", "8Mbps"},
    {"limits.gop_duration", "20s"},
    {"limits.streams", "50"},
    {"limits.http_connections", "100"},
    {"limits.http_connections_per_address", "10"},
    {"limits.held_requests", "9000"},
    {"limits.held_requests_per_stream", "200"},
    {"limits.http_header_timeout", "5s"},
    {"limits.http_idle_timeout", "80s"},
    {"limits.http_write_timeout", "15s"},
    {"limits.record_queue", "1GiB"},
    {"limits.archive_cache", "2GiB"},
    {"log.level", "debug"},
    {"log.format", "json"},
};

// What is needed beside `key` for a whole configuration: the other keys of its list entry.
std::vector<std::string> companions(const ConfigKey& key) {
  std::vector<std::string> result;
  if (!is_list_key(key)) return result;
  for (const ConfigKey& other : config_keys()) {
    if (!is_list_key(other) || list_of(other) != list_of(key) || other.path == key.path) continue;
    result.push_back(path_of(other, 0) + "=" + kOtherValues.find(other.path)->second);
  }
  return result;
}

// The value as YAML: `hls.window` as "hls:\n  window: 2m\n".
std::string as_yaml(const ConfigKey& key, const std::string& value) {
  std::string yaml;
  std::string indent;
  std::string rest(key.path);
  for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
    const std::string level = rest.substr(0, dot);
    rest = rest.substr(dot + 1);
    yaml += level == "N" ? indent + "-\n" : indent + level + ":\n";
    indent += "  ";
  }
  return yaml + indent + rest + ": \"" + value + "\"\n";
}

TEST(ConfigSchema, EveryKeyIsInTheTableOfOtherValues) {
  std::set<std::string_view> keys;
  for (const ConfigKey& key : config_keys()) keys.insert(key.path);
  std::set<std::string_view> tested;
  for (const auto& [path, value] : kOtherValues) tested.insert(path);
  EXPECT_EQ(keys, tested);
}

// CF-01: every key can be set from each source, and prints as it was written.
TEST(ConfigSchema, EveryKeyCanBeSetFromFileEnvironmentAndArgument) {
  for (const ConfigKey& key : config_keys()) {
    const std::string& value = kOtherValues.find(key.path)->second;
    const std::string path = path_of(key, 0);
    TestInput file{as_yaml(key, value), {}, companions(key), {}};
    TestInput variable{{}, {{environment_name(path), value}}, companions(key), {}};
    TestInput variable_file{
        {}, {{environment_name(path) + "_FILE", "secret"}}, companions(key), {{"secret", value + "\n"}}};
    TestInput argument{{}, {}, companions(key), {}};
    argument.arguments.push_back(path + "=" + value);
    for (const TestInput& input : {file, variable, variable_file, argument}) {
      const LoadedConfig loaded = load(input);
      ASSERT_THAT(fault_lines(loaded), IsEmpty()) << path;
      EXPECT_EQ(key.print(loaded.config, 0), value) << path;
      EXPECT_NE(loaded.config, Config{}) << path;
    }
  }
}

TEST(ConfigSchema, EveryDefaultIsAValueItsKeyTakes) {
  TestInput input;
  for (const ConfigKey& key : config_keys()) {
    if (!is_list_key(key)) input.arguments.push_back(std::string(key.path) + "=" + key.print(Config{}, 0));
  }
  const LoadedConfig loaded = load(input);
  EXPECT_THAT(fault_lines(loaded), IsEmpty());
  EXPECT_EQ(loaded.config, Config{});
}

TEST(ConfigSchema, EveryKeyBelongsToASection) {
  for (const ConfigKey& key : config_keys()) {
    const std::string_view name = key.path.substr(0, key.path.find('.'));
    const auto sections = config_sections();
    EXPECT_TRUE(std::any_of(sections.begin(), sections.end(), [&](const auto& section) {
      return section.name == name;
    })) << key.path;
  }
}

TEST(ConfigSchema, FindsKeysOfListEntriesByIndex) {
  ASSERT_TRUE(find_key("auth.publish_keys.12.key").has_value());
  EXPECT_EQ(find_key("auth.publish_keys.12.key")->index, 12u);
  EXPECT_EQ(find_key("auth.publish_keys.12.key")->key->path, "auth.publish_keys.N.key");
  EXPECT_TRUE(find_key("auth.publish_keys.999.key").has_value());
  EXPECT_FALSE(find_key("auth.publish_keys.1000.key").has_value());
  EXPECT_FALSE(find_key("auth.publish_keys.N.key").has_value());
  EXPECT_FALSE(find_key("auth.publish_keys.01.key").has_value());
  EXPECT_FALSE(find_key("auth.publish_keys.-1.key").has_value());
  EXPECT_FALSE(find_key("auth.publish_keys.key").has_value());
  EXPECT_FALSE(find_key("").has_value());
}

TEST(ConfigSchema, TellsSectionsFromListsAndEntries) {
  EXPECT_EQ(kind_of("auth"), PathKind::section);
  EXPECT_EQ(kind_of("auth.publish_keys"), PathKind::list);
  EXPECT_EQ(kind_of("auth.publish_keys.0"), PathKind::list_entry);
  EXPECT_EQ(kind_of("auth.publish_keys.0.app"), PathKind::unknown);
  EXPECT_EQ(kind_of("rtmp"), PathKind::section);
  EXPECT_EQ(kind_of("rtpm"), PathKind::unknown);
  EXPECT_EQ(kind_of(""), PathKind::unknown);
}

// What other issues bring is unknown until they do.
TEST(ConfigSchema, KeysOfLaterVersionsAreUnknown) {
  EXPECT_FALSE(find_key("auth.publish_webhook").has_value());
  TestInput relay;
  relay.arguments = {"lifecycle.when_full=relay"};
  EXPECT_THAT(faults_of(relay),
              ElementsAre("--set: lifecycle.when_full: 'relay' is not allowed; allowed is refuse or close"));
}

}  // namespace
}  // namespace sluice::app
