// What an HttpServer counts, and how it stands in /metrics.
#include "http_core.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace {

constexpr std::array kKinds = {ResourceKind::playlist, ResourceKind::segment, ResourceKind::part, ResourceKind::init,
                               ResourceKind::page,     ResourceKind::api,     ResourceKind::other};
static_assert(kKinds.size() == kResourceKindCount);

std::size_t index_of(ResourceKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

io::Histogram http_seconds_histogram() {
  return io::Histogram({0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30});
}

void HttpCore::count(const HttpRequest& request, ResourceKind kind, int status, std::size_t bytes, Micros duration) {
  stats_.last_request = io::mono_now();
  ++stats_.requests[{kind, request.method, status}];
  stats_.response_bytes[index_of(kind)] += bytes;
  seconds_[index_of(kind)].observe(std::chrono::duration<double>(duration).count());
  if (!io::log_enabled(io::Level::debug)) return;
  // The path only: a query may hold a key.
  io::log_event(io::Level::debug, "http_request", "a request was answered",
                {{"listener", options_.name},
                 {"remote", request.remote},
                 {"method", to_string(request.method)},
                 {"path", request.path},
                 {"status", status},
                 {"bytes", bytes}});
}

void HttpCore::collect(io::MetricsWriter& out) const {
  const std::string& listener = options_.name;
  const auto number = [](auto value) { return static_cast<double>(value); };

  auto requests = stats_.requests;
  for (const ResourceKind kind : kKinds) requests.try_emplace({kind, HttpMethod::get, 200}, 0);
  for (const auto& [key, value] : requests) {
    const auto& [kind, method, status] = key;
    out.counter("sluice_http_requests_total", "Requests answered; code 0: the peer had gone.", number(value),
                {{"listener", listener},
                 {"kind", to_string(kind)},
                 {"method", to_string(method)},
                 {"code", std::to_string(status)}});
  }
  for (const ResourceKind kind : kKinds) {
    out.counter("sluice_http_response_bytes_total", "Bytes of responses, heads included, handed to the kernel.",
                number(stats_.response_bytes[index_of(kind)]), {{"listener", listener}, {"kind", to_string(kind)}});
    out.histogram("sluice_http_request_duration_seconds",
                  "From a whole request to the last byte of its response handed to the kernel.",
                  seconds_[index_of(kind)], {{"listener", listener}, {"kind", to_string(kind)}});
  }
  out.gauge("sluice_http_connections", "Open connections.", number(stats_.connections), {{"listener", listener}});
  out.gauge("sluice_http_held_requests", "Requests that wait for their answer.", number(stats_.held),
            {{"listener", listener}});
  out.counter("sluice_http_accepted_connections_total", "Connections accepted.", number(stats_.accepted),
              {{"listener", listener}});
  const std::pair<std::string_view, std::uint64_t> errors[] = {{"limit", stats_.refused_at_limit},
                                                               {"malformed", stats_.malformed},
                                                               {"request_timeout", stats_.header_timeouts},
                                                               {"slow_reader", stats_.slow_closes}};
  for (const auto& [reason, value] : errors) {
    out.counter("sluice_http_connection_errors_total", "Connections ended by us, by reason.", number(value),
                {{"listener", listener}, {"reason", reason}});
  }
}

}  // namespace sluice::net
