#include "sluice/net/admin_handler.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "admin_json.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kPicture = "/picture";

HttpResponse document(int status, std::string_view text, std::string_view content_type = kJson) {
  HttpResponse response;
  response.status = status;
  response.kind = ResourceKind::api;
  response.content_type = content_type;
  response.body = HttpBody::text(text);
  return response;
}

HttpResponse document(int status, const json::value& value) { return document(status, json::serialize(value) + "\n"); }

HttpResponse wrong_method(std::string_view allow) {
  HttpResponse response = http_error(405, "this resource answers " + std::string(allow));
  response.allow = allow;
  return response;
}

bool reads(const HttpRequest& request) {
  return request.method == HttpMethod::get || request.method == HttpMethod::head;
}

}  // namespace

AdminHandler::AdminHandler(Options options, Hooks hooks, live::Hub& hub, live::Lifecycle& lifecycle,
                           const io::Metrics& metrics, const StaticPages& pages)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      hub_(hub),
      lifecycle_(lifecycle),
      metrics_(metrics),
      pages_(pages) {}

HttpReply AdminHandler::reply(const HttpRequest& request) {
  const std::string_view path = request.path;
  if (path.starts_with(kApi)) return api(request, path.substr(kApi.size()));
  if (!reads(request)) return wrong_method("GET, HEAD");
  const int free = hub_.slots().free();
  if (path == "/livez") return probe(lifecycle_.liveness(free));
  if (path == "/readyz") return probe(lifecycle_.readiness(options_.readiness, free));
  if (path == "/readyz/ingest") return probe(lifecycle_.readiness(live::ReadinessMeaning::ingest, free));
  if (path == "/readyz/serve") return probe(lifecycle_.readiness(live::ReadinessMeaning::serve, free));
  if (path == "/metrics") return document(200, metrics_.text(), io::kMetricsContentType);
  return page(path);
}

HttpResponse AdminHandler::page(std::string_view path) const {
  if (path == "/") return pages_.status();
  if (std::optional<HttpResponse> asset = pages_.asset(path)) return std::move(*asset);
  return http_error(404, "there is nothing here");
}

HttpResponse AdminHandler::probe(const live::ProbeReport& report) const {
  json::array reasons;
  for (const std::string& reason : report.reasons) reasons.push_back(json::string(reason));
  return document(report.ok ? 200 : 503,
                  json::object{{"status", report.status},
                               {"slots", {{"total", hub_.slots().total()}, {"free", hub_.slots().free()}}},
                               {"reasons", std::move(reasons)}});
}

HttpReply AdminHandler::api(const HttpRequest& request, std::string_view path) {
  if (path == "drain") {
    if (request.method != HttpMethod::post) return wrong_method("POST");
    hooks_.drain();
    return document(202, json::object{{"status", "draining"}});
  }
  if (path.starts_with("streams/")) return stream(request, path.substr(8));
  constexpr std::string_view kResources[] = {"streams", "ends", "sessions", "listeners", "config", "version"};
  const bool known = std::find(std::begin(kResources), std::end(kResources), path) != std::end(kResources);
  if (!known) return http_error(404, "the API has no such resource");
  if (!reads(request)) return wrong_method("GET, HEAD");
  if (path == "streams") return streams();
  if (path == "ends") return document(200, ends_json(hub_.ends()));
  if (path == "sessions") return sessions();
  if (path == "listeners") return document(200, listeners_json(hooks_.listeners()));
  return document(200, path == "config" ? options_.config : options_.version);
}

HttpResponse AdminHandler::streams() const {
  json::array all;
  for (const std::shared_ptr<live::Stream>& stream : hub_.list()) {
    all.push_back(stream_json(*stream, options_.default_container, io::mono_now()));
  }
  return document(200, json::object{{"streams", std::move(all)}});
}

HttpResponse AdminHandler::stream(const HttpRequest& request, std::string_view path) {
  const bool of_picture = path.ends_with(kPicture) && std::count(path.begin(), path.end(), '/') == 2;
  if (of_picture) path.remove_suffix(kPicture.size());
  const std::size_t slash = path.find('/');
  const Result<StreamName> name =
      StreamName::make(path.substr(0, slash), slash == path.npos ? "" : path.substr(slash + 1));
  if (name.has_error()) return http_error(400, name.error().message);
  if (request.method == HttpMethod::del && !of_picture) {
    if (!hub_.end_publish(*name, live::EndWish::deleted)) return http_error(404, "nobody publishes " + name->path());
    return document(202, json::object{{"status", "ending"}});
  }
  if (!reads(request)) return wrong_method(of_picture ? "GET, HEAD" : "GET, HEAD, DELETE");
  const std::shared_ptr<live::Stream> found = hub_.find(*name);
  if (found == nullptr) return http_error(404, "there is no stream " + name->path());
  if (of_picture) return picture(*found);
  return document(200, stream_json(*found, options_.default_container, io::mono_now()));
}

HttpResponse AdminHandler::picture(live::Stream& stream) {
  hls::Fetched fetched = stream.window().picture();
  switch (fetched.status) {
    case hls::Fetched::Status::found:
      break;
    case hls::Fetched::Status::unknown:
    case hls::Fetched::Status::gone:
    case hls::Fetched::Status::expected:
      return http_error(404, "there is no picture of " + stream.name().path() + ", or not yet");
    case hls::Fetched::Status::failed:
      return http_error(500, "the picture could not be made: " + fetched.fault);
  }
  HttpResponse response;
  response.kind = ResourceKind::api;
  response.content_type = "video/mp4";
  response.body = HttpBody::media(std::move(fetched.pieces));
  return response;
}

asio::awaitable<HttpResponse> AdminHandler::sessions() {
  const std::string text = co_await hooks_.sessions();
  if (text.empty()) co_return http_error(503, "too many listings are being made already");
  co_return document(200, text);
}

}  // namespace sluice::net
