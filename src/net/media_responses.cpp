#include "media_responses.hpp"

#include <utility>

namespace sluice::net {
namespace {

HttpResponse made(ResourceKind kind, std::string_view content_type, std::vector<Payload> pieces, std::string_view tag) {
  HttpResponse response;
  response.kind = kind;
  response.content_type = content_type;
  response.cache = CacheClass::media;
  response.accepts_ranges = true;
  response.body = HttpBody::media(std::move(pieces), tag);
  return response;
}

}  // namespace

HttpResponse media_response(const hls::InitName& name, std::vector<Payload> bytes) {
  return made(ResourceKind::init, "video/mp4", std::move(bytes),
              name.session.text() + "/" + std::to_string(name.period));
}

HttpResponse media_response(const hls::SegmentName& name, std::vector<Payload> pieces) {
  const bool ts = name.container == media::Container::ts;
  const std::string tag =
      name.session.text() + "/" + std::to_string(name.msn) + (name.added ? "r" : "") + (ts ? "t" : "f");
  return made(ResourceKind::segment, ts ? "video/mp2t" : "video/iso.segment", std::move(pieces), tag);
}

HttpResponse media_response(const hls::PartName& name, std::vector<Payload> pieces) {
  const std::string tag = name.session.text() + "/" + std::to_string(name.period) + "-" +
                          std::to_string(name.fragment) + (name.added ? "r" : "");
  return made(ResourceKind::part, "video/iso.segment", std::move(pieces), tag);
}

HttpResponse not_found(std::string message) { return http_error(404, std::move(message), CacheClass::error); }

HttpResponse gone(std::string message) { return http_error(410, std::move(message), CacheClass::error); }

HttpResponse unavailable(std::string message) {
  HttpResponse response = http_error(503, std::move(message), CacheClass::error);
  response.retry_after = Seconds(1);
  return response;
}

}  // namespace sluice::net
