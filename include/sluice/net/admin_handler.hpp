// AdminHandler: what the admin port serves: probes, metrics, the API and the status page. Never exposed to the public.
//
// Probes are answered from state in memory. Loop thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "sluice/io/metrics.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/static_pages.hpp"

namespace sluice::net {

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
  boost::asio::awaitable<HttpResponse> sessions();

  Options options_;
  Hooks hooks_;
  live::Hub& hub_;
  live::Lifecycle& lifecycle_;
  const io::Metrics& metrics_;
  const StaticPages& pages_;
};

}  // namespace sluice::net
