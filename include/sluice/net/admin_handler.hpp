// AdminHandler: what the admin port serves: probes, metrics, the API and the status page. Never exposed to the public.
//
// Probes are answered from state in memory. Loop thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/io/metrics.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/static_pages.hpp"

namespace sluice::net {

// A listener that was opened, and where: the port is the real one, also where 0 was configured.
struct Listener {
  std::string name;     // "rtmp", "http" or "admin"
  std::string address;  // ADDRESS:PORT
  std::uint16_t port = 0;
};

class AdminHandler {
 public:
  struct Options {
    live::ReadinessMeaning readiness = live::ReadinessMeaning::ingest;
    std::string version;  // of GET /api/v1/version, a JSON document
    std::string config;   // of GET /api/v1/config, a JSON document without secrets
    media::Container default_container = media::Container::fmp4;
  };
  // What the handler cannot do itself.
  struct Hooks {
    std::function<void()> drain;
    // GET /api/v1/sessions: a JSON document, gathered off the loop; empty when there is too much to do.
    std::function<boost::asio::awaitable<std::string>()> sessions;
    // GET /api/v1/listeners.
    std::function<std::vector<Listener>()> listeners;
  };

  // The references must outlive the handler.
  AdminHandler(Options options, Hooks hooks, live::Hub& hub, live::Lifecycle& lifecycle, const io::Metrics& metrics,
               const StaticPages& pages);

  HttpReply reply(const HttpRequest& request);

 private:
  HttpResponse probe(const live::ProbeReport& report) const;
  HttpReply api(const HttpRequest& request, std::string_view path);
  HttpResponse page(std::string_view path) const;
  HttpResponse streams() const;
  HttpResponse stream(const HttpRequest& request, std::string_view path);
  HttpResponse picture(live::Stream& stream);
  boost::asio::awaitable<HttpResponse> sessions();

  Options options_;
  Hooks hooks_;
  live::Hub& hub_;
  live::Lifecycle& lifecycle_;
  const io::Metrics& metrics_;
  const StaticPages& pages_;
};

}  // namespace sluice::net
