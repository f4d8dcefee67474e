// The configuration in the words of the modules it configures. Private to app.
#pragma once

#include "sluice/app/config.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/media_handler.hpp"
#include "sluice/net/rtmp_server.hpp"

namespace sluice::app {

// Fails where an address is none; the configuration has checked its form.
Result<boost::asio::ip::tcp::endpoint> endpoint_of(const ListenAddress& address);

media::Container container_of(HlsContainer container);
live::ReadinessMeaning readiness_of(ReadinessMeaning meaning);
live::StreamOptions stream_options(const Config& config, const StreamName& name);
live::HubOptions hub_options(const Config& config);
live::LifecycleOptions lifecycle_options(const Config& config);
net::RtmpServerOptions rtmp_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen);
net::MediaHandler::Options media_options_of(const Config& config);
net::HttpServerOptions media_http_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen);
net::HttpServerOptions admin_http_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen);

}  // namespace sluice::app
