#include "sluice/net/static_pages.hpp"

#include "sluice/base/check.hpp"
#include "web_assets.hpp"

namespace sluice::net {
namespace {

// Everything from here and nothing inline. hls.js runs its worker from a blob and feeds the video through one. The
// player may be framed by any page; the status page, which can do more, by none. Its pictures are blobs of one frame.
constexpr std::string_view kPlayerPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
    "worker-src 'self' blob:; img-src data:; base-uri 'none'; form-action 'none'";
constexpr std::string_view kStatusPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src blob:; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  return "text/plain; charset=utf-8";
}

}  // namespace

StaticPages::StaticPages() {
  for (const WebAsset& asset : web_assets()) {
    const ByteView gzip = as_bytes(asset.gzip);
    bodies_.emplace(asset.name, HttpBody::compressed_text(as_text(gunzip(gzip)), gzip));
  }
  SLUICE_CHECK(bodies_.contains("player.html") && bodies_.contains("status.html"));
}

HttpResponse StaticPages::response(std::string_view name) const {
  const auto found = bodies_.find(name);
  SLUICE_CHECK(found != bodies_.end());
  HttpResponse response;
  response.kind = ResourceKind::page;
  response.cache = CacheClass::asset;
  response.content_type = content_type_of(name);
  response.body = found->second;
  return response;
}

HttpResponse StaticPages::player() const {
  HttpResponse page = response("player.html");
  page.cache = CacheClass::page;
  page.fields = {{"Content-Security-Policy", std::string(kPlayerPolicy)}, {"Referrer-Policy", "no-referrer"}};
  return page;
}

HttpResponse StaticPages::status() const {
  HttpResponse page = response("status.html");
  page.cache = CacheClass::page;
  page.fields = {{"Content-Security-Policy", std::string(kStatusPolicy)}, {"Referrer-Policy", "no-referrer"}};
  return page;
}

std::optional<HttpResponse> StaticPages::asset(std::string_view path) const {
  if (!path.starts_with(kAssetPrefix)) return std::nullopt;
  const std::string_view name = path.substr(kAssetPrefix.size());
  if (name.ends_with(".html") || !bodies_.contains(name)) return std::nullopt;
  return response(name);
}

}  // namespace sluice::net
