#include "sluice/app/version.hpp"

#include <boost/version.hpp>

#include "sluice/mux/libav_version.hpp"

namespace sluice::app {

std::string_view version() { return SLUICE_VERSION; }
std::string_view revision() { return SLUICE_REVISION; }

std::string version_json() {
  // Versions are our own or the libraries' words: nothing in them needs escaping.
  return R"({"version":")" + std::string(version()) + R"(","revision":")" + std::string(revision()) +
         R"(","boost":")" BOOST_LIB_VERSION R"(","libavformat":")" + mux::libavformat_version() + "\"}\n";
}

}  // namespace sluice::app
