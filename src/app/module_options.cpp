#include "module_options.hpp"

#include <algorithm>

#include "sluice/app/stream_hls.hpp"

namespace sluice::app {

Result<boost::asio::ip::tcp::endpoint> endpoint_of(const ListenAddress& address) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address.address, error);
  if (error) return Error{"'" + address.address + "' is no IP address"};
  return boost::asio::ip::tcp::endpoint(ip, address.port);
}

media::Container container_of(HlsContainer container) {
  return container == HlsContainer::fmp4 ? media::Container::fmp4 : media::Container::ts;
}

live::ReadinessMeaning readiness_of(ReadinessMeaning meaning) {
  return meaning == ReadinessMeaning::ingest ? live::ReadinessMeaning::ingest : live::ReadinessMeaning::serve;
}

live::StreamOptions stream_options(const Config& config, const StreamName& name) {
  const StreamHls hls = hls_of(config.hls, name);
  live::StreamOptions options;
  options.resume_window = config.stream.resume_window;
  options.window.window = hls.window;
  options.timeline.segment_target = hls.segment_duration;
  if (hls.low_latency) options.timeline.part_duration = hls.part_duration;
  options.timeline.gop_max = std::max(config.limits.gop_duration, hls.segment_duration);
  return options;
}

live::HubOptions hub_options(const Config& config) {
  live::HubOptions options;
  options.slots = static_cast<int>(config.lifecycle.slots);
  options.takeover = config.stream.takeover == Takeover::replace ? live::Takeover::replace : live::Takeover::reject;
  options.streams_max = config.limits.streams;
  options.stream.resume_window = config.stream.resume_window;
  options.stream_of = [config](const StreamName& name) { return stream_options(config, name); };
  return options;
}

live::LifecycleOptions lifecycle_options(const Config& config) {
  live::LifecycleOptions options;
  options.recycle = config.lifecycle.recycle;
  options.unready_grace = config.lifecycle.unready_grace;
  options.drain_timeout = config.lifecycle.drain_timeout;
  options.cutting_timeout = std::max(config.limits.gop_duration, longest_segment_duration(config.hls));
  options.linger = longest_window(config.hls);
  return options;
}

net::RtmpServerOptions rtmp_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen) {
  net::RtmpServerOptions options;
  options.listen = listen;
  switch (config.rtmp.proxy_protocol) {
    case ProxyProtocol::off:
      options.proxy_protocol = net::ProxyProtocol::off;
      break;
    case ProxyProtocol::optional:
      options.proxy_protocol = net::ProxyProtocol::optional;
      break;
    case ProxyProtocol::required:
      options.proxy_protocol = net::ProxyProtocol::required;
      break;
  }
  options.protocol.message_bytes_before_publish = config.limits.unpublished_message_size.bytes;
  options.protocol.message_bytes = config.limits.message_size.bytes;
  options.protocol.partial_bytes = config.limits.unfinished_messages.bytes;
  options.handshake_timeout = config.limits.handshake_timeout;
  options.connect_timeout = config.limits.connect_timeout;
  options.publish_timeout = config.limits.publish_timeout;
  options.first_media_timeout = config.rtmp.first_media_timeout;
  options.idle_timeout = config.rtmp.idle_timeout;
  options.connections_max = config.limits.rtmp_connections;
  options.unpublished_max = config.limits.rtmp_unpublished_connections;
  options.unpublished_per_address_max = config.limits.rtmp_unpublished_per_address;
  options.publish_bits_per_second_max = config.limits.publish_bitrate.bits_per_second;
  options.close_when_full = config.lifecycle.when_full == WhenFull::close;
  return options;
}

net::MediaHandler::Options media_options_of(const Config& config) {
  net::MediaHandler::Options options;
  options.default_container = container_of(config.hls.container);
  options.held.all_max = config.limits.held_requests;
  options.held.of_stream_max = config.limits.held_requests_per_stream;
  return options;
}

net::HttpServerOptions media_http_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen) {
  net::HttpServerOptions options;
  options.listen = listen;
  options.name = "http";
  options.dialect.cors = true;
  options.connections_max = config.limits.http_connections;
  options.connections_per_address_max = config.limits.http_connections_per_address;
  options.header_timeout = config.limits.http_header_timeout;
  options.idle_timeout = config.limits.http_idle_timeout;
  options.send_stall = config.limits.http_write_timeout;
  return options;
}

net::HttpServerOptions admin_http_options(const Config& config, const boost::asio::ip::tcp::endpoint& listen) {
  net::HttpServerOptions options;
  options.listen = listen;
  options.name = "admin";
  options.dialect.json_errors = true;
  options.read_only = false;
  options.same_origin_changes = true;
  // Probes are never refused by a connection limit; who can reach this port at all is the operator's to say.
  options.connections_max = 65'536;
  options.request.body_bytes = 4096;
  options.header_timeout = config.limits.http_header_timeout;
  options.idle_timeout = config.limits.http_idle_timeout;
  options.send_stall = config.limits.http_write_timeout;
  return options;
}

}  // namespace sluice::app
