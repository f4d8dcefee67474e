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

// `{"app":…,"stream":…,"key":…}` for each entry of `list`, under its name.
void append_list(std::string& out, const Config& config, const std::string& list) {
  if (out.back() != '{') out += ',';
  io::append_json_string(out, list.substr(list.rfind('.') + 1));
  out += ":[";
  for (std::size_t i = 0; i < list_size(config, list); ++i) {
    out += i == 0 ? "{" : ",{";
    for (const ConfigKey& key : config_keys()) {
      if (!is_list_key(key) || list_of(key) != list) continue;
      if (!key.optional || !key.print(config, i).empty()) append_member(out, key, config, i);
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
    std::string list;  // whose keys come now
    for (const ConfigKey& key : config_keys()) {
      if (key.path.substr(0, key.path.find('.')) != section.name) continue;
      if (!is_list_key(key)) {
        append_member(out, key, config, 0);
      } else if (list_of(key) != list) {
        list = list_of(key);
        append_list(out, config, list);
      }
    }
    out += '}';
  }
  return out + '}';
}

}  // namespace sluice::app
