#include <string_view>

#include "sluice/app/config_render.hpp"
#include "sluice/app/config_schema.hpp"
#include "sluice/io/log_format.hpp"

namespace sluice::app {
namespace {

void append_member(std::string& out, const ConfigKey& key, const Config& config, std::size_t index) {
  if (out.back() != '{') out += ',';
  io::append_json_string(out, key.path.substr(key.path.rfind('.') + 1));
  out += ':';
  const std::string value = key.secret ? "***" : key.print(config, index);
  if (key.json == JsonKind::text) {
    io::append_json_string(out, value);
  } else {
    out += value;
  }
}

// `{"app":…,"stream":…,"key":…}` for each entry, under the name of the list.
void append_publish_keys(std::string& out, const Config& config) {
  out += "\"publish_keys\":[";
  for (std::size_t i = 0; i < config.auth.publish_keys.size(); ++i) {
    out += i == 0 ? "{" : ",{";
    for (const ConfigKey& key : config_keys()) {
      if (is_list_key(key)) append_member(out, key, config, i);
    }
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string config_json(const Config& config) {
  std::string out = "{";
  for (const ConfigSection& section : config_sections()) {
    if (out.back() != '{') out += ',';
    io::append_json_string(out, section.name);
    out += ":{";
    for (const ConfigKey& key : config_keys()) {
      if (key.path.substr(0, key.path.find('.')) != section.name || is_list_key(key)) continue;
      append_member(out, key, config, 0);
    }
    if (section.name == "auth") append_publish_keys(out, config);
    out += '}';
  }
  return out + '}';
}

}  // namespace sluice::app
