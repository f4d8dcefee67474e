// The texts made from the schema, held against the files in the tree. SLUICE_UPDATE_GOLDENS=1 writes them anew.
#include "sluice/app/config_render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/config_input.hpp"

namespace sluice::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

void expect_golden(const std::string& path, const std::string& text) {
  const std::string full = std::string(SLUICE_SOURCE_DIR) + "/" + path;
  if (std::getenv("SLUICE_UPDATE_GOLDENS") != nullptr) std::ofstream(full) << text;
  std::ostringstream content;
  content << std::ifstream(full).rdbuf();
  EXPECT_EQ(content.str(), text) << path << " is not what the schema says; SLUICE_UPDATE_GOLDENS=1 writes it anew";
}

TEST(ConfigRender, TheReferenceInDocsIsTheSchemas) { expect_golden("docs/configuration.md", config_reference()); }

TEST(ConfigRender, TheDefaultFileIsTheSchemas) { expect_golden("config/sluice.yaml", default_config_file()); }

TEST(ConfigRender, TheDefaultFileLoadsToTheDefaults) {
  const LoadedConfig loaded = load({default_config_file(), {}, {}, {}});
  EXPECT_THAT(fault_lines(loaded), IsEmpty());
  EXPECT_EQ(loaded.config, Config{});
}

TEST(ConfigRender, AnOverrideShowsWhatItSays) {
  Config config;
  config.hls.overrides.push_back({"live", "cam-*", false, {}, {}, Millis(60'000)});
  config.hls.overrides.push_back({"*", "*", {}, {}, Millis(200), {}});
  EXPECT_THAT(config_json(config),
              HasSubstr(R"("overrides":[{"app":"live","stream":"cam-*","low_latency":false,"window":"1m"},)"
                        R"({"app":"*","stream":"*","part_duration":"200ms"}]})"));
}

TEST(ConfigRender, JsonHasEverySectionWithValuesAsWrittenInAFile) {
  EXPECT_EQ(
      config_json(Config{}),
      R"({"rtmp":{"listen":"0.0.0.0:1935","first_media_timeout":"20s","idle_timeout":"10s","proxy_protocol":"off"},)"
      R"("http":{"listen":"0.0.0.0:8080"},"admin":{"listen":"0.0.0.0:8081"},)"
      R"("lifecycle":{"slots":1,"readiness":"ingest","when_full":"refuse","recycle":false,"unready_grace":"3s",)"
      R"("drain_timeout":"1h"},"stream":{"resume_window":"1m","takeover":"reject"},)"
      R"("hls":{"container":"fmp4","low_latency":true,"segment_duration":"2s","part_duration":"500ms","window":"30s",)"
      R"("dvr_window":"4h","overrides":[]},)"
      R"("record":{"enabled":true,"directory":"./recordings","rotate":"1m","sync_interval":"1s",)"
      R"("retention":"0","max_size":"0","min_free_space":"1GiB"},)"
      R"("auth":{"publish_keys":[]},)"
      R"("limits":{"rtmp_connections":1024,"rtmp_unpublished_connections":256,"rtmp_unpublished_per_address":16,)"
      R"("handshake_timeout":"5s","connect_timeout":"5s","publish_timeout":"10s","unpublished_message_size":"64KiB",)"
      R"("message_size":"8MiB","unfinished_messages":"16MiB","publish_bitrate":"100Mbps","gop_duration":"10s","streams":1024,)"
      R"("http_connections":16384,"http_connections_per_address":0,)"
      R"("held_requests":10000,"held_requests_per_stream":8000,"http_header_timeout":"10s","http_idle_timeout":"75s",)"
      R"("http_write_timeout":"20s","record_queue":"64MiB","archive_cache":"64MiB"},"log":{"level":"info","format":"auto"}})");
}

TEST(ConfigRender, JsonMasksSecretsAndEscapesText) {
  Config config;
  config.auth.publish_keys = {{"live", "*", "hush"}, {"a", "b", "hushhush"}};
  config.record.directory = "/a \"b\"\n";
  const std::string json = config_json(config);
  EXPECT_THAT(json, HasSubstr(R"("auth":{"publish_keys":[{"app":"live","stream":"*","key":"***"},)"
                              R"({"app":"a","stream":"b","key":"***"}]})"));
  EXPECT_THAT(json, HasSubstr(R"("directory":"/a \"b\"\u000a")"));
  EXPECT_THAT(json, Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace sluice::app
