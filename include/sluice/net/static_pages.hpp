// StaticPages: the pages and scripts of web/, which are part of the program: a player never needs another host.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/net/http_message.hpp"

namespace sluice::net {

// A name of an APP never begins with a dot, so no stream is in the way.
inline constexpr std::string_view kAssetPrefix = "/.sluice/";

class StaticPages {
 public:
  StaticPages();

  // The page that plays /APP/STREAM/; the same for all streams: it reads its own address.
  HttpResponse player() const;
  // The status page of the admin port.
  HttpResponse status() const;
  // What stands under kAssetPrefix; none when `path` is no asset.
  std::optional<HttpResponse> asset(std::string_view path) const;

 private:
  HttpResponse response(std::string_view name) const;

  std::map<std::string, std::shared_ptr<const HttpBody>, std::less<>> bodies_;  // by file name
};

}  // namespace sluice::net
