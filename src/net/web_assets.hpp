// The files of web/ as they are compiled in (cmake/SluiceWeb.cmake).
#pragma once

#include <span>
#include <string_view>

namespace sluice::net {

struct WebAsset {
  std::string_view name;  // of the file
  std::string_view gzip;  // its bytes as a gzip file
};

std::span<const WebAsset> web_assets();

}  // namespace sluice::net
