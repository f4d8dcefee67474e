#include <algorithm>

#include "sluice/app/config_schema.hpp"
#include "sluice/app/config_sources.hpp"

namespace sluice::app {
namespace {

constexpr std::string_view kPrefix = "SLUICE_";
constexpr std::string_view kFileSuffix = "_FILE";

// An orchestrator sets SLUICE_PORT, SLUICE_SERVICE_HOST and the like when a service is named sluice; none has `__`.
bool is_ours(std::string_view name) {
  return name.starts_with(kPrefix) && name.find("__", kPrefix.size()) != std::string_view::npos;
}

// "SLUICE_RTMP__LISTEN" as "rtmp.listen", a key or not.
std::string to_path(std::string_view name) {
  std::string path;
  for (std::size_t i = kPrefix.size(); i < name.size(); ++i) {
    if (name.substr(i).starts_with("__")) {
      path += '.';
      ++i;
    } else {
      path += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
  }
  return path;
}

// The key that a variable called `name` sets; nothing when there is none, or the name is not written as ours are.
std::optional<std::string> path_of_variable(std::string_view name) {
  std::string path = to_path(name);
  if (!find_key(path) || environment_name(path) != name) return std::nullopt;
  return path;
}

std::string unknown_variable(std::string_view name) {
  return "unknown variable; the nearest is " + environment_name(nearest_key(to_path(name)));
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

bool has_variable(const Environment& environment, const std::string& name) {
  return std::any_of(environment.begin(), environment.end(), [&](const auto& entry) { return entry.first == name; });
}

}  // namespace

std::string unknown_key(std::string_view path) { return "unknown key; the nearest is " + nearest_path(path); }

ConfigSource settings_from_environment(const Environment& environment, const FileReader& read_file) {
  ConfigSource source;
  for (const auto& [name, value] : environment) {
    if (!is_ours(name)) continue;
    if (const auto path = path_of_variable(name)) {
      source.settings.push_back({*path, value, {name}});
      continue;
    }
    const bool names_file = name.ends_with(kFileSuffix);
    const std::string plain = names_file ? name.substr(0, name.size() - kFileSuffix.size()) : name;
    const auto path = names_file ? path_of_variable(plain) : std::nullopt;
    if (!path) {
      source.faults.push_back({{printable(name)}, {}, unknown_variable(plain)});
      continue;
    }
    if (has_variable(environment, plain)) {
      source.faults.push_back({{name}, *path, "given twice, by " + plain + " too; allowed is one of them"});
      continue;
    }
    auto content = read_file(value);
    if (!content) {
      source.faults.push_back({{name}, *path, "'" + printable(value) + "' cannot be read: " + content.error().message});
      continue;
    }
    source.settings.push_back({*path, without_line_end(*std::move(content)), {name}});
  }
  return source;
}

ConfigSource settings_from_arguments(std::span<const std::string> arguments) {
  const ConfigPlace place{"--set"};
  ConfigSource source;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    // Without `=` only what looks like a key is shown: the rest may be a secret.
    const std::size_t key_end = std::min(argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), equals);
    const std::string path = argument.substr(0, equals == std::string::npos ? key_end : equals);
    if (equals == std::string::npos) {
      source.faults.push_back({place, printable(path), "has no value; allowed is KEY=VALUE"});
    } else if (find_key(path)) {
      source.settings.push_back({path, argument.substr(equals + 1), place});
    } else if (kind_of(path) == PathKind::unknown) {
      source.faults.push_back({place, printable(path), unknown_key(path)});
    } else {
      source.faults.push_back({place, printable(path), "is not a single value; the nearest is " + nearest_key(path)});
    }
  }
  return source;
}

}  // namespace sluice::app
