#include "sluice/net/admin_handler.hpp"

#include <boost/json.hpp>
#include <utility>

#include "sluice/hls/route.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kApi = "/api/v1/";

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

double rounded(double value, double steps) {
  return static_cast<double>(static_cast<std::int64_t>(value * steps + 0.5)) / steps;
}

json::object track_json(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  json::object object{{"kind", media::to_string(media::kind_of(config.codec))},
                      {"track", track.source_id},
                      {"codec", media::to_string(config.codec)},
                      {"rfc6381", config.rfc6381}};
  if (config.video.width > 0) {
    object["width"] = config.video.width;
    object["height"] = config.video.height;
  }
  if (config.audio.sample_rate > 0) {
    object["sample_rate"] = config.audio.sample_rate;
    object["channels"] = config.audio.channels;
  }
  return object;
}

json::object stream_json(const live::Stream& stream, media::Container container) {
  const hls::WindowInfo info = stream.window().info();
  const MonoTime now = io::mono_now();
  json::object object{
      {"app", stream.name().app()},
      {"stream", stream.name().stream()},
      {"state", live::to_string(stream.state())},
      {"state_seconds", rounded(std::chrono::duration<double>(now - stream.state_since()).count(), 10)},
      {"epoch", stream.epoch().text()},
      {"session", stream.session() ? stream.session()->text() : ""},
      {"player", "/" + stream.name().path() + "/"},
      {"playlist", "/" + stream.name().path() + "/index.m3u8"},
      {"playable", stream.window().playable(container)},
      {"silent_seconds", rounded(std::chrono::duration<double>(now - stream.last_packet()).count(), 10)},
      {"segments", info.listed_segments},
      {"listed_seconds", rounded(std::chrono::duration<double>(info.listed_duration).count(), 1000)},
      {"bits_per_second", info.bits_per_second},
      {"memory_bytes", stream.window().memory_bytes()}};
  object["last_msn"] = info.last_msn ? json::value(*info.last_msn) : json::value(nullptr);
  if (info.frame_rate.numerator > 0) {
    object["frame_rate"] = rounded(static_cast<double>(info.frame_rate.numerator) / info.frame_rate.denominator, 1000);
  }
  json::array tracks;
  for (const media::Track& track : info.tracks) tracks.push_back(track_json(track));
  object["tracks"] = std::move(tracks);
  return object;
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
  const bool known = path == "streams" || path == "sessions" || path == "config" || path == "version";
  if (!known) return http_error(404, "the API has no such resource");
  if (!reads(request)) return wrong_method("GET, HEAD");
  if (path == "streams") return streams();
  if (path == "sessions") return sessions();
  return document(200, path == "config" ? options_.config : options_.version);
}

HttpResponse AdminHandler::streams() const {
  json::array all;
  for (const std::shared_ptr<live::Stream>& stream : hub_.list()) {
    all.push_back(stream_json(*stream, options_.default_container));
  }
  return document(200, json::object{{"streams", std::move(all)}});
}

HttpResponse AdminHandler::stream(const HttpRequest& request, std::string_view path) {
  const std::size_t slash = path.find('/');
  const Result<StreamName> name =
      StreamName::make(path.substr(0, slash), slash == path.npos ? "" : path.substr(slash + 1));
  if (name.has_error()) return http_error(400, name.error().message);
  if (request.method == HttpMethod::del) {
    if (!hub_.end_publish(*name, live::EndWish::deleted)) return http_error(404, "nobody publishes " + name->path());
    return document(202, json::object{{"status", "ending"}});
  }
  if (!reads(request)) return wrong_method("GET, HEAD, DELETE");
  const std::shared_ptr<live::Stream> found = hub_.find(*name);
  if (found == nullptr) return http_error(404, "there is no stream " + name->path());
  return document(200, stream_json(*found, options_.default_container));
}

asio::awaitable<HttpResponse> AdminHandler::sessions() {
  const std::string text = co_await hooks_.sessions();
  if (text.empty()) co_return http_error(503, "too many listings are being made already");
  co_return document(200, text);
}

}  // namespace sluice::net
