#include "session_list.hpp"

#include <boost/json.hpp>

namespace sluice::app {
namespace json = boost::json;
namespace {

json::object first_file(const json::object& file) {
  const std::string_view path = file.at("stream").as_string();
  const std::size_t slash = path.find('/');
  return {{"session", file.at("session")},
          {"app", path.substr(0, slash)},
          {"stream", path.substr(slash + 1)},
          {"epoch", file.at("epoch")},
          {"state", "sealed"},
          {"start", file.at("start")},
          {"seconds", 0.0},
          {"bytes", 0},
          {"files", 0}};
}

void add(json::object& session, const json::object& file) {
  if (file.at("state").as_string() != "sealed") session["state"] = "open";
  session["seconds"] = session["seconds"].as_double() + file.at("duration").to_number<double>();
  session["bytes"] = session["bytes"].to_number<std::int64_t>() + file.at("bytes").to_number<std::int64_t>();
  session["files"] = session["files"].as_int64() + 1;
}

}  // namespace

std::string session_list(std::string_view recordings) {
  boost::system::error_code error;
  const json::value document = json::parse(recordings, error);
  const json::array* files = error || !document.is_object() || !document.as_object().contains("recordings")
                                 ? nullptr
                                 : document.at("recordings").if_array();
  if (files == nullptr) return {};
  json::array sessions;
  for (const json::value& value : *files) {
    const json::object& file = value.as_object();
    if (sessions.empty() || sessions.back().at("session") != file.at("session")) sessions.push_back(first_file(file));
    add(sessions.back().as_object(), file);
  }
  return json::serialize(json::object{{"sessions", std::move(sessions)}}) + "\n";
}

}  // namespace sluice::app
