#include "sluice/mux/libav_version.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

namespace sluice::mux {

std::string libavformat_version() {
  const unsigned version = avformat_version();
  return std::to_string(AV_VERSION_MAJOR(version)) + "." + std::to_string(AV_VERSION_MINOR(version)) + "." +
         std::to_string(AV_VERSION_MICRO(version));
}

}  // namespace sluice::mux
