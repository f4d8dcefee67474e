#include <sstream>

#include "sluice/app/config_render.hpp"
#include "sluice/app/config_schema.hpp"

namespace sluice::app {
namespace {

constexpr std::string_view kReferenceHead = R"(# Configuration

<!-- Made from the schema in src/app/config_keys.cpp by app_tests; SLUICE_UPDATE_GOLDENS=1 writes it anew. -->

No file is needed: the defaults work. A value comes from, the first that has one winning:

1. `--set KEY=VALUE` on the command line,
2. the environment: `SLUICE_` and the key in capitals, with `__` between levels (`SLUICE_LIFECYCLE__SLOTS=4`). The same name with
   `_FILE` at its end names a file that holds the value, for secrets: `SLUICE_AUTH__PUBLISH_KEYS__0__KEY_FILE=/run/secrets/key`,
3. the file given by `--config FILE`, in YAML; `config/sluice.yaml` shows every key with its default,
4. the default.

Loading is strict. An unknown key or variable, a wrong type, a value out of range, a key given twice or two values that contradict
each other are faults; all are told, each with its place, and nothing starts. Variables without `__` are not sluice's: an
orchestrator sets `SLUICE_PORT` and the like when a service is named sluice. `sluice check-config FILE` looks at a file, together
with the environment, as `sluice serve --config FILE` would, and starts nothing. `GET /api/v1/config` on the admin port shows the
configuration in effect, secrets masked.

Durations are written `500ms`, `2s`, `5m`, `12h`; sizes `512B`, `64KiB`, `10MiB`, `1GiB`; rates `500kbps`, `8Mbps`, `1Gbps`; switches
`true` and `false`. Numbers are whole. In a file, a list is a YAML list; elsewhere its entries are numbered from 0, and each key of
an entry is overridden by itself (`--set auth.publish_keys.0.app=live`).
)";

constexpr std::string_view kReferenceRules = R"(
## What must hold between keys
- Two listeners cannot share a port.
- `hls.window` is at least three times `hls.segment_duration`; `hls.segment_duration` does not exceed `limits.gop_duration`.
- `hls.part_duration` does not exceed `hls.segment_duration`.
- For each entry of `hls.overrides` the same holds of what it says and what it leaves as it is.
- `record.sync_interval` does not exceed `record.rotate`.
- `hls.window` does not exceed `hls.dvr_window`, nor that `record.retention`, unless that is `0`.
- `lifecycle.slots` exceeds neither `limits.rtmp_connections` nor `limits.streams`.
- `limits.rtmp_unpublished_per_address` ≤ `limits.rtmp_unpublished_connections` ≤ `limits.rtmp_connections`,
  `limits.http_connections_per_address` ≤ `limits.http_connections`, and
  `limits.held_requests_per_stream` ≤ `limits.held_requests`.
- `limits.unpublished_message_size` ≤ `limits.message_size` ≤ `limits.unfinished_messages`.
)";

constexpr std::string_view kFileHead = R"(# Every key of sluice with its default. Remove what you do not change.
# docs/configuration.md says more; `sluice check-config FILE` tells what is wrong with a file, and where.
)";

bool belongs_to(const ConfigKey& key, const ConfigSection& section) {
  return key.path.substr(0, key.path.find('.')) == section.name;
}

// A list has no default entries, so its keys have no default values.
std::string default_of(const ConfigKey& key) { return is_list_key(key) ? "none" : "`" + key.print(Config{}, 0) + "`"; }

// `text` in lines of at most 100 columns, each behind "  # ".
std::string comment(std::string_view text) {
  constexpr std::size_t kWidth = 96;
  std::istringstream words{std::string(text)};
  std::string out;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      out += "  # " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + "  # " + line + "\n";
}

constexpr std::string_view kPublishKeysExample =
    R"(  # Without an entry everybody may publish; with one, a publish needs the `?key=` of an entry for its name:
  # publish_keys:
  #   - app: live
  #     stream: "*"
  #     key: a-long-random-word
  publish_keys: []
)";

constexpr std::string_view kOverridesExample =
    R"(  # What some streams have instead of low_latency, segment_duration, part_duration and window; the first entry that
  # has a stream's name counts:
  # overrides:
  #   - app: live
  #     stream: "studio-*"
  #     part_duration: 200ms
  #   - app: archive
  #     stream: "*"
  #     low_latency: false
  overrides: []
)";

}  // namespace

std::string config_reference() {
  std::string out(kReferenceHead);
  for (const ConfigSection& section : config_sections()) {
    out += "\n## " + std::string(section.name) + "\n" + std::string(section.sentence) + "\n\n";
    out += "| key | default | takes | meaning |\n|---|---|---|---|\n";
    for (const ConfigKey& key : config_keys()) {
      if (!belongs_to(key, section)) continue;
      out += "| `" + std::string(key.path) + "` | " + default_of(key) + " | " + key.allowed + " | " +
             std::string(key.sentence) + " |\n";
    }
  }
  return out + std::string(kReferenceRules);
}

std::string default_config_file() {
  std::string out(kFileHead);
  for (const ConfigSection& section : config_sections()) {
    out += "\n# " + std::string(section.sentence) + "\n" + std::string(section.name) + ":\n";
    for (const ConfigKey& key : config_keys()) {
      if (!belongs_to(key, section) || is_list_key(key)) continue;
      const std::string_view name = key.path.substr(key.path.rfind('.') + 1);
      out += comment(key.sentence) + comment("Takes " + key.allowed + ".");
      out += "  " + std::string(name) + ": " + key.print(Config{}, 0) + "\n";
    }
    if (section.name == "auth") out += kPublishKeysExample;
    if (section.name == "hls") out += kOverridesExample;
  }
  return out;
}

}  // namespace sluice::app
